import {randomUUID} from 'node:crypto';
import {setMaxListeners} from 'node:events';
import type {EngineDyno, ExecSpec, Session} from '../engine/engine.js';
import type {ChaosRequest, DynoInfo, DynoSelector, OneOffRequest, ReleasePhaseRequest} from '../model/dyno-info.js';
import {DynoError} from '../model/error.js';
import type {Leap} from '../model/leap.js';
import {limits} from '../model/limits.js';
import type {AppSpec} from '../model/spec.js';
import {adopt} from './adopt.js';
import {AppDynos} from './app-dynos.js';
import {doMischief} from './chaos.js';
import type {Dyno} from './dyno.js';
import {EngineWatch} from './engine-watch.js';
import type {DynoManagerOptions, Ground, RoutedDyno} from './ground.js';
import {attachOneOff, execInDyno, runOneOff} from './one-offs.js';
import {Ports} from './ports.js';
import {runReleasePhase} from './release-phase.js';
import {Sampler} from './sampler.js';
import {whileReachable} from './until-reachable.js';

export type {DynoManagerOptions, RoutedDyno};

/** Ids of ended dynos that are remembered, so that an old answer of the engine does not bring them back. */
const MOST_GONE = 4096;

/** A dyno that the engine has, and since which of our questions it must be in the answers. */
interface Known {
  app: AppDynos;
  dyno: Dyno;
  since: number;
}

/**
 * Keeps the dynos of a runtime's apps equal to what the platform desires, as Heroku's dyno manager does. Each app is
 * looked at by itself (AppDynos); here is what they share: the engine's events, the samples, the way in.
 */
export class DynoManager {
  readonly #ground: Ground;
  readonly #closing = new AbortController();
  readonly #apps = new Map<string, AppDynos>();
  readonly #known = new Map<string, Known>();
  readonly #gone = new Set<string>();
  /** ended before startDyno() told us the engine's id */
  readonly #early = new Set<string>();
  readonly #watch: EngineWatch;
  readonly #sampler: Sampler;
  #questions = 0;
  #isRestoring = false;
  #isStarted = false;

  constructor(options: DynoManagerOptions) {
    const {random, clock, workClock = clock} = options;
    setMaxListeners(0, this.#closing.signal);
    this.#ground = {...options, workClock, ports: new Ports(random), newId: randomUUID, closing: this.#closing.signal};
    this.#watch = new EngineWatch(this.#ground, {
      seen: (engineId, found) => this.#seen(engineId, found),
      listed: (found, asked) => void this.#listed(found, asked),
      outOfMemory: (engineId) => this.#outOfMemory(engineId),
      isKnown: (engineId) => this.#known.has(engineId),
      wasAway: (since) => {
        for (const app of this.#apps.values()) app.engineWasAway(since);
      },
      asked: () => ++this.#questions,
    });
    this.#sampler = new Sampler(this.#ground, () => this.#running());
  }

  /**
   * Adopts what runs: its output is followed from where it was left, what ended meanwhile is settled. Nothing is
   * started or stopped before. May be called again after it failed.
   *
   * @throws DynoError engine_unreachable
   */
  async start(): Promise<void> {
    if (this.#isStarted) return;
    if (!this.#isRestoring) for (const app of this.#apps.values()) app.restore();
    this.#isRestoring = true;
    const found = await this.#ground.engine.listDynos();
    await this.#adoptAll(found);
    this.#isStarted = true;
    for (const app of this.#apps.values()) app.ready();
    this.#watch.start();
    this.#sampler.start();
    this.#removeOrphans();
  }

  /** Desired state of an app; an older revision than the one known is ignored. */
  setApp(spec: AppSpec): void {
    this.#appOf(spec.id).setSpec(spec);
  }

  /**
   * Resolves once none of its dynos is left.
   *
   * @throws DynoError engine_unreachable: they will be ended as soon as the engine answers
   */
  async removeApp(appId: string): Promise<void> {
    const app = this.#apps.get(appId);
    if (!app) return;
    const removed = app.remove().then(() => {
      app.letGo();
      this.#apps.delete(appId);
    });
    await whileReachable(this.#ground, removed);
  }

  dynosOf(appId: string): DynoInfo[] {
    return this.#apps.get(appId)?.infos() ?? [];
  }

  allDynos(): (DynoInfo & {appId: string})[] {
    return [...this.#apps.values()].flatMap((app) => app.infos().map((info) => ({...info, appId: app.appId})));
  }

  /** Nothing named: all of the formation, one-offs go on. @throws DynoError not_found */
  restart(appId: string, selector: DynoSelector): void {
    this.#requireApp(appId).restart(selector);
  }

  /** Formation dynos are started again when they have ended. @throws DynoError not_found */
  stop(appId: string, selector: DynoSelector): void {
    this.#requireApp(appId).stop(selector);
  }

  async runOneOff(appId: string, request: OneOffRequest): Promise<DynoInfo> {
    return runOneOff(this.#requireApp(appId), request);
  }

  async attach(appId: string, dyno: string): Promise<Session> {
    return attachOneOff(this.#requireApp(appId), dyno);
  }

  async exec(appId: string, dyno: string, exec: ExecSpec): Promise<Session> {
    return execInDyno(this.#requireApp(appId), dyno, exec);
  }

  async runReleasePhase(
    appId: string,
    request: ReleasePhaseRequest,
    onOutput: (chunk: Buffer) => void,
    signal?: AbortSignal,
  ): Promise<{status: number}> {
    return runReleasePhase(this.#requireApp(appId), request, onOutput, signal);
  }

  /** A request waits for a sleeping app. */
  wake(appId: string): void {
    this.#apps.get(appId)?.wake();
  }

  trafficSeen(appId: string): void {
    this.#apps.get(appId)?.trafficSeen();
  }

  /** The clock has leapt; what has fallen due is done now, what is in the works is carried over. */
  clockLeapt(leap: Leap): void {
    for (const app of this.#apps.values()) app.clockLeapt(leap);
  }

  /** The clock has gone back: deadlines keep what was left of them. */
  clockReset(): void {
    for (const app of this.#apps.values()) app.look();
  }

  /** `app` of the request: id or name. @throws DynoError not_found */
  chaos(request: ChaosRequest): void {
    const app = [...this.#apps.values()].find(({appId, spec}) => appId === request.app || spec?.name === request.app);
    if (!app) throw new DynoError('not_found', {resource: 'app'});
    doMischief(app, request, this.#ground.random);
  }

  /** Dynos that are kept go on running, to be adopted by the next dyno manager of this runtime. */
  async close({dynos}: {dynos: 'keep' | 'stop'} = {dynos: 'keep'}): Promise<void> {
    // What an engine that does not answer still has is adopted and ended when this runtime is started again.
    const removals = dynos === 'stop' && this.#isStarted ? [...this.#apps.keys()].map((id) => this.removeApp(id)) : [];
    await Promise.allSettled(removals);
    this.#sampler.stop();
    this.#watch.stop();
    this.#closing.abort();
    for (const app of this.#apps.values()) app.letGo();
  }

  #appOf(appId: string): AppDynos {
    let app = this.#apps.get(appId);
    if (!app) {
      app = new AppDynos(appId, this.#ground, {
        known: (engineId, app, dyno) => this.#learn(engineId, app, dyno),
        forgotten: (dyno) => this.#forget(dyno),
      });
      this.#apps.set(appId, app);
      if (this.#isRestoring) app.restore();
      if (this.#isStarted) app.ready();
    }
    return app;
  }

  #requireApp(appId: string): AppDynos {
    const app = this.#apps.get(appId);
    if (!app) throw new DynoError('not_found', {resource: 'app'});
    return app;
  }

  #learn(engineId: string, app: AppDynos, dyno: Dyno): void {
    this.#known.set(engineId, {app, dyno, since: this.#questions + 1});
    if (this.#early.delete(engineId)) void this.#watch.look(engineId);
  }

  #forget(dyno: Dyno): void {
    if (dyno.engineId !== null) this.#known.delete(dyno.engineId);
    this.#gone.add(dyno.id);
    for (const id of this.#gone) {
      if (this.#gone.size <= MOST_GONE) break;
      this.#gone.delete(id);
    }
  }

  #seen(engineId: string, found: EngineDyno | null): void {
    const known = this.#known.get(engineId);
    if (!known) {
      if (found && !this.#gone.has(found.id)) this.#early.add(engineId);
      return;
    }
    const exit = found ? found.exit : {status: 137, at: this.#ground.clock.now(), outOfMemory: false};
    if (exit) void known.app.runner.settleExit(known.dyno, exit);
  }

  async #listed(found: EngineDyno[], asked: number): Promise<void> {
    const there = new Set(found.map(({engineId}) => engineId));
    for (const dyno of found) if (dyno.exit && this.#known.has(dyno.engineId)) this.#seen(dyno.engineId, dyno);
    for (const [engineId, {since}] of this.#known) {
      if (since <= asked && !there.has(engineId)) this.#seen(engineId, null);
    }
    for (const app of await this.#adoptAll(found)) app.look();
  }

  /** The running before the ended, the newest first: they bear the names. Answers with the apps concerned. */
  async #adoptAll(found: EngineDyno[]): Promise<Set<AppDynos>> {
    const unknown = found.filter(({id, engineId, appId}) => {
      const isOurs = this.#known.has(engineId) || this.#gone.has(id) || this.#apps.get(appId)?.dynoById(id);
      return !isOurs;
    });
    unknown.sort((a, b) => Number(b.running) - Number(a.running) || b.createdAt - a.createdAt);
    await Promise.all(unknown.map((dyno) => adopt(this.#appOf(dyno.appId), dyno)));
    return new Set(unknown.map(({appId}) => this.#appOf(appId)));
  }

  #outOfMemory(engineId: string): void {
    const known = this.#known.get(engineId);
    if (!known) return;
    known.dyno.outOfMemory = true;
    known.app.look();
  }

  *#running(): Iterable<[AppDynos, Dyno]> {
    for (const {app, dyno} of this.#known.values()) yield [app, dyno];
  }

  /** Dynos of apps that nobody desires any more: removing them was interrupted. */
  #removeOrphans(): void {
    this.#ground.workClock.setTimeout(() => {
      if (this.#closing.signal.aborted) return;
      for (const [appId, {spec}] of this.#apps) if (!spec) this.removeApp(appId).catch(() => undefined);
    }, limits.orphanMs);
  }
}
