import type Docker from 'dockerode';
import type {DynoSpec} from '../engine.js';
import type {CaBundle} from './ca-bundle.js';
import {dynoLabels, type Identity} from './labels.js';
import {DYNO_UID} from './release-image.js';

export interface DynoContainerOptions {
  identity: Identity;
  createdAt: number;
  ca: CaBundle | null;
  /** publish the port on 127.0.0.1 because the router cannot reach the dyno's own address */
  publish: boolean;
  /** the engine can hold a dyno to its limits; rootless on cgroup v1 it cannot, and refuses to try */
  limits: boolean;
  mounts: Docker.MountSettings[];
}

const MB = 1 << 20;

/** Everything a dyno may and may not do: docker-facts.md 5. */
export function dynoContainer(spec: DynoSpec, options: DynoContainerOptions): Docker.ContainerCreateOptions {
  const port = spec.port === null ? null : `${spec.port}/tcp`;
  const published = port !== null && options.publish;
  const attached = spec.attach !== undefined;
  return {
    // Dynos of the Common Runtime can resolve each other's names, so a name says nothing.
    name: `d-${spec.id.replaceAll('-', '')}`,
    Hostname: spec.id,
    Image: spec.image,
    Cmd: [spec.command],
    User: `${DYNO_UID}:${DYNO_UID}`,
    Env: Object.entries({...options.ca?.dynoEnvironment, ...spec.env}).map(([name, value]) => `${name}=${value}`),
    Labels: dynoLabels(options.identity, spec, options.createdAt),
    // The router and the dyno manager look after dynos, not Docker.
    Healthcheck: {Test: ['NONE']},
    StopTimeout: 30,
    Tty: Boolean(spec.attach?.tty),
    OpenStdin: attached,
    StdinOnce: attached,
    AttachStdin: attached,
    ...(published ? {ExposedPorts: {[port]: {}}} : {}),
    HostConfig: {
      NetworkMode: spec.network,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      RestartPolicy: {Name: ''},
      Ulimits: [
        {Name: 'nofile', Soft: 10_000, Hard: 10_000},
        {Name: 'core', Soft: 0, Hard: 0},
      ],
      // Output is read by attaching; this file is what a new runtime process reads after the old one's end. What passes
      // through a terminal is not kept.
      LogConfig: attached
        ? {Type: 'none', Config: {}}
        : {
            Type: 'json-file',
            Config: {'max-size': '10m', 'max-file': '2', mode: 'non-blocking', 'max-buffer-size': '4m'},
          },
      ...(options.mounts.length > 0 ? {Mounts: options.mounts} : {}),
      ...(published ? {PortBindings: {[port]: [{HostIp: '127.0.0.1', HostPort: ''}]}} : {}),
      ...(options.limits
        ? {
            // init and the sleep it waits with are ours, not the app's.
            PidsLimit: spec.processes + 2,
            CpuShares: Math.max(2, Math.round(spec.cpuShare * 1024)),
            // Without swap of its own: a limit for memory and swap together above the one for memory would let the
            // kernel kill at the quota where the machine has no swap.
            MemoryReservation: spec.memoryMb * MB,
            Memory: spec.memoryKillMb * MB,
            MemorySwap: spec.memoryKillMb * MB,
          }
        : {}),
    },
    NetworkingConfig: {EndpointsConfig: {[spec.network]: spec.aliases ? {Aliases: spec.aliases} : {}}},
  };
}
