import type Docker from 'dockerode';
import {edgeOf, spaceLayout} from '../../../model/subnets.js';
import {DynoError} from '../../../model/error.js';
import {call, callUnlessGone, statusOf} from '../connection.js';
import {type Identity, runtimeLabels} from '../labels.js';
import {EGRESS, egressName, MADE_FROM, NETWORK, shortHash} from './names.js';
import {netAdmin, plain, readLog} from './net-helper.js';
import {gatewayScript} from './rules.js';

export interface GatewaySpec {
  /** name of the space's network, and its subnet */
  network: string;
  subnet: string;
  /** the space's stable outbound addresses, all of one edge network */
  addresses: readonly string[];
  /** name of the edge network */
  edge: string;
  image: string;
}

const READY_MS = 20_000;

/**
 * Makes sure that the space's way out is open; resolves once its rules are loaded.
 *
 *   missing ──create──▶ created ──join edge, start──▶ loading rules ──"ready"──▶ forwarding
 *      ▲                                                    │
 *      └───────────── made from something else ◀────────────┘  any end: dynos have no way out (fail closed)
 *
 * Docker starts it again when it dies by itself; when somebody stops it, the keeper does (space-keeper.ts).
 *
 * @throws DynoError space_unavailable with what the gateway said
 */
export async function ensureGateway(docker: Docker, identity: Identity, spec: GatewaySpec): Promise<void> {
  const script = gatewayScript(spec.subnet, spec.addresses, edgeOf(spec.addresses[0]!));
  const madeFrom = shortHash(script);
  const name = egressName(identity, spec.network);
  const there = await callUnlessGone('look at a gateway', () => docker.getContainer(name).inspect());
  const fits =
    there?.Config.Labels[MADE_FROM] === madeFrom &&
    [spec.network, spec.edge].every((network) => network in there.NetworkSettings.Networks);
  if (there && !fits) await removeContainer(docker, there.Id);
  if (!fits) await create(docker, identity, spec, {name, script, madeFrom});
  const gateway = docker.getContainer(name);
  if (fits && there.State.Running) return untilReady(gateway, spec.network, 0);
  const before = fits ? countReady(await readLog(gateway)) : 0;
  await start(gateway);
  await untilReady(gateway, spec.network, before);
}

async function create(
  docker: Docker,
  identity: Identity,
  spec: GatewaySpec,
  {name, script, madeFrom}: {name: string; script: string; madeFrom: string},
): Promise<void> {
  const address = {IPAMConfig: {IPv4Address: spaceLayout(spec.subnet).egress}};
  const container = await call('make an egress gateway', () =>
    docker.createContainer({
      name,
      Image: spec.image,
      Entrypoint: ['/bin/sh', '-c', script],
      Labels: {...runtimeLabels(identity, EGRESS), [NETWORK]: spec.network, [MADE_FROM]: madeFrom},
      HostConfig: {
        ...netAdmin,
        NetworkMode: spec.network,
        Sysctls: {'net.ipv4.ip_forward': '1'},
        RestartPolicy: {Name: 'on-failure'},
      },
      NetworkingConfig: {EndpointsConfig: {[spec.network]: address}},
    }),
  );
  await call('join the edge network', () => docker.getNetwork(spec.edge).connect({Container: container.id}));
}

async function start(gateway: Docker.Container): Promise<void> {
  try {
    await call('start an egress gateway', () => gateway.start());
  } catch (error) {
    if (statusOf((error as Error).cause) !== 304) throw error;
  }
}

/** Its log holds the lines of all its starts; `before` of them were not this one's. */
async function untilReady(gateway: Docker.Container, network: string, before: number): Promise<void> {
  const log = (await call('read a log', () =>
    gateway.logs({stdout: true, stderr: true, follow: true}),
  )) as unknown as NodeJS.ReadableStream & {destroy(): void};
  const seen: Buffer[] = [];
  const timer = setTimeout(() => log.destroy(), READY_MS);
  try {
    for await (const chunk of log) {
      seen.push(chunk as Buffer);
      if (countReady(plain(Buffer.concat(seen))) > before) return;
    }
  } catch {
    // Destroyed: late.
  } finally {
    clearTimeout(timer);
    log.destroy();
  }
  const reason = plain(Buffer.concat(seen)).trim().slice(-500) || 'its egress gateway does not start';
  throw new DynoError('space_unavailable', {network, reason});
}

/** Zero, too, while it is loading its rules. */
function countReady(log: string): number {
  const words = log.match(/^(begin|ready)$/gm) ?? [];
  return words.at(-1) === 'ready' ? words.filter((word) => word === 'ready').length : 0;
}

export async function removeContainer(docker: Docker, id: string): Promise<void> {
  await callUnlessGone('remove a container', () => docker.getContainer(id).remove({force: true, v: true}));
}
