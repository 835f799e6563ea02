import {PassThrough} from 'node:stream';
import type {
  BuildResult,
  DynoOutput,
  DynoSignal,
  DynoSpec,
  DynoUsage,
  Engine,
  EngineDyno,
  EngineEvent,
  EngineFacts,
  ExecSpec,
  Session,
} from '../../src/engine/engine.js';
import {sleep} from '../../src/model/clock.js';
import type {Clock} from '../../src/model/clock.js';
import {DynoError} from '../../src/model/error.js';

/** How a simulated dyno behaves. All times on the clock of the engine. */
export interface Behaviour {
  /** ms that startDyno() takes */
  startMs: number;
  /** ms from the launch until $PORT is bound; null: never */
  bootMs: number | null;
  /** ends by itself after this many ms; null: never */
  exitMs: number | null;
  exitStatus: number;
  /** ms from SIGTERM to the exit with status 143; null: it ignores SIGTERM */
  termMs: number | null;
  /** the same for SIGHUP, status 129 */
  hupMs: number | null;
  usage: DynoUsage;
  /** written at the launch */
  output: string;
  startError: DynoError | null;
  /** it is started, but the answer does not arrive */
  answerLost: boolean;
}

export const wellBehaved: Behaviour = {
  startMs: 400,
  bootMs: 500,
  exitMs: null,
  exitStatus: 0,
  termMs: 100,
  hupMs: 100,
  usage: {rss: 50 * 1024 * 1024, cache: 0, swap: 0, pgpgin: 0, pgpgout: 0, runnable: 1},
  output: '',
  startError: null,
  answerLost: false,
};

/** A dyno of the simulated engine: what the port shows of it, and what drives it. */
interface Simulated {
  spec: DynoSpec;
  dyno: EngineDyno;
  behaviour: Behaviour;
  output: DynoOutput | null;
  bindsAt: number | null;
  frozen: boolean;
  pendingTerm: boolean;
  terminatedAt: number | null;
  session: {input: PassThrough; output: PassThrough; exited: (status: number) => void; exitedPromise: Promise<number>};
}

/**
 * An engine without processes: an in-memory table on an injected clock, for tests of policy and for benchmarks. It
 * keeps the contract of the port (levels, hints, errors); what dynos do is scripted per start by `behaviourOf`.
 */
export class SimulatedEngine implements Engine {
  readonly name = 'process';
  /** starts so far */
  starts = 0;
  /** calls of listDynos() so far */
  lists = 0;
  isReachable = true;
  /** called whenever something starts or ends: for invariants */
  onTransition: () => void = () => undefined;
  readonly #clock: Clock;
  readonly #behaviourOf: (spec: DynoSpec) => Partial<Behaviour>;
  readonly #dynos = new Map<string, Simulated>();
  readonly #watchers = new Set<(event: EngineEvent) => void>();
  readonly #broken = new Set<() => void>();
  #nextId = 1;

  constructor(clock: Clock, behaviourOf: (spec: DynoSpec) => Partial<Behaviour> = () => ({})) {
    this.#clock = clock;
    this.#behaviourOf = behaviourOf;
  }

  /** Running dynos, oldest first: their specs, and whether SIGTERM has reached them. */
  running(): (DynoSpec & {engineId: string; terminatedAt: number | null})[] {
    return [...this.#dynos.values()]
      .filter(({dyno}) => dyno.running)
      .map(({spec, dyno, terminatedAt}) => ({...spec, engineId: dyno.engineId, terminatedAt}));
  }

  names(): string[] {
    return this.running()
      .map(({name}) => name)
      .sort();
  }

  get size(): number {
    return this.#dynos.size;
  }

  /** The oldest running dyno of that name ends by itself. */
  end(name: string, status: number): void {
    this.#exit(this.#byName(name), status);
  }

  /** The same for a dyno whose id is known, however many there are. */
  endById(engineId: string, status: number): void {
    this.#exit(this.#dynos.get(engineId)!, status);
  }

  /** The kernel kills a child process of the dyno, which lives on. */
  killChild(name: string): void {
    this.#tell({kind: 'out-of-memory', engineId: this.#byName(name).dyno.engineId});
  }

  /** The kernel kills the main process for memory. */
  killForMemory(name: string): void {
    const simulated = this.#byName(name);
    this.#tell({kind: 'out-of-memory', engineId: simulated.dyno.engineId});
    this.#exit(simulated, 137, true);
  }

  setUsage(name: string, usage: Partial<DynoUsage>): void {
    const {behaviour} = this.#byName(name);
    behaviour.usage = {...behaviour.usage, ...usage};
  }

  /** Bytes that the dyno writes to its terminal. */
  writeToSession(name: string, text: string): void {
    this.#byName(name).session.output.write(text);
  }

  /** Does not answer until resume(); its dynos go on. */
  breakOff(): void {
    this.isReachable = false;
    for (const breakWatch of [...this.#broken]) breakWatch();
  }

  resume(): void {
    this.isReachable = true;
  }

  async open(): Promise<EngineFacts> {
    return {engine: this.name, version: 'simulated', abilities: {} as EngineFacts['abilities']};
  }

  async close(): Promise<void> {}
  async ensureNetwork(): Promise<void> {}
  async removeNetwork(): Promise<void> {}

  async startDyno(spec: DynoSpec, output: DynoOutput): Promise<EngineDyno> {
    this.#requireReachable();
    const behaviour = {...wellBehaved, ...this.#behaviourOf(spec)};
    await sleep(this.#clock, behaviour.startMs);
    this.#requireReachable();
    if (behaviour.startError) throw behaviour.startError;
    this.starts++;
    const now = this.#clock.now();
    const engineId = `sim-${this.#nextId++}`;
    const simulated: Simulated = {
      spec,
      behaviour,
      output,
      bindsAt: behaviour.bootMs === null ? null : now + behaviour.bootMs,
      frozen: false,
      pendingTerm: false,
      terminatedAt: null,
      session: newSession(),
      dyno: {
        engineId,
        id: spec.id,
        appId: spec.appId,
        app: spec.app,
        name: spec.name,
        kind: spec.kind,
        release: spec.release,
        size: spec.size,
        command: spec.command,
        port: spec.port,
        attached: spec.attach !== undefined,
        createdAt: now,
        running: true,
        exit: null,
        endpoint: spec.port === null ? null : {host: '127.0.0.1', port: spec.port},
        address: '10.0.0.2',
      },
    };
    this.#dynos.set(engineId, simulated);
    if (behaviour.output) output.write(Buffer.from(behaviour.output), 'stdout', now, '1');
    if (behaviour.exitMs !== null) {
      this.#clock.setTimeout(() => this.#exit(simulated, behaviour.exitStatus), behaviour.exitMs);
    }
    this.onTransition();
    this.#tell({kind: 'started', engineId});
    if (behaviour.answerLost) throw this.#unreachable();
    return {...simulated.dyno};
  }

  async listDynos(): Promise<EngineDyno[]> {
    this.#requireReachable();
    this.lists++;
    return [...this.#dynos.values()].map(({dyno}) => ({...dyno}));
  }

  async findDyno(engineId: string): Promise<EngineDyno | null> {
    this.#requireReachable();
    const simulated = this.#dynos.get(engineId);
    return simulated ? {...simulated.dyno} : null;
  }

  async followDyno(engineId: string, _since: string | null, output: DynoOutput): Promise<void> {
    this.#requireReachable();
    const simulated = this.#dynos.get(engineId);
    if (!simulated?.dyno.running) return output.end();
    simulated.output = output;
  }

  async signalDyno(engineId: string, signal: DynoSignal): Promise<void> {
    this.#requireReachable();
    const simulated = this.#dynos.get(engineId);
    if (!simulated?.dyno.running) return;
    const {behaviour} = simulated;
    if (signal === 'SIGKILL') this.#exit(simulated, 137);
    else if (signal === 'SIGSTOP') simulated.frozen = true;
    else if (signal === 'SIGCONT') {
      simulated.frozen = false;
      if (simulated.pendingTerm) this.#exitLater(simulated, 143, behaviour.termMs);
    } else if (signal === 'SIGTERM') {
      simulated.terminatedAt ??= this.#clock.now();
      this.onTransition();
      if (simulated.frozen) simulated.pendingTerm = true;
      else this.#exitLater(simulated, 143, behaviour.termMs);
    } else {
      this.#exitLater(simulated, 129, behaviour.hupMs);
    }
  }

  async removeDyno(engineId: string): Promise<void> {
    this.#requireReachable();
    const simulated = this.#dynos.get(engineId);
    if (!simulated) return;
    this.#exit(simulated, 137);
    this.#dynos.delete(engineId);
  }

  async isBound(engineId: string): Promise<boolean> {
    this.#requireReachable();
    const simulated = this.#dynos.get(engineId);
    if (!simulated?.dyno.running || simulated.frozen) return false;
    return simulated.bindsAt !== null && this.#clock.now() >= simulated.bindsAt;
  }

  async usageOf(engineId: string): Promise<DynoUsage | null> {
    this.#requireReachable();
    const simulated = this.#dynos.get(engineId);
    return simulated?.dyno.running ? simulated.behaviour.usage : null;
  }

  async attachDyno(engineId: string): Promise<Session> {
    this.#requireReachable();
    const {input, output, exitedPromise} = this.#dynos.get(engineId)!.session;
    return {input, output, resize: async () => undefined, exited: exitedPromise};
  }

  async execDyno(_engineId: string, exec: ExecSpec): Promise<Session> {
    const output = new PassThrough();
    output.end(JSON.stringify(exec.env));
    return {input: new PassThrough(), output, resize: async () => undefined, exited: Promise.resolve(0)};
  }

  async watch(onEvent: (event: EngineEvent) => void, signal: AbortSignal): Promise<void> {
    this.#requireReachable();
    this.#watchers.add(onEvent);
    try {
      await new Promise<void>((resolve, reject) => {
        this.#broken.add(() => reject(this.#unreachable()));
        signal.addEventListener('abort', () => resolve(), {once: true});
      });
    } finally {
      this.#broken.clear();
      this.#watchers.delete(onEvent);
    }
  }

  build = (): Promise<BuildResult> => Promise.reject(new Error('build'));
  importSlug = (): Promise<BuildResult> => Promise.reject(new Error('importSlug'));
  exportSlug = () => Promise.reject(new Error('exportSlug'));
  listImages = async () => [];
  async removeImage(): Promise<void> {}
  async removeBuildCache(): Promise<void> {}

  #exitLater(simulated: Simulated, status: number, afterMs: number | null): void {
    if (afterMs !== null) this.#clock.setTimeout(() => this.#exit(simulated, status), afterMs);
  }

  #exit(simulated: Simulated, status: number, outOfMemory = false): void {
    const {dyno, output, session} = simulated;
    if (!dyno.running) return;
    dyno.running = false;
    dyno.exit = {status, at: this.#clock.now(), outOfMemory};
    dyno.endpoint = null;
    output?.end();
    session.output.end();
    session.exited(status);
    this.onTransition();
    this.#tell({kind: 'ended', engineId: dyno.engineId});
  }

  #tell(event: EngineEvent): void {
    for (const onEvent of [...this.#watchers]) onEvent(event);
  }

  #byName(name: string): Simulated {
    const found = [...this.#dynos.values()].find(({dyno}) => dyno.running && dyno.name === name);
    if (!found) throw new Error(`No running dyno ${name}`);
    return found;
  }

  #requireReachable(): void {
    if (!this.isReachable) throw this.#unreachable();
  }

  #unreachable(): DynoError {
    return new DynoError('engine_unreachable', {engine: 'simulated', reason: 'broken off'});
  }
}

function newSession(): Simulated['session'] {
  let exited!: (status: number) => void;
  const exitedPromise = new Promise<number>((resolve) => (exited = resolve));
  return {input: new PassThrough(), output: new PassThrough(), exited, exitedPromise};
}
