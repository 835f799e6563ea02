import type Docker from 'dockerode';
import {buffer} from 'node:stream/consumers';
import type {Ability, AbilityFact, EngineFacts} from '../engine.js';
import {call, callUnlessGone, localSocket} from './connection.js';
import {type Identity, runtimeLabels} from './labels.js';
import {makerLabel} from './makers.js';
import {isOwnAddress} from './own-address.js';
import {FrameReader} from './raw-stream.js';
import {DYNO_UID} from './release-image.js';

interface Info {
  OperatingSystem: string;
  MemoryLimit: boolean;
  SwapLimit: boolean;
  PidsLimit?: boolean;
  CPUShares: boolean;
  CgroupDriver: string;
  CgroupVersion?: string;
  BridgeNfIptables: boolean;
  SecurityOptions?: string[];
  ServerVersion: string;
  ID: string;
  Architecture: string;
}

export interface EngineProbe {
  facts: EngineFacts;
  /** what a cached result of the isolation probe is valid for */
  fingerprint: string;
  cgroupVersion: number;
  /** rootless, or in a virtual machine: nobody is beside its network, and what is published comes in from beyond it */
  ownNetwork: boolean;
}

/** What can be told without a container. */
export async function probeEngine(docker: Docker): Promise<EngineProbe> {
  const info = (await call('answer', () => docker.info())) as Info;
  const rootless = (info.SecurityOptions ?? []).some((option) => option.includes('rootless'));
  const ownNetwork = rootless || inVirtualMachine(docker, info);
  const noCgroups = info.CgroupDriver === 'none';
  const limit = (there: boolean | undefined, what: string): AbilityFact =>
    there && !noCgroups
      ? {holds: true}
      : {
          holds: false,
          why: `This Docker Engine cannot limit ${what}${noCgroups ? ' (rootless without cgroup v2)' : ''}.`,
        };
  const abilities: Record<Ability, AbilityFact> = {
    'direct-address': await directAddress(docker, info, rootless),
    'dyno-isolation': notProbed(info),
    'neighbour-isolation': ownNetwork
      ? {holds: true, note: "the engine's network is none of this machine's"}
      : {holds: false, why: 'Not guarded yet on this engine.'},
    'memory-limit': limit(info.MemoryLimit, 'memory'),
    'process-limit': limit(info.PidsLimit ?? true, 'processes'),
    'cpu-share': limit(info.CPUShares, 'shares of the CPU'),
    'private-filesystem': {holds: true},
    'unprivileged-user': {holds: true},
    spaces: {holds: true},
    dockerfile: {holds: true},
  };
  const facts: EngineFacts = {engine: 'docker', version: info.ServerVersion, abilities};
  return {
    facts,
    fingerprint: `${info.ID} ${info.ServerVersion} ${info.BridgeNfIptables}`,
    cgroupVersion: Number(info.CgroupVersion ?? 1),
    ownNetwork,
  };
}

function notProbed(info: Info): AbilityFact {
  if (!info.BridgeNfIptables) return {holds: false, why: bridgeNfOff};
  return {holds: false, why: 'Not probed yet on this engine.'};
}

const bridgeNfOff =
  'Traffic within a bridge passes the firewall by: set net.bridge.bridge-nf-call-iptables=1 to keep dynos apart.';

function inVirtualMachine(docker: Docker, info: Info): boolean {
  return localSocket(docker) !== null && (process.platform !== 'linux' || /docker desktop/i.test(info.OperatingSystem));
}

/** The gateway of Docker's own bridge is an address of this machine only where bridges are. */
async function directAddress(docker: Docker, info: Info, rootless: boolean): Promise<AbilityFact> {
  const no = (why: string): AbilityFact => ({holds: false, why});
  if (!localSocket(docker)) return no('The Docker Engine is on another machine.');
  if (inVirtualMachine(docker, info)) {
    return no('Docker runs in a virtual machine: dynos are reached on ports of 127.0.0.1.');
  }
  if (rootless) return no('A rootless Docker Engine has its own network: dynos are reached on ports of 127.0.0.1.');
  const bridge = await callUnlessGone('look at a network', () => docker.getNetwork('bridge').inspect());
  const gateway = (bridge as {IPAM?: {Config?: {Gateway?: string}[]}} | null)?.IPAM?.Config?.[0]?.Gateway;
  if (!gateway || (await isOwnAddress(gateway))) return {holds: true};
  return no(`${gateway}, the gateway of Docker's bridge, is no address of this machine.`);
}

/**
 * Proves on the network itself that one container cannot reach another: a closed port that answers "refused" within
 * the time is a peer that was reached. Two throw-away containers, about a second.
 */
export async function probeIsolation(
  docker: Docker,
  identity: Identity,
  network: string,
  image: string,
): Promise<AbilityFact> {
  const peer = await probeContainer(docker, identity, network, image, 'sleep 60');
  try {
    const {NetworkSettings} = await call('look at a probe', () => peer.inspect());
    const address = NetworkSettings.Networks[network]?.IPAddress;
    if (!address) return {holds: false, why: 'The probe got no address.'};
    const prober = await probeContainer(docker, identity, network, image, probeScript(address));
    try {
      await call('wait for a probe', () => prober.wait());
      return verdict(await outputOf(prober));
    } finally {
      await removeProbe(prober);
    }
  } finally {
    await removeProbe(peer);
  }
}

/** IPv6: a link-local address is enough to reach a neighbour, so there must be none. */
function probeScript(address: string): string {
  return `
timeout 2 bash -c 'exec 3<>/dev/tcp/${address}/9' 2>/dev/null
[ $? -eq 124 ] && echo v4 apart || echo v4 reached
grep -qv ' lo$' /proc/net/if_inet6 2>/dev/null && echo v6 present || echo v6 absent`;
}

function verdict(said: string): AbilityFact {
  if (said.includes('v4 apart') && said.includes('v6 absent')) return {holds: true};
  if (said.includes('v4 reached')) {
    return {
      holds: false,
      why: 'A probe reached another dyno: this engine does not keep containers of one bridge apart.',
    };
  }
  if (said.includes('v6 present'))
    return {holds: false, why: 'Dynos have IPv6 addresses, which the engine does not filter.'};
  return {holds: false, why: `The probe gave no answer: ${said.trim().slice(0, 200) || 'nothing'}`};
}

async function probeContainer(
  docker: Docker,
  identity: Identity,
  network: string,
  image: string,
  script: string,
): Promise<Docker.Container> {
  const container = await call('make a probe', () =>
    docker.createContainer({
      Image: image,
      Entrypoint: ['bash', '-c', script],
      User: `${DYNO_UID}:${DYNO_UID}`,
      Labels: {...runtimeLabels(identity, 'probe'), ...makerLabel()},
      HostConfig: {
        NetworkMode: network,
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges'],
        RestartPolicy: {Name: ''},
      },
    }),
  );
  try {
    await call('start a probe', () => container.start());
  } catch (error) {
    await removeProbe(container);
    throw error;
  }
  return container;
}

async function outputOf(container: Docker.Container): Promise<string> {
  const raw = await call('read a probe', () => container.logs({stdout: true, stderr: true, follow: true}));
  const pieces: Buffer[] = [];
  new FrameReader((piece) => pieces.push(piece)).read(await buffer(raw as NodeJS.ReadableStream));
  return Buffer.concat(pieces).toString();
}

async function removeProbe(container: Docker.Container): Promise<void> {
  await callUnlessGone('remove a probe', () => container.remove({force: true, v: true}));
}
