import type Docker from 'dockerode';
import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {networkInterfaces} from 'node:os';
import {setTimeout as wait} from 'node:timers/promises';
import {DynoError} from '../../model/error.js';
import type {NetworkSpec} from '../engine.js';
import {asDynoError, call, callUnlessGone, isGone, messageOf, statusOf} from './connection.js';
import {type Identity, OWNER, runtimeLabels} from './labels.js';
import {freeSubnets, parseRoutes, parseSubnet, type Range} from './subnets.js';

/** `us` → `dyno-1a2b3c4d5e6f-us`, by owner. */
export function networkName({owner}: Identity, name: string): string {
  return `dyno-${createHash('sha256').update(owner).digest('hex').slice(0, 12)}-${name}`;
}

/** Makes sure of a network; one of that name which is somebody else's, or has another subnet, is refused. */
export async function ensureNetwork(docker: Docker, identity: Identity, spec: NetworkSpec): Promise<void> {
  if (await isThere(docker, identity, spec)) return;
  const subnets = spec.subnet ? [spec.subnet] : freeSubnets(await takenRanges(docker), `${identity.owner}${spec.name}`);
  let failure: unknown;
  for (const subnet of subnets) {
    try {
      await docker.createNetwork(networkOptions(identity, spec, subnet));
      return;
    } catch (error) {
      if (statusOf(error) === 409 && (await isThere(docker, identity, spec))) return;
      failure = error;
      // Somebody took it meanwhile, or Docker knows of a route that we do not see: the next one may do.
      if (spec.subnet || !/overlap|invalid pool request/i.test(messageOf(error))) break;
    }
  }
  throw asDynoError(`make the network ${spec.name}`, failure ?? new Error('no subnet of 10.192.0.0/11 is free'));
}

/**
 * Common Runtime: dynos must not reach each other, so no traffic between containers and no IPv6, which that option
 * does not cover (docker-facts.md 1).
 */
function networkOptions(identity: Identity, spec: NetworkSpec, subnet: string): Docker.NetworkCreateOptions {
  return {
    Name: spec.name,
    Driver: 'bridge',
    CheckDuplicate: true,
    EnableIPv6: false,
    IPAM: {Driver: 'default', Config: [{Subnet: subnet}]},
    Labels: runtimeLabels(identity, spec.kind),
    ...(spec.kind === 'common' ? {Options: {'com.docker.network.bridge.enable_icc': 'false'}} : {}),
  };
}

/** Whether a dyno could not start because somebody took its network away. */
export function isNetworkMissing(error: unknown): boolean {
  return error instanceof DynoError && /network \S+ not found/i.test(messageOf(error.cause));
}

async function isThere(docker: Docker, identity: Identity, spec: NetworkSpec): Promise<boolean> {
  const there = await inspect(docker, spec.name);
  if (!there) return false;
  const subnet = there.IPAM?.Config?.[0]?.Subnet;
  const problem =
    there.Labels?.[OWNER] !== identity.owner
      ? 'a network of that name belongs to somebody else'
      : spec.subnet && subnet !== spec.subnet
        ? `it exists with the subnet ${subnet}`
        : null;
  if (problem)
    throw new DynoError('engine_refused', {engine: 'docker', action: `use the network ${spec.name}`, reason: problem});
  return true;
}

async function inspect(docker: Docker, name: string): Promise<Docker.NetworkInspectInfo | null> {
  try {
    const info = (await docker.getNetwork(name).inspect()) as Docker.NetworkInspectInfo;
    // Docker answers to the beginning of an id as well.
    return info.Name === name ? info : null;
  } catch (error) {
    if (isGone(error)) return null;
    throw asDynoError('look at a network', error);
  }
}

/** A network that dynos are still leaving is tried again for a moment. */
export async function removeNetwork(docker: Docker, identity: Identity, name: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const there = await inspect(docker, name);
    if (!there || there.Labels?.[OWNER] !== identity.owner) return;
    try {
      await docker.getNetwork(name).remove();
      return;
    } catch (error) {
      if (isGone(error)) return;
      if (attempt === 10 || !/active endpoints/.test(messageOf(error))) {
        throw asDynoError(`remove the network ${name}`, error);
      }
      for (const id of Object.keys(there.Containers ?? {})) await disconnectEnded(docker, name, id);
      await wait(200);
    }
  }
}

async function disconnectEnded(docker: Docker, network: string, id: string): Promise<void> {
  const info = await callUnlessGone('look at a container', () => docker.getContainer(id).inspect());
  if (info?.State.Running) return;
  await callUnlessGone('leave a network', () => docker.getNetwork(network).disconnect({Container: id, Force: true}));
}

/** Everything that an address of this machine or of Docker's networks may stand for. */
async function takenRanges(docker: Docker): Promise<Range[]> {
  const networks = await call('list networks', () => docker.listNetworks());
  const subnets = networks.flatMap(({IPAM}) => (IPAM?.Config ?? []).map(({Subnet}) => Subnet));
  const own = Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).map(({cidr}) => cidr));
  return [...[...subnets, ...own].flatMap((text) => (text && parseSubnet(text)) || []), ...routes()];
}

function routes(): Range[] {
  try {
    return parseRoutes(readFileSync('/proc/net/route', 'latin1'));
  } catch {
    return [];
  }
}
