import type Docker from 'dockerode';
import {formatAddress, parseAddress, spaceLayout} from '../../../model/subnets.js';
import {DynoError} from '../../../model/error.js';
import {call, callUnlessGone, messageOf} from '../connection.js';
import {type Identity, labelFilter, OWNER, runtimeLabels} from '../labels.js';
import {findNetwork} from './bridge.js';
import {removeContainer} from './egress-gateway.js';
import {DATA, DATA_ID, DATA_NET, dataName, MADE_FROM, NETWORK, shortHash} from './names.js';
import {ensureNetImage} from './net-image.js';
import {runNetHelper} from './net-helper.js';
import {dataFirewall, loadRules} from './rules.js';

export interface DataServiceSpec {
  /** UUID, of an add-on for example */
  id: string;
  /** name of the space's network */
  network: string;
  image: string;
  /** absent: the image's own */
  command?: string[];
  entrypoint?: string[];
  env: Record<string, string>;
  /** TCP ports that dynos may reach */
  ports: number[];
  /** names inside the space */
  aliases: string[];
  /** MB; absent: no limit */
  memoryMb?: number;
  /** `uid:gid` or a name; absent: the image's own */
  user?: string;
  /** capabilities that its start needs, such as CHOWN and SETUID for images that change user; absent: none */
  capabilities?: string[];
  /** folder inside of it whose files outlive it: a volume that goes with removeDataService() */
  keeps?: string;
}

export interface DataService {
  id: string;
  /** its address in the space, kept through restarts */
  address: string;
}

/**
 * Makes sure that a data service runs in its space, where dynos reach it by name and nobody else does, not even the
 * host. Its network namespace belongs to a container of its own that runs nothing: the firewall is loaded there before
 * the service starts, and is still there when the service restarts.
 *
 *   namespace ──start──▶ firewall loaded ──start──▶ serving
 *       ▲                                             │ service ends: started again, namespace and rules are kept
 *       └──────── namespace ends: unreachable, all three again ◀┘
 *
 * @throws DynoError space_unavailable: the space's network is not there, or has no free address
 */
export async function ensureDataService(
  docker: Docker,
  identity: Identity,
  spec: DataServiceSpec,
): Promise<DataService> {
  const network = await findNetwork(docker, spec.network);
  const subnet = network?.Labels?.[OWNER] === identity.owner ? network.IPAM?.Config?.[0]?.Subnet : undefined;
  if (!subnet) throw unavailable(spec.network, 'there is no such network');
  const madeFrom = shortHash(JSON.stringify({...spec, subnet}));
  const found = await find(docker, identity, spec.id);
  const stale = found.filter(({Config}) => Config.Labels[MADE_FROM] !== madeFrom);
  for (const {Id} of stale) await removeContainer(docker, Id);
  const [namespace, service] = [dataName(identity, spec.id, 'net'), dataName(identity, spec.id, 'data')].map((name) =>
    found.find((one) => one.Name === `/${name}` && !stale.includes(one)),
  );
  const labels = {[DATA_ID]: spec.id, [NETWORK]: spec.network, [MADE_FROM]: madeFrom};
  const address =
    namespace?.Config.Labels['dyno.address'] ?? (await freeAddress(docker, identity, spec.network, subnet));

  const whole = namespace?.State.Running && service?.State.Running && startedAt(service) >= startedAt(namespace);
  if (whole) return {id: spec.id, address};
  if (service?.State.Running) await call('stop a data service', () => docker.getContainer(service.Id).stop({t: 30}));
  const holder = namespace?.Id ?? (await createNamespace(docker, identity, spec, address, labels));
  if (!namespace?.State.Running) await call('start a namespace', () => docker.getContainer(holder).start());
  await runNetHelper(docker, identity, {
    image: await ensureNetImage(docker),
    network: `container:${holder}`,
    script: loadRules(dataFirewall(subnet, spec.ports)),
    action: 'shut the network of a data service',
  });
  const id = service?.Id ?? (await createService(docker, identity, spec, holder, labels));
  await call(`start the data service ${spec.image}`, () => docker.getContainer(id).start());
  return {id: spec.id, address};
}

/** All of a data service, with what it kept. */
export async function removeDataService(docker: Docker, identity: Identity, id: string): Promise<void> {
  for (const {Id} of await find(docker, identity, id)) await removeContainer(docker, Id);
  await callUnlessGone('remove a volume', () => docker.getVolume(dataName(identity, id, 'data')).remove());
}

async function find(docker: Docker, {owner}: Identity, id: string): Promise<Docker.ContainerInspectInfo[]> {
  const filters = labelFilter({[OWNER]: owner, [DATA_ID]: id});
  const listed = await call('list containers', () => docker.listContainers({all: true, filters}));
  const infos = await Promise.all(
    listed.map(({Id}) => callUnlessGone('look at a container', () => docker.getContainer(Id).inspect())),
  );
  return infos.filter((info) => info !== null);
}

function startedAt({State}: Docker.ContainerInspectInfo): number {
  return Date.parse(State.StartedAt);
}

/** Addresses of data services are fixed and outside of what Docker hands out: the guard knows them in advance. */
async function freeAddress(docker: Docker, {owner}: Identity, network: string, subnet: string): Promise<string> {
  const filters = labelFilter({[OWNER]: owner, [NETWORK]: network}, 'dyno.address');
  const listed = await call('list containers', () => docker.listContainers({all: true, filters}));
  const taken = new Set(listed.map(({Labels}) => Labels['dyno.address']));
  const {dataFirst, dataLast} = spaceLayout(subnet);
  for (let address = parseAddress(dataFirst)!; address <= parseAddress(dataLast)!; address++) {
    if (!taken.has(formatAddress(address))) return formatAddress(address);
  }
  throw unavailable(network, 'it has no free address for a data service');
}

async function createNamespace(
  docker: Docker,
  identity: Identity,
  spec: DataServiceSpec,
  address: string,
  labels: Record<string, string>,
): Promise<string> {
  const image = await ensureNetImage(docker);
  const {id} = await call('make a namespace', () =>
    docker.createContainer({
      name: dataName(identity, spec.id, 'net'),
      Image: image,
      Hostname: spec.aliases[0]?.split('.')[0] ?? 'data',
      Entrypoint: ['/bin/sleep', 'infinity'],
      User: '65534:65534',
      Labels: {...runtimeLabels(identity, DATA_NET), ...labels, 'dyno.address': address},
      HostConfig: {
        NetworkMode: spec.network,
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges'],
        ReadonlyRootfs: true,
        // Never by Docker itself: the firewall has to come before the service.
        RestartPolicy: {Name: ''},
        LogConfig: {Type: 'none', Config: {}},
      },
      NetworkingConfig: {
        EndpointsConfig: {[spec.network]: {Aliases: spec.aliases, IPAMConfig: {IPv4Address: address}}},
      },
    }),
  );
  return id;
}

async function createService(
  docker: Docker,
  identity: Identity,
  spec: DataServiceSpec,
  namespace: string,
  labels: Record<string, string>,
): Promise<string> {
  const name = dataName(identity, spec.id, 'data');
  const volume = spec.keeps ? await keepVolume(docker, identity, name, labels) : null;
  const memory = spec.memoryMb === undefined ? {} : {Memory: spec.memoryMb << 20, MemorySwap: spec.memoryMb << 20};
  try {
    const {id} = await call(`make the data service ${spec.image}`, () =>
      docker.createContainer({
        name,
        Image: spec.image,
        ...(spec.command ? {Cmd: spec.command} : {}),
        ...(spec.entrypoint ? {Entrypoint: spec.entrypoint} : {}),
        ...(spec.user ? {User: spec.user} : {}),
        Env: Object.entries(spec.env).map(([key, value]) => `${key}=${value}`),
        Labels: {...runtimeLabels(identity, DATA), ...labels},
        HostConfig: {
          NetworkMode: `container:${namespace}`,
          CapDrop: ['ALL'],
          CapAdd: spec.capabilities ?? [],
          SecurityOpt: ['no-new-privileges'],
          RestartPolicy: {Name: ''},
          LogConfig: {Type: 'json-file', Config: {'max-size': '10m', 'max-file': '2'}},
          ...memory,
          ...(volume ? {Binds: [`${volume}:${spec.keeps}`]} : {}),
        },
      }),
    );
    return id;
  } catch (error) {
    if (/No such image/i.test(messageOf((error as Error).cause))) {
      throw new DynoError('unsupported', {message: `The image ${spec.image} is not here.`}, error);
    }
    throw error;
  }
}

async function keepVolume(
  docker: Docker,
  identity: Identity,
  name: string,
  labels: Record<string, string>,
): Promise<string> {
  await call('make a volume', () =>
    docker.createVolume({Name: name, Labels: {...runtimeLabels(identity, DATA), ...labels}}),
  );
  return name;
}

function unavailable(network: string, reason: string): DynoError {
  return new DynoError('space_unavailable', {network, reason});
}
