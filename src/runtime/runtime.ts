import {EventEmitter} from 'node:events';
import {join} from 'node:path';
import type {Readable} from 'node:stream';
import type {
  BuildResult,
  BuildSpec,
  Engine,
  EngineFacts,
  EngineImage,
  ExecSpec,
  Session,
  SlugSpec,
} from '../engine/engine.js';
import {DynoManager} from '../dyno-manager/dyno-manager.js';
import {Logplex} from '../logplex/logplex.js';
import type {DrainStatus} from '../model/drain.js';
import {DynoError} from '../model/error.js';
import {limits} from '../model/limits.js';
import {priority} from '../model/log.js';
import type {LogEntry} from '../model/log.js';
import type {LogChunk, LogFormName} from '../model/log-form.js';
import type {AppSpec, RuntimeSpec} from '../model/spec.js';
import {spaceLayout} from '../model/subnets.js';
import type {Visit, VisitAnswer} from '../model/visit.js';
import {Router, timelineOfLine} from '../router/router.js';
import type {RequestTimeline, RouterSettings} from '../router/router.js';
import {AdvancingClock} from './advancing-clock.js';
import {DynoHistories} from './dyno-histories.js';
import {ConnectedEngine} from './connected-engine.js';
import type {
  ChaosRequest,
  ClockInfo,
  DynoInfo,
  DynoSelector,
  LogQuery,
  LogRecord,
  OneOffRequest,
  ReleasePhaseRequest,
  RuntimeEvent,
  RuntimeStatus,
} from './protocol.js';
import {routedAppOf} from './routed-app.js';
import {entriesAtRuntimeTime, outputAtRuntimeTime} from './runtime-time.js';
import {SpecFile} from './spec-file.js';
import {visit} from './visit.js';

export interface RuntimeOptions {
  /** who this runtime is and where its router listens; apps may follow by setSpec() and setApp() */
  spec: RuntimeSpec;
  engine: Engine;
  /** holds spec.json and the logs */
  directory: string;
  version?: string;
  clock?: AdvancingClock;
  /** answers in [0, 1) */
  random?: () => number;
  routerSettings?: RouterSettings;
  /** signs session affinity cookies */
  affinitySecret?: Buffer;
  /** certificates for names that no app brings its own for; without it the router serves no https */
  certificateFor?: (host: string) => Promise<{cert: string; key: string}>;
  /** what the user should know but no app's log is the place for */
  report?: (problem: string) => void;
}

/**
 * One Dyno Runtime: a Common Runtime region, or a private space. Keeps the dynos of its apps equal to its spec, routes
 * to them and carries their logs. This is the only place where dyno manager, router, logplex and engine meet:
 *
 *   spec ──▶ dyno manager ──▶ engine ──▶ dynos
 *                │  ▲ wake, traffic        │ output
 *          dynos ▼  │                      ▼
 *               router ── router line ─▶ logplex ──▶ tails, drains
 */
export class Runtime {
  readonly #engine: Engine;
  readonly #connected: ConnectedEngine;
  readonly #clock: AdvancingClock;
  readonly #version: string;
  readonly #report: (problem: string) => void;
  readonly #logplex: Logplex;
  readonly #router: Router;
  readonly #manager: DynoManager;
  readonly #specFile: SpecFile;
  readonly #histories: DynoHistories;
  readonly #events = new EventEmitter<{event: [RuntimeEvent]}>();
  #spec: RuntimeSpec;
  #listensInside = false;

  constructor(options: RuntimeOptions) {
    const {spec, engine, directory, random = Math.random, certificateFor} = options;
    const {httpsPort: _unserved, ...plain} = spec.router;
    this.#spec = {...spec, router: certificateFor ? spec.router : plain, apps: []};
    this.#engine = engine;
    this.#version = options.version ?? '0';
    this.#report = options.report ?? (() => undefined);
    this.#specFile = new SpecFile(join(directory, 'spec.json'));
    const clock = (this.#clock = options.clock ?? new AdvancingClock());
    this.#histories = new DynoHistories(join(directory, 'dynos.json'), clock, this.#report);
    this.#events.setMaxListeners(0);

    // Lines bear the clock's time; what drains wait for happens in the real world.
    const logClock = {now: () => clock.now(), setTimeout: clock.work.setTimeout.bind(clock.work)};
    this.#logplex = new Logplex({clock: logClock, random, directory: join(directory, 'logs')});
    this.#router = new Router({
      kind: spec.kind,
      clock: clock.work,
      random,
      log: (appId, message) => this.#write(appId, 'router', message, priority.router),
      report: (error) => this.#report(error instanceof Error ? (error.stack ?? error.message) : String(error)),
      ...(options.routerSettings ? {settings: options.routerSettings} : {}),
      ...(options.affinitySecret ? {affinitySecret: options.affinitySecret} : {}),
      wake: (appId) => this.#manager.wake(appId),
      trafficSeen: (appId) => this.#manager.trafficSeen(appId),
      ...(certificateFor ? {certificateFor} : {}),
    });
    this.#manager = new DynoManager({
      engine,
      clock,
      workClock: clock.work,
      random,
      runtime: {name: spec.name, kind: spec.kind, network: spec.name},
      log: (appId, process, message) => this.#write(appId, process, message, priority.dynoManager),
      outputOf: (appId, dyno) => {
        const {output, cursor} = this.#logplex.dynoOutput(appId, dyno);
        return {output: outputAtRuntimeTime(output, clock), cursor};
      },
      onDynos: (appId, dynos) => this.#router.setDynos(appId, dynos),
      drain: (appId, dynoId) => this.#router.drain(appId, dynoId),
      onChange: (app, dyno) => this.#events.emit('event', {kind: 'dyno', app, dyno}),
      histories: this.#histories,
    });
    clock.onLeap((leap) => this.#manager.clockLeapt(leap));
    this.#connected = new ConnectedEngine({
      engine,
      spec: () => this.#spec,
      onReady: (facts) => this.#serve(facts),
      report: this.#report,
    });
    this.#admit();
    for (const app of spec.apps) this.#takeApp(app);
  }

  /**
   * Routes and logs at once; connects to the engine, adopts the dynos that run and lets missing ones start.
   * An engine that does not answer is tried again for ever: desired state waits.
   *
   * @throws DynoError port_in_use
   */
  async start(): Promise<void> {
    await this.#logplex.open();
    await this.#histories.open();
    const {host, httpPort, httpsPort} = this.#spec.router;
    const ports = await this.#router.listen({host, httpPort, ...(httpsPort === undefined ? {} : {httpsPort})});
    this.#spec = {...this.#spec, router: {host, ...ports}};
    await this.#connected.connect();
  }

  /** In reverse order of start. Dynos that are kept will be adopted by the next runtime of this name. */
  async close(options: {dynos: 'keep' | 'stop'} = {dynos: 'keep'}): Promise<void> {
    await this.#connected.close();
    if (options.dynos === 'keep') await this.#router.close();
    await this.#manager.close(options);
    if (options.dynos === 'stop') {
      await this.#router.close();
      await this.#connected.removeNetwork();
    }
    await this.#histories.flush();
    await this.#logplex.close();
    await this.#engine.close();
    this.#clock.close();
  }

  status(): RuntimeStatus {
    const {name, kind, router} = this.#spec;
    return {
      name,
      kind,
      pid: process.pid,
      version: this.#version,
      engine: this.#engine.name,
      routerUrl: `http://${router.host === '127.0.0.1' ? 'localhost' : router.host}:${router.httpPort}`,
      dynos: this.#manager.allDynos().filter(({state}) => state === 'up' || state === 'starting').length,
      warnings: this.#connected.warnings,
    };
  }

  /** Everything this runtime should run; apps that are not in it any more are removed in the background. */
  async setSpec(spec: RuntimeSpec): Promise<void> {
    const {name, kind, router} = this.#spec;
    if (spec.name !== name || spec.kind !== kind) {
      throw new DynoError('bad_request', {message: `This is runtime ${name}, not ${spec.name}.`});
    }
    const kept = new Set(spec.apps.map(({id}) => id));
    const gone = this.#spec.apps.filter(({id}) => !kept.has(id));
    this.#spec = {...spec, router, apps: this.#spec.apps};
    this.#admit();
    for (const app of spec.apps) this.#takeApp(app);
    for (const {id} of gone) {
      this.removeApp(id).catch((error: Error) => this.#report(`Removing app ${id}: ${error.message}`));
    }
    this.#connected.update();
    await this.#specFile.write(this.#spec);
  }

  /** An older revision than the one known is ignored. */
  async setApp(app: AppSpec): Promise<void> {
    this.#takeApp(app);
    this.#connected.update();
    await this.#specFile.write(this.#spec);
  }

  /** Resolves once no dyno, route, log or drain of the app is left. */
  async removeApp(appId: string): Promise<void> {
    this.#spec = {...this.#spec, apps: this.#spec.apps.filter(({id}) => id !== appId)};
    this.#connected.update();
    await this.#specFile.write(this.#spec);
    this.#router.removeApp(appId);
    await this.#manager.removeApp(appId);
    await this.#logplex.removeApp(appId);
  }

  dynosOf(appId: string): DynoInfo[] {
    return this.#manager.dynosOf(appId);
  }

  restart(appId: string, selector: DynoSelector): void {
    this.#manager.restart(appId, selector);
  }

  stop(appId: string, selector: DynoSelector): void {
    this.#manager.stop(appId, selector);
  }

  async runOneOff(appId: string, request: OneOffRequest): Promise<DynoInfo> {
    this.#connected.require();
    return this.#manager.runOneOff(appId, request);
  }

  attach(appId: string, dyno: string): Promise<Session> {
    return this.#manager.attach(appId, dyno);
  }

  exec(appId: string, dyno: string, exec: ExecSpec): Promise<Session> {
    return this.#manager.exec(appId, dyno, exec);
  }

  async runReleasePhase(
    appId: string,
    request: ReleasePhaseRequest,
    onOutput: (text: string) => void,
    signal?: AbortSignal,
  ): Promise<{status: number}> {
    this.#connected.require();
    const decoder = new TextDecoder();
    const decode = (chunk: Buffer) => onOutput(decoder.decode(chunk, {stream: true}));
    return this.#manager.runReleasePhase(appId, request, decode, signal);
  }

  writeLog(appId: string, entries: LogEntry[]): void {
    this.#logplex.write(appId, entriesAtRuntimeTime(entries, this.#clock));
  }

  drainsOf(appId: string): DrainStatus[] {
    return this.#logplex.drainsOf(appId);
  }

  readLog(appId: string, query: LogQuery, signal: AbortSignal): AsyncIterable<LogRecord[]> {
    return this.#logplex.read(appId, query, signal);
  }

  readLogText(appId: string, query: LogQuery, form: LogFormName, signal: AbortSignal): AsyncIterable<LogChunk> {
    return this.#logplex.readText(appId, query, form, signal);
  }

  /**
   * What the router remembers of a request; of an older one, what its line in the log says.
   *
   * @throws DynoError request_unknown
   */
  async requestTimeline(appId: string, requestId: string): Promise<RequestTimeline> {
    const known = this.#router.requestTimeline(appId, requestId) ?? (await this.#timelineInLog(appId, requestId));
    if (!known) throw new DynoError('request_unknown', {request: requestId});
    return known;
  }

  /** What a client at another address would get of this runtime's router. */
  visit(request: Visit, signal?: AbortSignal): Promise<VisitAnswer> {
    return visit(request, (peer, role) => this.#router.connectAs(peer, role), signal);
  }

  async build(spec: BuildSpec, onOutput: (text: string) => void, signal?: AbortSignal): Promise<BuildResult> {
    this.#connected.require();
    return this.#engine.build(spec, onOutput, signal);
  }

  async importSlug(spec: SlugSpec, tgz: Readable): Promise<BuildResult> {
    this.#connected.require();
    return this.#engine.importSlug(spec, tgz);
  }

  exportSlug(image: string): Promise<Readable> {
    return this.#engine.exportSlug(image);
  }

  /** Release images of the installation, of all its runtimes. */
  images(): Promise<EngineImage[]> {
    return this.#engine.listImages();
  }

  removeImage(image: string): Promise<void> {
    return this.#engine.removeImage(image);
  }

  removeBuildCache(appId: string): Promise<void> {
    return this.#engine.removeBuildCache(appId);
  }

  /** What the runtime of a space left in the engine when it was killed; this one serves as the janitor. */
  async removeSpaceOf(runtime: string): Promise<void> {
    this.#connected.require();
    await this.#engine.removeSpaceOf?.(runtime);
  }

  /** @throws DynoError engine_unreachable, also when it was there before */
  async doctor(): Promise<EngineFacts> {
    const facts = this.#connected.require();
    await this.#engine.listDynos();
    return facts;
  }

  clockInfo(): ClockInfo {
    return {now: new Date(this.#clock.now()).toISOString(), advancedMs: this.#clock.advancedMs};
  }

  setClock(change: {advanceMs?: number; reset?: true}): ClockInfo {
    if (change.reset) this.#resetClock();
    else this.#clock.advance(change.advanceMs ?? 0);
    return this.clockInfo();
  }

  chaos(request: ChaosRequest): void {
    this.#manager.chaos(request);
  }

  /** Answers with what ends the subscription. */
  onEvent(listener: (event: RuntimeEvent) => void): () => void {
    this.#events.on('event', listener);
    return () => void this.#events.off('event', listener);
  }

  #resetClock(): void {
    this.#clock.reset();
    this.#manager.clockReset();
  }

  /** Who may call the router: all in a region, trusted ranges in a space, and its dynos: the host has no address of theirs. */
  #admit(): void {
    const {space} = this.#spec;
    this.#router.setTrustedRanges(space ? space.trustedRanges : null, space?.deniedRanges);
    this.#router.setProxyPeers(space?.proxyPeers ?? []);
    this.#router.setInternalRanges(space ? [spaceLayout(space.subnet).pool] : []);
  }

  /** One app into every part; the parts keep what they need of it. */
  #takeApp(app: AppSpec): void {
    const known = this.#spec.apps.find(({id}) => id === app.id);
    if (known && known.revision > app.revision) return;
    this.#spec = {...this.#spec, apps: [...this.#spec.apps.filter(({id}) => id !== app.id), app]};
    this.#logplex.setApp({id: app.id, drains: app.drains});
    this.#router.setApp(routedAppOf(app));
    this.#manager.setApp(app);
  }

  async #serve(facts: EngineFacts): Promise<void> {
    await this.#listenInside(facts);
    await this.#manager.start();
  }

  /** Where dynos of a space call its router: apps with internal routing are for them only (heroku-behaviour.md 1.7). */
  async #listenInside({abilities}: EngineFacts): Promise<void> {
    const {space, router} = this.#spec;
    if (!space || this.#listensInside || !abilities.spaces.holds || !abilities['direct-address'].holds) return;
    await this.#router.listen({...router, host: spaceLayout(space.subnet).host});
    this.#listensInside = true;
  }

  async #timelineInLog(appId: string, requestId: string): Promise<RequestTimeline | undefined> {
    const query = {lines: limits.logHistory, process: 'router'};
    for await (const records of this.#logplex.read(appId, query, new AbortController().signal)) {
      const found = records.findLast(({message}) => message.includes(` request_id=${requestId} `));
      if (found) return timelineOfLine(appId, found.message, found.time);
    }
    return undefined;
  }

  #write(appId: string, process: string, message: string, pri: number): void {
    this.#logplex.write(appId, {time: this.#clock.now(), source: 'heroku', process, message, pri});
  }
}
