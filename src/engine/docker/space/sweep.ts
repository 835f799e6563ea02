import {call} from '../connection.js';
import {DYNO_ID, KIND, labelFilter, OWNER, RUNTIME} from '../labels.js';
import {findNetwork} from './bridge.js';
import {removeEdgeIfUnused} from './edge-network.js';
import {removeContainer} from './egress-gateway.js';
import {DATA, DATA_NET, EGRESS, NETWORK, SPACE} from './names.js';
import {removeSpaceNetwork, type SpaceGround} from './space-network.js';

const helperKinds = [EGRESS, DATA, DATA_NET];

/** Removes what a half-made or half-removed space of this runtime left: helpers whose network is gone, an empty edge. */
export async function sweepSpaces({docker, identity}: SpaceGround): Promise<void> {
  const filters = labelFilter({[OWNER]: identity.owner, [RUNTIME]: identity.runtime}, NETWORK);
  const listed = await call('list containers', () => docker.listContainers({all: true, filters}));
  const helpers = listed.filter(({Labels}) => helperKinds.includes(Labels[KIND] ?? ''));
  for (const {Id, Labels} of helpers) {
    if (!(await findNetwork(docker, Labels[NETWORK] ?? ''))) await removeContainer(docker, Id);
  }
  await removeEdgeIfUnused(docker, identity);
}

/**
 * Removes all that this owner has in Docker of spaces whose runtimes are not among `runtimes`: dynos, gateways, data
 * services, guards, networks. For the platform, which alone knows what should be there.
 */
export async function removeSpacesExcept(ground: SpaceGround, runtimes: readonly string[]): Promise<void> {
  const {docker, identity} = ground;
  const {owner} = identity;
  const networks = await call('list networks', () =>
    docker.listNetworks({filters: labelFilter({[OWNER]: owner, [KIND]: SPACE})}),
  );
  const containers = await call('list containers', () =>
    docker.listContainers({all: true, filters: labelFilter({[OWNER]: owner}, NETWORK)}),
  );
  const names = new Set(networks.filter((network) => isOrphan(network.Labels)).map(({Name}) => Name));
  for (const {Labels} of containers) {
    if (helperKinds.includes(Labels[KIND] ?? '') && isOrphan(Labels)) names.add(Labels[NETWORK]!);
  }
  for (const name of names) {
    const dynos = containers.filter(({Labels}) => Labels[NETWORK] === name && Labels[DYNO_ID] !== undefined);
    await Promise.all(dynos.map(({Id}) => removeContainer(docker, Id)));
    await removeSpaceNetwork(ground, name);
  }

  function isOrphan(labels: Record<string, string> | undefined): boolean {
    return !runtimes.includes(labels?.[RUNTIME] ?? '');
  }
}
