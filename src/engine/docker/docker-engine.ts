import type Docker from 'dockerode';
import {setMaxListeners} from 'node:events';
import {availableParallelism} from 'node:os';
import {join} from 'node:path';
import type {Duplex, Readable} from 'node:stream';
import type {Clock} from '../../model/clock.js';
import {DynoError} from '../../model/error.js';
import type {
  AbilityFact,
  BuildResult,
  BuildSpec,
  DynoOutput,
  DynoSignal,
  DynoSpec,
  DynoUsage,
  Engine,
  EngineDyno,
  EngineEvent,
  EngineFacts,
  EngineImage,
  ExecSpec,
  NetworkSpec,
  Session,
  SlugSpec,
} from '../engine.js';
import {isBound} from './bound.js';
import {buildWithBuildpacks} from './buildpack-build.js';
import {type CaBundle, readCaBundle} from './ca-bundle.js';
import {call, callUnlessGone, connect} from './connection.js';
import {buildWithDockerfile} from './dockerfile-build.js';
import {DynoList} from './dyno-list.js';
import {DynoStarter} from './dyno-starter.js';
import {followLog} from './follow.js';
import {HostView} from './host-view.js';
import * as images from './images.js';
import {IsolationProof} from './isolation.js';
import {KeptNetworks} from './kept-networks.js';
import {type Identity, KIND} from './labels.js';
import {removeOrphanedHelpers} from './makers.js';
import {ensureNetwork, isNetworkMissing, networkName, removeNetwork} from './networks.js';
import {parseCursor} from './output-cursor.js';
import {type EngineProbe, probeEngine} from './probe.js';
import {QuotaFiles} from './quota-files.js';
import {Retry} from './retry.js';
import {Semaphore} from './semaphore.js';
import {attach, attachedSession, execSession} from './sessions.js';
import {signalDyno} from './signal-dyno.js';
import {spaceAbility} from './space/ability.js';
import {byGuard} from './space/common-guard.js';
import type {DataService, DataServiceSpec} from './space/data-service.js';
import {NeighbourGuard} from './space/neighbour-guard.js';
import {isSpaceNetwork, Spaces} from './space/spaces.js';
import {StackImages} from './stack-image.js';
import {usageOf} from './usage.js';
import {watchEvents} from './watch.js';

export interface DockerEngineOptions {
  /** id of the installation */
  owner: string;
  /** name of the runtime that this object serves */
  runtime: string;
  /** folder of the engine's own: remembers what was probed */
  directory: string;
  /** how to reach the engine; absent: DOCKER_HOST, else the socket of this user's Docker */
  docker?: Docker.DockerOptions;
  /** `host` for a stack image of this machine's files, or the name of an image; absent: Heroku's where it can be had */
  stackImage?: string;
  clock?: Clock;
  /** treat the engine as one in a virtual machine: dynos are reached on ports of 127.0.0.1, nothing is read from /proc */
  publish?: boolean;
}

/** Any image with a bash will do. */
const PROBE_STACK = 'heroku-24';

/** Runs dynos as containers of a Docker Engine: the real thing, on one machine. See docs/engines.md. */
export class DockerEngine implements Engine {
  readonly name = 'docker';
  readonly #options: DockerEngineOptions;
  readonly #identity: Identity;
  readonly #docker: Docker;
  readonly #ca: CaBundle | null;
  readonly #stacks: StackImages;
  readonly #list: DynoList;
  readonly #view: HostView;
  readonly #starts = new Semaphore(2 * availableParallelism());
  readonly #builds = new Semaphore(2);
  readonly #closing = new AbortController();
  readonly #retry = new Retry();
  readonly #spaces: Spaces;
  /** terminals of attached one-offs that wait for their client */
  readonly #terminals = new Map<string, Duplex>();
  readonly #isolation: IsolationProof;
  readonly #neighbours: NeighbourGuard;
  /** of regions; a space's keeper looks after its own */
  readonly #networks = new KeptNetworks((network) => this.#restoreNetwork(network));
  #quotas: QuotaFiles;
  #probed: EngineProbe | null = null;

  constructor(options: DockerEngineOptions) {
    this.#options = options;
    // One listener per dyno that is read.
    setMaxListeners(0, this.#closing.signal);
    this.#identity = {owner: options.owner, runtime: options.runtime};
    this.#docker = connect(options.docker);
    this.#ca = readCaBundle();
    this.#stacks = new StackImages(this.#docker, options.stackImage ?? process.env['DYNO_STACK_IMAGE']);
    this.#list = new DynoList(this.#docker, this.#identity, this.#clockOffset);
    this.#neighbours = new NeighbourGuard(
      this.#docker,
      this.#identity,
      (fact) => (this.#opened().facts.abilities['neighbour-isolation'] = fact),
    );
    this.#spaces = new Spaces(
      {docker: this.#docker, identity: this.#identity, ownNetwork: () => this.#opened().ownNetwork},
      (fact) => (this.#opened().facts.abilities.spaces = fact),
    );
    this.#isolation = new IsolationProof(this.#docker, this.#identity, join(options.directory, 'isolation.json'));
    this.#quotas = new QuotaFiles(options.directory, false);
    this.#view = new HostView(async (id) => {
      if (options.publish) return 0;
      const info = await callUnlessGone('look at a dyno', () => this.#docker.getContainer(id).inspect());
      return info?.State.Pid ?? 0;
    });
  }

  async open(): Promise<EngineFacts> {
    const probed = await probeEngine(this.#docker);
    if (this.#options.publish) {
      probed.facts.abilities['direct-address'] = {holds: false, why: 'Dynos are published on 127.0.0.1 as asked for.'};
    }
    const cached = await this.#isolation.remembered(probed.fingerprint);
    if (cached) probed.facts.abilities['dyno-isolation'] = cached;
    this.#probed = probed;
    const local = probed.cgroupVersion === 1 && probed.facts.abilities['direct-address'].holds;
    this.#quotas = new QuotaFiles(this.#options.directory, local);
    probed.facts.abilities.spaces = await spaceAbility(this.#docker, this.#hasDirectAddress());
    await removeOrphanedHelpers(this.#docker, this.#identity);
    // One that is being made at this moment has no name yet either.
    await images.removeUnused(this.#docker, {...images.identityLabels(this.#identity), [KIND]: 'release'}, '1h');
    await this.#spaces.sweep();
    return probed.facts;
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('the engine is closed'));
    for (const terminal of this.#terminals.values()) terminal.destroy();
    this.#terminals.clear();
    await this.#retry.close();
    await this.#networks.settled();
    await this.#neighbours.settled();
    await this.#spaces.close();
  }

  async ensureNetwork(network: NetworkSpec): Promise<void> {
    const named = {...network, name: this.networkName(network.name)};
    if (isSpaceNetwork(named)) {
      await this.#spaces.ensure(named);
      this.#opened().facts.abilities['neighbour-isolation'] = {holds: true};
      return;
    }
    await ensureNetwork(this.#docker, this.#identity, named);
    this.#networks.keep(network);
    if (named.kind === 'common' && !this.#opened().ownNetwork) this.#neighbours.load(named.name);
  }

  async removeNetwork(name: string): Promise<void> {
    const named = this.networkName(name);
    this.#networks.forget(name);
    await this.#networks.settled();
    await this.#spaces.remove(named);
    await this.#neighbours.drop(named);
    await removeNetwork(this.#docker, this.#identity, named);
  }

  removeSpaceOf(runtime: string): Promise<void> {
    return this.#spaces.removeOf(runtime);
  }

  /** A service in a space's network that its dynos reach by name, and nobody else at all; see space/data-service.ts. */
  ensureDataService(spec: DataServiceSpec): Promise<DataService> {
    return this.#spaces.ensureData({...spec, network: this.networkName(spec.network)});
  }

  removeDataService(id: string): Promise<void> {
    return this.#spaces.removeData(id);
  }

  /** Docker's name of a network: every installation of a machine has its `us`. */
  networkName(name: string): string {
    return networkName(this.#identity, name);
  }

  /**
   * Proves with two throw-away containers that dynos on `network` cannot reach each other; about 2 s, once per engine and
   * its version: then the answer is remembered. Changes the facts that open() gave.
   */
  async probeIsolation(network: string, {again = false} = {}): Promise<AbilityFact> {
    const {facts, fingerprint} = this.#opened();
    await this.#neighbours.settled();
    const known = again ? null : await this.#isolation.remembered(fingerprint);
    if (known?.holds) return known;
    const {run} = await this.#stacks.ensure(PROBE_STACK);
    const fact = await this.#isolation.prove(this.networkName(network), run, fingerprint);
    facts.abilities['dyno-isolation'] = fact;
    return fact;
  }

  async startDyno(spec: DynoSpec, output: DynoOutput): Promise<EngineDyno> {
    const starter = new DynoStarter({
      docker: this.#docker,
      identity: this.#identity,
      facts: this.#opened().facts,
      ca: this.#ca,
      quotas: this.#quotas,
      list: this.#list,
      now: this.#now,
    });
    const named = {...spec, network: this.networkName(spec.network)};
    const delivery = {
      docker: this.#docker,
      output,
      now: this.#now,
      clockOffset: this.#clockOffset,
      retry: () => this.#retry.wait(),
      signal: this.#closing.signal,
    };
    return this.#starts.run(async () => {
      await this.#guarded();
      const {dyno, terminal} = await starter.start(named, delivery).catch(async (error: unknown) => {
        if (!isNetworkMissing(error)) throw error;
        await this.#networks.restore();
        await this.#guarded();
        return starter.start(named, delivery);
      });
      if (terminal) {
        this.#terminals.set(dyno.engineId, terminal);
        terminal.once('close', () => {
          this.#terminals.delete(dyno.engineId);
          if (!this.#closing.signal.aborted) output.end();
        });
      }
      return dyno;
    });
  }

  listDynos(): Promise<EngineDyno[]> {
    return this.#list.read();
  }

  findDyno(engineId: string): Promise<EngineDyno | null> {
    return this.#list.find(engineId);
  }

  async followDyno(engineId: string, since: string | null, output: DynoOutput): Promise<void> {
    const info = await callUnlessGone('look at a dyno', () => this.#docker.getContainer(engineId).inspect());
    if (!info) return output.end();
    void followLog({
      docker: this.#docker,
      engineId,
      cursor: since === null ? null : parseCursor(since),
      output,
      clockOffset: this.#clockOffset,
      retry: () => this.#retry.wait(),
      signal: this.#closing.signal,
    });
  }

  signalDyno(engineId: string, signal: DynoSignal): Promise<void> {
    return signalDyno(this.#docker, this.#view, engineId, signal);
  }

  async removeDyno(engineId: string): Promise<void> {
    this.#view.forget(engineId);
    this.#terminals.get(engineId)?.destroy();
    await callUnlessGone('remove a dyno', () => this.#docker.getContainer(engineId).remove({force: true, v: true}));
  }

  isBound(engineId: string): Promise<boolean> {
    return isBound(this.#docker, this.#view, engineId, this.#list.portOf(engineId));
  }

  usageOf(engineId: string): Promise<DynoUsage | null> {
    return usageOf(this.#docker, this.#view, engineId);
  }

  async attachDyno(engineId: string): Promise<Session> {
    const info = await call('attach to a dyno', () => this.#docker.getContainer(engineId).inspect());
    const terminal = this.#terminals.get(engineId) ?? (await attach(this.#docker, engineId));
    return attachedSession(this.#docker, engineId, terminal, info.Config.Tty);
  }

  execDyno(engineId: string, exec: ExecSpec): Promise<Session> {
    return execSession(this.#docker, engineId, exec);
  }

  watch(onEvent: (event: EngineEvent) => void, signal: AbortSignal): Promise<void> {
    return watchEvents({
      docker: this.#docker,
      identity: this.#identity,
      onEvent: (event) => {
        // Dynos that are to start now wait for it; what fails here is tried again by the first that finds no network.
        if (event.kind === 'resync') this.#networks.restore().catch(() => undefined);
        onEvent(event);
      },
      retry: () => this.#retry.wait(),
      signal: AbortSignal.any([signal, this.#closing.signal]),
    });
  }

  async build(spec: BuildSpec, onOutput: (text: string) => void, signal?: AbortSignal): Promise<BuildResult> {
    return this.#builds.run(async () => {
      const context = {
        docker: this.#docker,
        identity: this.#identity,
        ca: this.#ca,
        image: images.releaseImage(spec.id),
      };
      if (spec.dockerfile) {
        // The stack `container` has no image of its own.
        const stackName = spec.stack === 'container' ? 'heroku-24' : spec.stack;
        const stackImage = async () => (await this.#stacks.ensure(stackName)).run;
        return buildWithDockerfile(spec, {...context, stackImage}, onOutput, signal);
      }
      const stack = await this.#stacks.ensure(spec.stack);
      const cacheVolume = await images.ensureCacheVolume(this.#docker, this.#identity, spec.appId);
      return buildWithBuildpacks(spec, {...context, stack, cacheVolume}, onOutput, signal);
    });
  }

  async importSlug(slug: SlugSpec, tgz: Readable): Promise<BuildResult> {
    const {run} = await this.#stacks.ensure(slug.stack);
    return images.importSlug(this.#docker, this.#identity, slug, tgz, {from: run, ca: this.#ca});
  }

  exportSlug(image: string): Promise<Readable> {
    return images.exportSlug(this.#docker, image);
  }

  listImages(): Promise<EngineImage[]> {
    return images.listImages(this.#docker, this.#identity);
  }

  removeImage(image: string): Promise<void> {
    return images.removeImage(this.#docker, image);
  }

  removeBuildCache(appId: string): Promise<void> {
    return images.removeCache(this.#docker, this.#identity, appId);
  }

  readonly #now = (): number => this.#options.clock?.now() ?? Date.now();

  /** ms by which the given clock is ahead of Docker's */
  readonly #clockOffset = (): number => (this.#options.clock ? this.#options.clock.now() - Date.now() : 0);

  /** A guard of ours is gone when the firewall is; what the engine does by itself is as it was. */
  async #restoreNetwork(network: NetworkSpec): Promise<void> {
    await this.ensureNetwork(network);
    if (byGuard(this.#opened().facts.abilities['dyno-isolation']))
      await this.probeIsolation(network.name, {again: true});
  }

  /** No dyno starts before its network is closed to strangers, or is known to be open. */
  async #guarded(): Promise<void> {
    await this.#networks.settled();
    await this.#neighbours.settled();
  }

  #hasDirectAddress(): boolean {
    return this.#opened().facts.abilities['direct-address'].holds;
  }

  #opened(): EngineProbe {
    if (!this.#probed) throw new DynoError('engine_unreachable', {engine: 'docker', reason: 'it was not opened yet'});
    return this.#probed;
  }
}
