import type Docker from 'dockerode';
import {spaceLayout} from '../../../model/subnets.js';
import {call, callUnlessGone} from '../connection.js';
import {type Identity, runtimeLabels} from '../labels.js';
import {removeContainer} from './egress-gateway.js';
import {MADE_FROM, NAMES, namesName, NETWORK, shortHash} from './names.js';
import {netAdmin} from './net-helper.js';

export interface RouterNames {
  network: string;
  subnet: string;
  /** what resolves to the router inside of the space */
  names: readonly string[];
  image: string;
}

/** It has the address for its names' sake only; the host answers at it (rules.ts, hostAddress). */
const STEP_ASIDE = `ip link set eth0 down
trap 'exit 0' TERM INT
sleep infinity & wait
`;

/**
 * Makes sure that the router's names resolve inside of a space. Docker resolves the names of running containers and of
 * nothing else, so one that runs nothing bears them, at an address that the host itself has on the bridge.
 */
export async function ensureRouterNames(docker: Docker, identity: Identity, spec: RouterNames): Promise<void> {
  const name = namesName(identity, spec.network);
  const madeFrom = shortHash(JSON.stringify([STEP_ASIDE, spec.subnet, spec.image, [...spec.names].sort()]));
  const there = await callUnlessGone('look at the names of a router', () => docker.getContainer(name).inspect());
  const fits = spec.names.length > 0 && there?.Config.Labels[MADE_FROM] === madeFrom;
  if (fits && there.State.Running) return;
  if (there) await removeContainer(docker, there.Id);
  if (spec.names.length === 0) return;
  const endpoint = {Aliases: [...spec.names], IPAMConfig: {IPv4Address: spaceLayout(spec.subnet).router}};
  const container = await call('make the names of a router', () =>
    docker.createContainer({
      name,
      Image: spec.image,
      Entrypoint: ['/bin/sh', '-c', STEP_ASIDE],
      Labels: {...runtimeLabels(identity, NAMES), [NETWORK]: spec.network, [MADE_FROM]: madeFrom},
      HostConfig: {...netAdmin, NetworkMode: spec.network},
      NetworkingConfig: {EndpointsConfig: {[spec.network]: endpoint}},
    }),
  );
  await call('start the names of a router', () => container.start());
}
