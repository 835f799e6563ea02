import Docker from 'dockerode';

const docker = new Docker();

/** Everything in Docker that carries the owner's label, a line each. */
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
