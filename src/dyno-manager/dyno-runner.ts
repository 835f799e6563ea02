import type {DynoExit, DynoSignal, DynoSpec, EngineDyno} from '../engine/engine.js';
import {sleep} from '../model/clock.js';
import type {Clock} from '../model/clock.js';
import {lines} from '../model/dyno-log-lines.js';
import type {Limits} from '../model/app-limits.js';
import {watchBoot} from './boot-watch.js';
import {move} from './dyno.js';
import type {Dyno} from './dyno.js';
import type {Ground} from './ground.js';
import {canHappen} from './lifecycle.js';
import {killBytes} from './memory-policy.js';
import {OutputTap} from './output-tap.js';
import {untilReachable} from './until-reachable.js';

/** ms that the end of a dyno is held back at most, so that its last output comes before its last line */
const LAST_OUTPUT_MS = 2000;

/** What becomes of one dyno, told to whom its app's dynos belong. Each call may be followed by a look at the whole. */
export interface RunnerHooks {
  /** the engine has it, under its engine id */
  launched(dyno: Dyno): void;
  /** the engine could not start it; the dyno has ended */
  failed(dyno: Dyno, error: unknown): void;
  /** it is up */
  bound(dyno: Dyno): void;
  /** SIGTERM is on its way */
  terminated(dyno: Dyno): void;
  /** it is known to have ended: nobody may be sent there any more */
  exiting(dyno: Dyno): void;
  /** its lines are written, its phase is `ended` */
  ended(dyno: Dyno, exit: DynoExit): void;
  log(dyno: Dyno, message: string): void;
}

/** The effects on single dynos of one app: start, watch, ask to stop, force, clear away. Decides nothing. */
export class DynoRunner {
  readonly #appId: string;
  readonly #ground: Ground;
  readonly #hooks: RunnerHooks;
  readonly #taps = new Map<string, OutputTap>();
  readonly #removals = new Set<Promise<void>>();

  constructor(appId: string, ground: Ground, hooks: RunnerHooks) {
    this.#appId = appId;
    this.#ground = ground;
    this.#hooks = hooks;
  }

  /** Resolves when the dyno is launched or has failed; never rejects. */
  async start(dyno: Dyno, spec: DynoSpec, copy: ((chunk: Buffer) => void) | null = null): Promise<void> {
    const {engine, clock} = this.#ground;
    const {output} = this.#ground.outputOf(this.#appId, {id: dyno.id, name: dyno.name});
    const tap = new OutputTap(output, () => this.#hooks.log(dyno, lines.starting(dyno.command)), copy);
    this.#taps.set(dyno.id, tap);
    try {
      const engineDyno = await engine.startDyno(spec, tap);
      tap.open();
      this.#launched(dyno, engineDyno);
    } catch (error) {
      this.#taps.delete(dyno.id);
      tap.end();
      move(dyno, 'failed', clock.now());
      this.#releasePort(dyno);
      this.#hooks.failed(dyno, error);
    }
  }

  /** Takes up a dyno that the engine has and we do not know yet: its output, its boot, its end. One that is up is so silently. */
  async adopt(dyno: Dyno, engineDyno: EngineDyno): Promise<void> {
    const {engine, clock, closing} = this.#ground;
    const {output, cursor} = this.#ground.outputOf(this.#appId, {id: dyno.id, name: dyno.name});
    // What an attached one says is for its client, not for the log.
    const log = engineDyno.attached ? {write: () => undefined, end: () => output.end()} : output;
    const tap = new OutputTap(log, null);
    this.#taps.set(dyno.id, tap);
    this.#take(dyno, engineDyno);
    const {engineId} = engineDyno;
    await untilReachable(clock, closing, () => engine.followDyno(engineId, cursor, tap)).catch(() => tap.end());
    if (engineDyno.exit) return void this.settleExit(dyno, engineDyno.exit);
    if (dyno.phase === 'starting' && (await engine.isBound(engineId).catch(() => false))) {
      move(dyno, 'bound', clock.now());
      dyno.upAt = engineDyno.createdAt;
    }
    dyno.launchedAt = engineDyno.createdAt;
    if (dyno.phase === 'starting') void this.#watchBoot(dyno);
  }

  /** Lets the dyno's requests end for `drainMs` at most when it is a web dyno that is up, then sends SIGTERM. */
  stop(dyno: Dyno, drainMs: number): void {
    const now = this.#ground.clock.now();
    if (dyno.exit) return;
    if (dyno.phase === 'up' && dyno.type === 'web' && dyno.kind === 'formation' && drainMs > 0) {
      move(dyno, 'retired', now);
      void this.#drainAndTerminate(dyno, drainMs);
    } else if (dyno.phase === 'launching') {
      move(dyno, 'retired', now);
    } else if (canHappen(dyno.phase, 'terminated')) {
      this.#terminate(dyno, 'terminated');
    }
  }

  /** SIGKILL; what is logged before is the caller's matter. */
  kill(dyno: Dyno): void {
    move(dyno, 'killed', this.#ground.clock.now());
    this.signal(dyno, 'SIGKILL');
  }

  /** Sent again until the engine answers, or the dyno has ended. */
  signal(dyno: Dyno, signal: DynoSignal): void {
    const {engine, clock} = this.#ground;
    const {engineId} = dyno;
    if (engineId === null) return;
    // A refusal means that it has gone already: its end will be seen, or is missed in the next list.
    untilReachable(clock, dyno.ended.signal, () => engine.signalDyno(engineId, signal)).catch(() => undefined);
  }

  /** Writes the last lines of a dyno that has ended, and clears it away. Once per dyno. */
  async settleExit(dyno: Dyno, exit: DynoExit): Promise<void> {
    if (dyno.exit || dyno.phase === 'ended') return;
    dyno.exit = exit;
    this.#hooks.exiting(dyno);
    const {clock, workClock, closing} = this.#ground;
    await within(workClock, LAST_OUTPUT_MS, dyno.ended.signal, this.#taps.get(dyno.id)?.ended);
    if (closing.aborted) return;
    this.#taps.delete(dyno.id);
    if (exit.outOfMemory && dyno.phase !== 'killing') this.logMemoryKill(dyno);
    this.#hooks.log(dyno, lines.exited(exit.status));
    move(dyno, 'exited', clock.now());
    this.#remove(dyno);
    this.#hooks.ended(dyno, exit);
  }

  /** R15 with its figure: what was sampled, or the threshold that a faster eye saw passed. */
  logMemoryKill(dyno: Dyno): void {
    const {bytes, quotaMb} = killBytes(dyno);
    this.#hooks.log(dyno, lines.memory(bytes, quotaMb));
    this.#hooks.log(dyno, lines.quotaVastlyExceeded());
    this.#hooks.log(dyno, lines.killing());
  }

  /** Frozen for a while, as a dyno that boots slowly (`chaos:slow-boot`). */
  freeze(dyno: Dyno, limits: Limits): void {
    this.signal(dyno, 'SIGSTOP');
    sleep(this.#ground.workClock, limits.slowBootMs, dyno.ended.signal).then(
      () => this.signal(dyno, 'SIGCONT'),
      () => undefined,
    );
  }

  /** Resolves when the engine has cleared away all that has ended so far. */
  async cleared(): Promise<void> {
    while (this.#removals.size > 0) await Promise.all(this.#removals);
  }

  #launched(dyno: Dyno, engineDyno: EngineDyno): void {
    const isWithdrawn = dyno.phase === 'withdrawn';
    move(dyno, 'launched', this.#ground.clock.now());
    this.#take(dyno, engineDyno);
    this.#hooks.launched(dyno);
    if (isWithdrawn) this.#terminated(dyno);
    else if (dyno.type === 'web' && dyno.kind === 'formation') void this.#watchBoot(dyno);
    else this.#bound(dyno);
    if (engineDyno.exit) void this.settleExit(dyno, engineDyno.exit);
  }

  #take(dyno: Dyno, {engineId, endpoint, address}: EngineDyno): void {
    Object.assign(dyno, {engineId, endpoint, address});
  }

  async #watchBoot(dyno: Dyno): Promise<void> {
    const {engine, clock} = this.#ground;
    const isBound = await watchBoot(engine, dyno.engineId!, clock, dyno.ended.signal);
    if (isBound && dyno.exit === null && canHappen(dyno.phase, 'bound')) this.#bound(dyno);
  }

  #bound(dyno: Dyno): void {
    move(dyno, 'bound', this.#ground.clock.now());
    this.#hooks.bound(dyno);
  }

  async #drainAndTerminate(dyno: Dyno, drainMs: number): Promise<void> {
    const {workClock, drain, closing} = this.#ground;
    await within(workClock, drainMs, dyno.ended.signal, drain(this.#appId, dyno.id));
    if (!closing.aborted && dyno.exit === null && dyno.phase === 'draining') this.#terminate(dyno, 'drained');
  }

  #terminate(dyno: Dyno, happening: 'terminated' | 'drained'): void {
    move(dyno, happening, this.#ground.clock.now());
    this.#terminated(dyno);
  }

  #terminated(dyno: Dyno): void {
    this.#hooks.log(dyno, lines.terminating());
    this.signal(dyno, 'SIGTERM');
    this.#hooks.terminated(dyno);
  }

  #remove(dyno: Dyno): void {
    this.#releasePort(dyno);
    const {engine, clock, closing} = this.#ground;
    const {engineId} = dyno;
    if (engineId === null) return;
    const removal = untilReachable(clock, closing, () => engine.removeDyno(engineId))
      .catch(() => undefined)
      .finally(() => this.#removals.delete(removal));
    this.#removals.add(removal);
  }

  #releasePort(dyno: Dyno): void {
    if (dyno.port !== null) this.#ground.ports.release(dyno.port);
  }
}

/** Resolves with the promise, whatever it says, or after `ms`, or with the signal. */
function within(clock: Clock, ms: number, signal: AbortSignal, promise: Promise<void> | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.setTimeout(done, ms);
    signal.addEventListener('abort', done, {once: true});
    Promise.resolve(promise).then(done, done);
    function done(): void {
      timer.cancel();
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
}
