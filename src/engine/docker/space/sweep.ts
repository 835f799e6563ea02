import {call} from '../connection.js';
import {DYNO_ID, KIND, labelFilter, OWNER, RUNTIME} from '../labels.js';
import {findNetwork} from './bridge.js';
import {removeEdgeIfUnused} from './edge-network.js';
import {removeContainer} from './egress-gateway.js';
import {DATA, DATA_NET, EGRESS, NAMES, NETWORK, SPACE} from './names.js';
import {removeSpaceNetwork, type SpaceGround} from './space-network.js';

const helperKinds = [EGRESS, NAMES, DATA, DATA_NET];

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
 * Removes all that a space's runtime of this owner has left in Docker: dynos, gateway, data services, guard, network.
 * For a runtime that was killed while it removed them itself.
 */
export async function removeSpaceOf(ground: SpaceGround, runtime: string): Promise<void> {
  const {docker, identity} = ground;
  const labels = {[OWNER]: identity.owner, [RUNTIME]: runtime};
  const [networks, containers] = await Promise.all([
    call('list networks', () => docker.listNetworks({filters: labelFilter({...labels, [KIND]: SPACE})})),
    call('list containers', () => docker.listContainers({all: true, filters: labelFilter(labels, NETWORK)})),
  ]);
  const helpers = containers.filter(({Labels}) => helperKinds.includes(Labels[KIND] ?? ''));
  const names = new Set([...networks.map(({Name}) => Name), ...helpers.map(({Labels}) => Labels[NETWORK]!)]);
  const dynos = containers.filter(({Labels}) => Labels[DYNO_ID] !== undefined && names.has(Labels[NETWORK]!));
  await Promise.all(dynos.map(({Id}) => removeContainer(docker, Id)));
  for (const name of names) await removeSpaceNetwork(ground, name);
}
