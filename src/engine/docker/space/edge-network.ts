import type Docker from 'dockerode';
import {edgeLayout} from '../../../model/subnets.js';
import {type Identity, KIND, OWNER} from '../labels.js';
import {ensureBridge, findNetwork, removeUnused} from './bridge.js';
import {bridgeName, EDGE, edgeName} from './names.js';

/**
 * The edge of an installation: one bridge on which every egress gateway has the stable addresses of its space. Docker
 * hands out the last quarter by itself, so that it never meets one of those. Shared by all runtimes of the owner.
 */
export async function ensureEdge(docker: Docker, identity: Identity, subnet: string): Promise<string> {
  const {host, pool} = edgeLayout(subnet);
  const name = edgeName(identity);
  await ensureBridge(docker, identity, {
    Name: name,
    Driver: 'bridge',
    EnableIPv6: false,
    IPAM: {Driver: 'default', Config: [{Subnet: subnet, Gateway: host, IPRange: pool}]},
    Options: {'com.docker.network.bridge.name': bridgeName(identity, name)},
    Labels: {[OWNER]: identity.owner, [KIND]: EDGE},
  });
  return name;
}

/** Goes with the last space that used it. */
export async function removeEdgeIfUnused(docker: Docker, identity: Identity): Promise<void> {
  const there = await findNetwork(docker, edgeName(identity));
  if (there?.Labels?.[OWNER] === identity.owner) await removeUnused(docker, there.Name);
}
