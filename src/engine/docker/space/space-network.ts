import type Docker from 'dockerode';
import {edgeOf, spaceLayout} from '../../../model/subnets.js';
import type {NetworkSpec} from '../../engine.js';
import {call} from '../connection.js';
import {DYNO_ID, type Identity, labelFilter, OWNER, runtimeLabels} from '../labels.js';
import {removeNetwork} from '../networks.js';
import {ensureBridge, findNetwork} from './bridge.js';
import {ensureEdge, removeEdgeIfUnused} from './edge-network.js';
import {ensureGateway, removeContainer} from './egress-gateway.js';
import {bridgeName, GUARDED, NETWORK, SPACE} from './names.js';
import {ensureNetImage} from './net-image.js';
import {runNetHelper} from './net-helper.js';
import {ensureRouterNames} from './router-names.js';
import {dropGuard, hostAddress, loadRules, spaceGuard} from './rules.js';

/** A network for a space, with a way out of its own. */
export type SpaceNetworkSpec = NetworkSpec & {subnet: string; egress: {addresses: string[]}};

export interface SpaceGround {
  docker: Docker;
  identity: Identity;
  /** the engine's network is none of this machine's (rootless, virtual machine): see spaceGuard */
  ownNetwork: () => boolean;
}

/**
 * Makes a space's network whole: bridge, guard and gateway. Nothing is undone when a step fails; the next try goes on
 * from there, and removal takes away whatever there is.
 */
export async function ensureSpaceNetwork(ground: SpaceGround, spec: SpaceNetworkSpec): Promise<void> {
  const {docker, identity} = ground;
  const image = await ensureNetImage(docker);
  await ensureBridge(docker, identity, bridgeOptions(identity, spec));
  const both = await Promise.allSettled([ensureGuard(ground, spec, image), openWays(ground, spec, image)]);
  // Not before both have ended: what came late would outlive a removal.
  for (const one of both) if (one.status === 'rejected') throw one.reason;
}

/** Makes sure of what can end by itself: the way out, and the names of the router. */
export async function openWays(ground: SpaceGround, spec: SpaceNetworkSpec, known?: string): Promise<void> {
  const {docker, identity} = ground;
  const image = known ?? (await ensureNetImage(docker));
  const {addresses} = spec.egress;
  const edge = await ensureEdge(docker, identity, edgeOf(addresses[0]!));
  await ensureGateway(docker, identity, {
    network: spec.name,
    subnet: spec.subnet,
    addresses,
    edge,
    image,
  });
  const {name, subnet, routerNames = []} = spec;
  await ensureRouterNames(docker, identity, {network: name, subnet, names: routerNames, image});
}

/** No masquerading: what went out past the gateway would find no way back. */
function bridgeOptions(identity: Identity, {name, subnet}: SpaceNetworkSpec): Docker.NetworkCreateOptions {
  const {host, wayOut, pool} = spaceLayout(subnet);
  return {
    Name: name,
    Driver: 'bridge',
    EnableIPv6: false,
    IPAM: {
      Driver: 'default',
      Config: [
        {Subnet: subnet, Gateway: host, IPRange: pool, AuxiliaryAddresses: {DefaultGatewayIPv4: wayOut}} as object,
      ],
    },
    Options: {
      'com.docker.network.bridge.name': bridgeName(identity, name),
      'com.docker.network.bridge.enable_ip_masquerade': 'false',
    },
    Labels: {...runtimeLabels(identity, SPACE), [GUARDED]: 'yes'},
  };
}

async function ensureGuard(ground: SpaceGround, spec: SpaceNetworkSpec, image: string): Promise<void> {
  const bridge = bridgeName(ground.identity, spec.name);
  const rules = spaceGuard({
    bridge,
    subnet: spec.subnet,
    hostPorts: spec.hostPorts ?? [],
    forwarded: ground.ownNetwork(),
  });
  const script = `set -e\n${loadRules(rules)}${hostAddress(bridge, spec.subnet)}`;
  await onHost(ground, image, script, `guard the network ${spec.name}`);
}

async function onHost({docker, identity}: SpaceGround, image: string, script: string, action: string): Promise<void> {
  await runNetHelper(docker, identity, {image, network: 'host', script, action});
}

/**
 * Removes a space's network and all that belongs to it, whatever of it is there: gateway and data services first, then
 * the guard, then the bridge, last the edge if no other space uses it. The guard outlives whom it guards. A network that
 * is no space's is left alone.
 */
export async function removeSpaceNetwork(ground: SpaceGround, name: string): Promise<void> {
  const {docker, identity} = ground;
  const network = await findNetwork(docker, name);
  const guarded = network?.Labels?.[OWNER] === identity.owner && network.Labels[GUARDED] !== undefined;
  if (network && !guarded) return;
  const filters = labelFilter({[OWNER]: identity.owner, [NETWORK]: name});
  const containers = await call('list containers', () => docker.listContainers({all: true, filters}));
  const helpers = containers.filter(({Labels}) => Labels[DYNO_ID] === undefined);
  await Promise.all(helpers.map(({Id}) => removeContainer(docker, Id)));
  if (guarded) {
    const script = loadRules(`${dropGuard(bridgeName(identity, name))}\n`);
    await onHost(ground, await ensureNetImage(docker), script, `remove the guard of ${name}`);
    await removeNetwork(docker, identity, name);
  }
  await removeEdgeIfUnused(docker, identity);
}
