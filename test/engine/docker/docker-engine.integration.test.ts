import Docker from 'dockerode';
import {DockerEngine} from '../../../src/engine/docker/docker-engine.js';
import {describeEngineContract} from '../contract.js';
import type {Rig} from '../contract/rig.js';

const docker = new Docker();

describeEngineContract('docker', {
  make: (identity) => new DockerEngine({...identity, stackImage: 'host'}),
  prepare: async (rig: Rig) => {
    await (rig.engine as DockerEngine).probeIsolation(rig.network);
  },
  leftovers: ownedBy,
});

/** Everything in Docker that carries the owner's label. */
export async function ownedBy(owner: string): Promise<string[]> {
  const filters = {label: [`dyno.owner=${owner}`]};
  const [containers, networks, {Volumes}, images] = await Promise.all([
    docker.listContainers({all: true, filters}),
    docker.listNetworks({filters}),
    docker.listVolumes({filters}),
    docker.listImages({filters, all: true}),
  ]);
  return [
    ...containers.map(({Names}) => `container ${Names.join()}`),
    ...networks.map(({Name}) => `network ${Name}`),
    ...(Volumes ?? []).map(({Name}) => `volume ${Name}`),
    ...images.map(({Id, RepoTags}) => `image ${RepoTags?.join() ?? Id}`),
  ];
}
