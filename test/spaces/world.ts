import type Docker from 'dockerode';
import {execFile} from 'node:child_process';
import {randomInt, randomUUID} from 'node:crypto';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {networkInterfaces, tmpdir} from 'node:os';
import {join} from 'node:path';
import {text} from 'node:stream/consumers';
import {connect} from '../../src/engine/docker/connection.js';
import {DockerEngine} from '../../src/engine/docker/docker-engine.js';
import {networkName} from '../../src/engine/docker/networks.js';
import {bridgeName} from '../../src/engine/docker/space/names.js';
import type {DynoOutput, DynoSpec, EngineDyno, NetworkSpec} from '../../src/engine/engine.js';
import {
  allocateEdge,
  allocateNatAddresses,
  allocateSubnet,
  edgeLayout,
  parseRoutes,
  parseSubnet,
  type Range,
  spaceLayout,
} from '../../src/model/subnets.js';
import {testOwner} from '../support/owner.js';
import {dynoPeer, OTHER_PORT, peerSlug, type Probe, probeLines, readResults, UDP_PORT} from './peers.js';

const quiet: DynoOutput = {write: () => undefined, end: () => undefined};

/** Dynos, data services and networks of one owner that exists for a test, on the real engine. */
export class World {
  readonly owner = testOwner();
  readonly docker: Docker = connect();
  readonly #engines = new Map<string, DockerEngine>();
  readonly #networks = new Map<string, NetworkSpec>();
  readonly #runtimes = new Set<string>();
  readonly #nat: string[] = [];
  readonly #pending: Promise<unknown>[] = [];
  image = '';
  #addresses: {edge: string; cidr: string; taken: Range[]} | null = null;
  #directory: string | null = null;

  get directory(): string {
    return (this.#directory ??= mkdtempSync(join(tmpdir(), 'dyno-spaces-')));
  }

  get edge(): string {
    return this.#places().edge;
  }

  /** Looked for when the first is needed, and at a place of chance: others of this machine look at the same moment. */
  #places() {
    if (this.#addresses) return this.#addresses;
    const taken = machineRanges();
    const edge = allocateEdge(this.owner, taken);
    return (this.#addresses = {edge, cidr: `10.${randomInt(64, 128)}.0.0/16`, taken});
  }

  /** A runtime's engine with its network; a further object of the same identity when it is called again. */
  async region(runtime: string, options: {publish?: boolean} = {}): Promise<DockerEngine> {
    return this.#open(runtime, {name: runtime, kind: 'common'}, options);
  }

  async space(runtime: string, options: {publish?: boolean} = {}): Promise<DockerEngine> {
    return this.#open(runtime, this.#networks.get(runtime) ?? this.spaceSpec(runtime), options);
  }

  spaceSpec(runtime: string): NetworkSpec & {subnet: string; egress: {addresses: string[]}} {
    this.#runtimes.add(runtime);
    const {cidr, taken} = this.#places();
    const subnet = allocateSubnet(cidr, taken);
    taken.push(parseSubnet(subnet)!);
    const addresses = allocateNatAddresses(this.edge, this.#nat);
    this.#nat.push(...addresses);
    return {name: runtime, kind: 'space', subnet, egress: {addresses}};
  }

  engine(runtime: string, options: {publish?: boolean} = {}): DockerEngine {
    return new DockerEngine({owner: this.owner, runtime, directory: join(this.directory, runtime), ...options});
  }

  #open(runtime: string, network: NetworkSpec, options: {publish?: boolean}): Promise<DockerEngine> {
    this.#runtimes.add(runtime);
    const opened = this.#ensure(runtime, network, options);
    this.#pending.push(opened);
    return opened;
  }

  async #ensure(runtime: string, network: NetworkSpec, options: {publish?: boolean}): Promise<DockerEngine> {
    const engine = this.engine(runtime, options);
    await engine.open();
    await this.#engines.get(runtime)?.close();
    this.#engines.set(runtime, engine);
    this.#networks.set(runtime, network);
    await engine.ensureNetwork(network);
    return engine;
  }

  networkOf(runtime: string): NetworkSpec & {subnet: string; egress: {addresses: string[]}} {
    return this.#networks.get(runtime) as NetworkSpec & {subnet: string; egress: {addresses: string[]}};
  }

  /** Docker's name of a runtime's network. */
  networkName(runtime: string): string {
    return this.#engines.get(runtime)!.networkName(this.#networks.get(runtime)!.name);
  }

  /** Where a partner on this host sees stable addresses. */
  get partnerAddress(): string {
    return edgeLayout(this.edge).host;
  }

  async importImage(): Promise<void> {
    const engine = [...this.#engines.values()][0]!;
    const slug = {id: randomUUID(), appId: randomUUID(), app: 'peer', stack: 'heroku-24'};
    this.image = (await engine.importSlug(slug, await peerSlug())).image;
  }

  async startDyno(runtime: string, command: string, overrides: Partial<DynoSpec> = {}): Promise<EngineDyno> {
    return this.#engines.get(runtime)!.startDyno(this.#dynoSpec(runtime, command, overrides), quiet);
  }

  /** A dyno that serves under its name; `app` and `dyno` give its names inside a space. */
  async startPeer(runtime: string, name: string, app: string, dyno: string, port: number): Promise<EngineDyno> {
    const [type, number] = dyno.split('.') as [string, string];
    const aliases = [`${number}.${type}.${app}.app.localspace`, `${type}.${app}.app.localspace`];
    const inSpace = this.#networks.get(runtime)!.kind === 'space';
    return this.startDyno(runtime, `${dynoPeer} serve ${name} ${port} ${OTHER_PORT} ${UDP_PORT}`, {
      app,
      name: dyno,
      port,
      ...(inSpace ? {aliases} : {}),
    });
  }

  /** A data service that serves under its name. */
  async ensureData(runtime: string, name: string, port: number, id: string, alias: string) {
    return this.#engines.get(runtime)!.ensureDataService({
      id,
      network: this.#networks.get(runtime)!.name,
      image: this.image,
      entrypoint: ['/bin/bash', '-c'],
      command: [`exec env ${dynoPeer} serve ${name} ${port} ${OTHER_PORT} ${UDP_PORT}`],
      env: {},
      user: '1000:1000',
      ports: [port],
      aliases: [alias],
    });
  }

  #dynoSpec(runtime: string, command: string, overrides: Partial<DynoSpec>): DynoSpec {
    return {
      id: randomUUID(),
      appId: randomUUID(),
      app: 'peer',
      name: 'worker.1',
      kind: 'formation',
      release: 1,
      image: this.image,
      command,
      env: {HOME: '/app', ...(overrides.port ? {PORT: `${overrides.port}`} : {})},
      size: 'Private-M',
      memoryMb: 512,
      memoryKillMb: 1024,
      cpuShare: 1,
      processes: 512,
      port: null,
      network: this.#networks.get(runtime)!.name,
      ...overrides,
    };
  }

  async exec(runtime: string, dyno: EngineDyno, command: string): Promise<string> {
    const session = await this.#engines
      .get(runtime)!
      .execDyno(dyno.engineId, {command, env: {HOME: '/app'}, tty: null});
    const output = await text(session.output);
    await session.exited;
    return output;
  }

  async probe(
    runtime: string,
    dyno: EngineDyno,
    probes: readonly Probe[],
    seconds: number,
  ): Promise<Map<string, string>> {
    return readResults(await this.exec(runtime, dyno, probeCommand(probes, seconds)));
  }

  /** Docker's id of the container that serves a data service, or of the one that holds its network. */
  async dataContainer(id: string, kind: 'data' | 'data-net'): Promise<string> {
    const filters = {label: [`dyno.owner=${this.owner}`, `dyno.data_id=${id}`, `dyno.kind=${kind}`]};
    return (await this.docker.listContainers({all: true, filters}))[0]!.Id;
  }

  async gatewayContainer(runtime: string): Promise<string> {
    const filters = {label: [`dyno.owner=${this.owner}`, `dyno.runtime=${runtime}`, 'dyno.kind=egress']};
    return (await this.docker.listContainers({all: true, filters}))[0]!.Id;
  }

  /** Takes everything down and answers what is left in spite of that, a line each. */
  async close(): Promise<string[]> {
    await Promise.allSettled(this.#pending);
    for (const [runtime, engine] of this.#engines) {
      for (const dyno of await engine.listDynos()) await engine.removeDyno(dyno.engineId);
      await engine.removeNetwork(this.#networks.get(runtime)!.name);
    }
    for (const engine of this.#engines.values()) {
      for (const {image} of await engine.listImages()) await engine.removeImage(image);
      await engine.close();
    }
    if (this.#directory) rmSync(this.#directory, {recursive: true, force: true});
    return this.leftovers();
  }

  /** Tables of the host's firewall. */
  guards(): Promise<string[]> {
    return guardsOf(this.owner, this.#runtimes);
  }

  async leftovers(): Promise<string[]> {
    const filters = {label: [`dyno.owner=${this.owner}`]};
    const [containers, networks, volumes] = await Promise.all([
      this.docker.listContainers({all: true, filters}),
      this.docker.listNetworks({filters}),
      this.docker.listVolumes({filters}),
    ]);
    return [
      ...containers.map(({Names}) => `container ${Names[0]}`),
      ...networks.map(({Name}) => `network ${Name}`),
      ...(volumes.Volumes ?? []).map(({Name}) => `volume ${Name}`),
      ...(await this.guards()),
    ];
  }
}

export function probeCommand(probes: readonly Probe[], seconds: number): string {
  return `${dynoPeer} probe ${seconds} <<'PROBES'\n${probeLines(probes)}PROBES\n`;
}

export function machineRanges(): Range[] {
  return parseRoutes(readFileSync('/proc/net/route', 'latin1'));
}

/** Which of these runtimes of an owner have a guard on the host, as `table inet dyno_…`: others of this machine have theirs. */
export async function guardsOf(owner: string, runtimes: Iterable<string>): Promise<string[]> {
  const listed = await new Promise<string>((resolve, reject) => {
    execFile('nft', ['list', 'tables'], (error, stdout) => (error ? reject(error) : resolve(stdout)));
  });
  const tables = [...runtimes].map((runtime) => {
    const identity = {owner, runtime};
    return `dyno_${bridgeName(identity, networkName(identity, runtime))}`;
  });
  return tables.filter((table) => listed.includes(table)).map((table) => `table inet ${table}`);
}

/** Addresses of this host that reach it from anywhere: where a published port would be. */
export function hostAddresses(): string[] {
  return Object.entries(networkInterfaces())
    .filter(([name]) => name === 'docker0' || name === 'eth0')
    .flatMap(([, addresses]) => addresses ?? [])
    .filter(({family}) => family === 'IPv4')
    .map(({address}) => address);
}

export {spaceLayout};
