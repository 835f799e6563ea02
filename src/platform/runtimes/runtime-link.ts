import type {Clock} from '../../model/clock.js';
import {sleep} from '../../model/clock.js';
import {DynoError} from '../../model/error.js';
import type {LogEntry} from '../../model/log.js';
import type {RuntimeClient} from '../../runtime/client.js';
import type {RuntimeEvent, RuntimeSpec, RuntimeStatus} from '../../runtime/protocol.js';
import type {PlatformLog} from '../platform-log.js';
import {KeptEntries} from './kept-entries.js';
import type {RuntimeProcesses} from './runtime-process.js';

/** ms between two looks at a runtime that starts or ends */
const LOOK_MS = 50;
/** ms until a runtime must answer after its start; adopting many dynos takes a while */
const START_MS = 60_000;
/** ms until a runtime that does not say how it is counts as hung */
const ANSWER_MS = 5000;
/** ms that a runtime may take to end when asked */
const END_MS = 45_000;
/** ms of life after which a runtime that died is started again at once */
const HEALTHY_MS = 10_000;
const BACKOFF_MS = {first: 250, most: 15_000};
/** starts in a row that came to nothing until callers are told */
const HOPELESS = 3;

export interface RuntimeLinkEffects {
  client: RuntimeClient;
  /** before anything is asked or told: throws where the runtime's socket would be somebody else's */
  prepare: () => void;
  processes: RuntimeProcesses;
  clock: Clock;
  log: PlatformLog;
  /** what the runtime has to know now; undefined: there is none of this name, and none is started */
  spec: () => RuntimeSpec | undefined;
  /** connected, and told everything: time for what had to wait */
  onConnected: (client: RuntimeClient) => void;
  onEvent: (event: RuntimeEvent) => void;
}

/**
 * Keeps one runtime process alive and told.
 *
 *   ┌─▶ look ──answers, same version──▶ put spec ─▶ connected ──events end──┐
 *   │    ├─answers, other version──▶ ask it to end, keep its dynos ─▶ start │
 *   │    └─silent──▶ start ─▶ wait for its answer                           │
 *   └──────────────────────────── back off ◀────────────────────────────────┘
 */
export class RuntimeLink {
  readonly name: string;
  readonly client: RuntimeClient;
  readonly #version: string;
  readonly #effects: RuntimeLinkEffects;
  readonly #closing = new AbortController();
  readonly #waiting = new Set<() => void>();
  #connected = false;
  #hasChanged = false;
  readonly #entries: KeptEntries;
  #sending: Promise<void> = Promise.resolve();
  #running: Promise<void> | null = null;
  #lastError: unknown = null;
  #exited = false;
  #failures = 0;

  constructor(name: string, version: string, effects: RuntimeLinkEffects) {
    this.name = name;
    this.client = effects.client;
    this.#version = version;
    this.#effects = effects;
    this.#entries = new KeptEntries(effects.clock);
  }

  get isConnected(): boolean {
    return this.#connected;
  }

  /** Desired state changed while there was no connection. */
  noteChange(): void {
    this.#hasChanged = true;
  }

  start(): void {
    if (this.#closing.signal.aborted) return;
    this.#running ??= this.#run().finally(() => (this.#running = null));
  }

  /** Lets go; the runtime goes on. */
  async close(): Promise<void> {
    this.#closing.abort(new DynoError('runtime_unavailable', {runtime: this.name, reason: 'the platform is stopping'}));
    this.#wake();
    await this.#running;
    await this.#sending;
  }

  /** Ends the runtime process, and its dynos when `dynos` says so. */
  async stop(dynos: 'keep' | 'stop'): Promise<void> {
    await this.close();
    await this.#end(dynos);
  }

  /** The client, once the runtime answers and knows its spec. @throws DynoError runtime_unavailable */
  async connected(timeoutMs = START_MS): Promise<RuntimeClient> {
    this.start();
    if (this.#connected) return this.client;
    if (this.#closing.signal.aborted) throw this.#closing.signal.reason;
    if (!this.#effects.spec()) throw this.#failure('there is no such region or space any more');
    const {clock} = this.#effects;
    await new Promise<void>((resolve, reject) => {
      const done = () => {
        this.#waiting.delete(done);
        timer.cancel();
        resolve();
      };
      const timer = clock.setTimeout(() => {
        this.#waiting.delete(done);
        reject(this.#unavailable());
      }, timeoutMs);
      this.#waiting.add(done);
    });
    if (!this.#connected) throw this.#unavailable();
    return this.client;
  }

  /** Sends entries in the order of the calls; keeps them while nobody listens. */
  writeLog(appId: string, entries: LogEntry[]): void {
    this.#entries.push({appId, entries});
    this.#flush();
  }

  /** Resolves once all that was written so far was sent, or cannot be for now. */
  async flushed(): Promise<void> {
    this.#flush();
    await withTimeout(this.#sending, this.#effects.clock, ANSWER_MS);
  }

  #flush(): void {
    this.#sending = this.#sending.then(async () => {
      while (this.#connected) {
        const batch = this.#entries.take();
        if (!batch) return;
        try {
          await this.client.log(batch.appId, batch.entries);
        } catch (error) {
          if (error instanceof DynoError && error.code === 'runtime_unavailable') return this.#entries.putBack(batch);
        }
      }
    });
  }

  async #run(): Promise<void> {
    const {signal} = this.#closing;
    let backoffMs = BACKOFF_MS.first;
    while (!signal.aborted) {
      const connectedAt = await this.#connectAndListen(signal);
      this.#connected = false;
      if (signal.aborted || connectedAt === 'unwanted') break;
      this.#failures = connectedAt === null ? this.#failures + 1 : 0;
      // Who waits for one that does not come up need not wait for the end of time.
      if (this.#failures >= HOPELESS) this.#wake();
      const now = this.#effects.clock.now();
      const healthy = connectedAt !== null && now - connectedAt >= HEALTHY_MS;
      backoffMs = healthy ? BACKOFF_MS.first : Math.min(backoffMs * 2, BACKOFF_MS.most);
      await this.#pause(healthy ? 0 : backoffMs / 2);
    }
    this.#connected = false;
    this.#wake();
  }

  /** Answers when the connection was made, null when it was not, or that there is nothing to run. Returns when it is over. */
  async #connectAndListen(signal: AbortSignal): Promise<number | null | 'unwanted'> {
    const {clock, log, onConnected, onEvent} = this.#effects;
    let connectedAt: number | null = null;
    try {
      const spec = this.#effects.spec();
      if (!spec) return 'unwanted';
      this.#effects.prepare();
      await this.#ensureProcess(spec, signal);
      // What changes while the spec is on its way would be told to nobody: then it is sent again.
      do {
        this.#hasChanged = false;
        const now = this.#effects.spec();
        if (!now) return 'unwanted';
        await this.client.putSpec(now);
      } while (this.#hasChanged && !signal.aborted);
      if (signal.aborted) return null;
      this.#connected = true;
      this.#lastError = null;
      connectedAt = clock.now();
      log.info(`runtime ${this.name}: connected`);
      this.#flush();
      onConnected(this.client);
      this.#wake();
      await this.client.events(onEvent, signal);
      if (!signal.aborted) log.info(`runtime ${this.name}: connection ended`);
    } catch (error) {
      if (signal.aborted) return connectedAt;
      this.#lastError = error;
      if (error instanceof DynoError) log.info(`runtime ${this.name}: ${error.message}`);
      else log.error(`runtime ${this.name}`, error);
    }
    return connectedAt;
  }

  async #ensureProcess(spec: RuntimeSpec, signal: AbortSignal): Promise<void> {
    const {processes, clock} = this.#effects;
    let status = await this.#status();
    if (status && status.version !== this.#version) {
      this.#effects.log.info(`runtime ${this.name}: version ${status.version}, replacing it by ${this.#version}`);
      await this.#end('keep');
      status = null;
    }
    if (status) return;
    if (processes.pidOf(this.name) === null) this.#spawn(spec);
    const deadline = clock.now() + START_MS;
    while (!(await this.#status())) {
      signal.throwIfAborted();
      if (this.#exited || processes.pidOf(this.name) === null) {
        throw this.#failure(`it ended while starting. ${processes.lastWords(this.name)}`.trim());
      }
      if (clock.now() > deadline) {
        processes.kill(this.name);
        throw this.#failure(`no answer within ${START_MS / 1000} s of its start`);
      }
      await this.#pause(LOOK_MS);
    }
  }

  #spawn(spec: RuntimeSpec): void {
    this.#exited = false;
    this.#effects.log.info(`runtime ${this.name}: starting`);
    this.#effects.processes.start(spec, () => (this.#exited = true));
  }

  async #end(dynos: 'keep' | 'stop'): Promise<void> {
    const {processes, clock} = this.#effects;
    if (!(await this.#status()) && processes.pidOf(this.name) === null) return;
    const deadline = clock.now() + END_MS;
    while (processes.pidOf(this.name) !== null || (await this.#status())) {
      if (clock.now() > deadline) return processes.kill(this.name);
      // Again and again: one that is just starting does not listen yet.
      await withTimeout(this.client.shutdown({dynos}), clock, ANSWER_MS).catch(() => undefined);
      await sleep(clock, LOOK_MS);
    }
  }

  /** Null from one that is not there, or hangs. */
  async #status(): Promise<RuntimeStatus | null> {
    try {
      return await withTimeout(this.client.status(), this.#effects.clock, ANSWER_MS);
    } catch (error) {
      if (error instanceof DynoError && error.code === 'runtime_unavailable') return null;
      throw error;
    }
  }

  async #pause(ms: number): Promise<void> {
    await sleep(this.#effects.clock, ms, this.#closing.signal).catch(() => undefined);
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  #failure(reason: string): DynoError {
    return new DynoError('runtime_unavailable', {runtime: this.name, reason});
  }

  #unavailable(): DynoError {
    if (this.#lastError instanceof DynoError) return this.#lastError;
    return this.#failure(this.#lastError instanceof Error ? this.#lastError.message : 'it does not answer');
  }
}

function withTimeout<T>(work: Promise<T>, clock: Clock, ms: number): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimeout(() => resolve(null), ms);
    work.then(resolve, reject).finally(() => timer.cancel());
  });
}
