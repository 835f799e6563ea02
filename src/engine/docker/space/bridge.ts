import type Docker from 'dockerode';
import {setTimeout as wait} from 'node:timers/promises';
import {DynoError} from '../../../model/error.js';
import {asDynoError, callUnlessGone, isGone, messageOf, statusOf} from '../connection.js';
import {type Identity, OWNER} from '../labels.js';

export type NetworkInfo = Docker.NetworkInspectInfo;

/** Tries to find a network that somebody else is just making, 100 ms apart. */
const PATIENCE = 20;

/**
 * Makes sure of a bridge of ours with exactly this subnet. Two that make it at the same moment are both content.
 *
 * @throws DynoError subnet_taken: a network or a route of this machine has addresses of it; engine_refused: the name is
 *   somebody else's
 */
export async function ensureBridge(
  docker: Docker,
  identity: Identity,
  options: Docker.NetworkCreateOptions,
): Promise<NetworkInfo> {
  const subnet = options.IPAM!.Config![0]!.Subnet!;
  for (let attempt = 1; ; attempt++) {
    const there = await findNetwork(docker, options.Name);
    if (there) return checked(there, identity, subnet);
    try {
      await docker.createNetwork({...options, CheckDuplicate: true});
    } catch (error) {
      if (!isTaken(error)) throw asDynoError(`make the network ${options.Name}`, error);
      // Its addresses are taken before it can be seen.
      if (attempt < PATIENCE) await wait(100);
      else throw new DynoError('subnet_taken', {subnet, reason: messageOf(error)}, error);
    }
  }
}

function isTaken(error: unknown): boolean {
  const taken = /overlap|invalid pool request|conflicts with|already exists|failed to allocate gateway/i;
  return statusOf(error) !== undefined && taken.test(messageOf(error));
}

function checked(there: NetworkInfo, {owner}: Identity, subnet: string): NetworkInfo {
  const has = there.IPAM?.Config?.[0]?.Subnet;
  const reason =
    there.Labels?.[OWNER] !== owner
      ? 'a network of that name belongs to somebody else'
      : has !== subnet
        ? `it exists with the subnet ${has}`
        : null;
  if (reason)
    throw new DynoError('engine_refused', {engine: 'docker', action: `use the network ${there.Name}`, reason});
  return there;
}

export async function findNetwork(docker: Docker, name: string): Promise<NetworkInfo | null> {
  try {
    const info = (await docker.getNetwork(name).inspect()) as NetworkInfo;
    // Docker answers to the beginning of an id as well.
    return info.Name === name ? info : null;
  } catch (error) {
    if (isGone(error)) return null;
    throw asDynoError('look at a network', error);
  }
}

/** False while somebody is on it. */
export async function removeUnused(docker: Docker, name: string): Promise<boolean> {
  try {
    await callUnlessGone(`remove the network ${name}`, () => docker.getNetwork(name).remove());
    return true;
  } catch (error) {
    if (/active endpoints/.test(messageOf((error as Error).cause))) return false;
    throw error;
  }
}
