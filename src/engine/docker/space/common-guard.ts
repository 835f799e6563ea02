import type Docker from 'dockerode';
import type {AbilityFact} from '../../engine.js';
import type {Identity} from '../labels.js';
import {findNetwork} from './bridge.js';
import {bridgeName} from './names.js';
import {runNetHelper} from './net-helper.js';
import {ensureNetImage} from './net-image.js';
import {commonGuard, loadRules} from './rules.js';

const BY_GUARD = "By dyno's own guard: this engine's blocking does not hold here.";

/** Whether isolation holds by a guard of ours, which does not outlive the machine's next start. */
export function byGuard(fact: AbilityFact | undefined): boolean {
  return fact?.holds === true && fact.note === BY_GUARD;
}

/**
 * What the probe says, after another try with a guard when it says no: an engine whose bridges bypass iptables keeps
 * dynos apart all the same (docs/decisions/2026-11-26-firewalls-per-bridge.md). `guarded`: known to need it.
 */
export async function proveApart(
  probe: () => Promise<AbilityFact>,
  guard: () => Promise<void>,
  guarded = false,
): Promise<AbilityFact> {
  const first = guarded ? null : await probe();
  if (first?.holds) return first;
  try {
    await guard();
  } catch (error) {
    return first ?? {holds: false, why: `Dynos may reach each other: ${(error as Error).message}`};
  }
  const second = await probe();
  return second.holds ? {holds: true, note: BY_GUARD} : second;
}

/** Removed with the network's other guard (neighbour-guard.ts). @throws DynoError unsupported, engine_refused */
export async function guardCommon(docker: Docker, identity: Identity, network: string): Promise<void> {
  const subnet = (await findNetwork(docker, network))?.IPAM?.Config?.[0]?.Subnet;
  if (!subnet) return;
  await onHost(docker, identity, commonGuard(bridgeName(identity, network), subnet), `guard the network ${network}`);
}

async function onHost(docker: Docker, identity: Identity, rules: string, action: string): Promise<void> {
  const image = await ensureNetImage(docker);
  await runNetHelper(docker, identity, {image, network: 'host', script: loadRules(rules), action});
}
