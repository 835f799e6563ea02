import {DynoError} from '../../model/error.js';
import type {DynoExit, DynoOutput, DynoSignal, DynoUsage, EngineDyno} from '../engine.js';
import type {DynoDirectory, DynoRecord} from './dyno-directory.js';
import {connects} from './loopback-address.js';
import {OutputTail} from './output-tail.js';
import type {ProcessTable} from './process-table.js';
import {signalProcess} from './process-table.js';
import type {StartedSession} from './start-session.js';

/** ms between looks at a dyno whose command has ended while others of its processes have their grace */
const LINGER_LOOK_MS = 100;
/** ms between two sweeps of processes that were being forked during the first, and between looks at an init that ends */
const SWEEP_MS = 5;
/**
 * ms that its last output may take at most to come out of its pipes: one of its processes that nobody can find any more
 * may hold them open for ever
 */
const LAST_OUTPUT_MS = 5000;

/**
 * One dyno of the process engine, whoever started it:
 *
 *   launching ──▶ running ──command ended──▶ ended
 *                    │                         ▲
 *                 SIGTERM ──▶ others have their grace
 */
export class ProcessDyno {
  readonly record: DynoRecord;
  readonly directory: DynoDirectory;
  /** the client's terminal, for as long as the runtime lives that opened it */
  session: StartedSession | null = null;
  /** its processes are being started; nothing can be said of its end */
  launching = false;
  exit: DynoExit | null = null;
  readonly #table: ProcessTable;
  readonly #onEnd: () => void;
  #tail: OutputTail | null = null;
  #lingering: NodeJS.Timeout | null = null;

  constructor(record: DynoRecord, directory: DynoDirectory, table: ProcessTable, onEnd: () => void) {
    this.record = record;
    this.directory = directory;
    this.#table = table;
    this.#onEnd = onEnd;
  }

  async launched(pid: number): Promise<void> {
    this.record.init = {pid, identity: (await this.#table.identityOf(pid)) ?? 'ended'};
    await this.directory.save(this.record);
  }

  /** Takes up its output at a cursor, or from the beginning. */
  async follow(since: string | null, output: DynoOutput): Promise<void> {
    await this.#tail?.drop();
    this.#tail = new OutputTail(this.directory.path, output);
    await this.#tail.start(since, () => void this.settle());
    if (this.exit) await this.#tail.end();
  }

  /**
   * Finds out whether it has ended. Its command's end is the dyno's end, but after SIGTERM every other process keeps
   * its grace: then the dyno runs until the last of them is gone, or SIGKILL comes.
   */
  async settle(): Promise<void> {
    if (this.exit || this.launching) return;
    const exit = await this.directory.readExit();
    if (exit === null && (await this.#initLives())) return;
    const rest = await this.#processes();
    if (rest.length > 0 && (await this.directory.isStopping())) return this.#settleLater();
    for (const pid of rest) signalProcess(pid, 'SIGKILL');
    await this.#initEnds();
    if (this.exit) return;
    this.exit = exit ?? (await this.directory.readExit()) ?? {status: 137, at: Date.now(), outOfMemory: false};
    await this.#tail?.end();
    this.#onEnd();
  }

  async signal(signal: DynoSignal): Promise<void> {
    // By now the number of its session may be anybody's.
    if (this.exit) return;
    if (signal === 'SIGTERM') await this.directory.mark('stopping');
    // Its init may not have started the command yet.
    if (signal === 'SIGKILL') await this.directory.mark('killed');
    if (signal === 'SIGSTOP') await this.#signalInit('SIGSTOP');
    for (const pid of await this.#processes()) signalProcess(pid, signal);
    if (signal === 'SIGCONT' || signal === 'SIGKILL') await this.#signalInit('SIGCONT');
  }

  async usage(): Promise<DynoUsage | null> {
    const pids = this.exit ? [] : await this.#processes();
    if (pids.length === 0) return null;
    return {...(await this.#table.usageOf(pids)), cache: 0, pgpgin: 0, pgpgout: 0};
  }

  async isBound(): Promise<boolean> {
    const {address, spec} = this.record;
    return spec.port !== null && (await connects(address, spec.port));
  }

  /** Ends what is left of it, and all it had on disk. */
  async remove(): Promise<void> {
    const {engineId, init} = this.record;
    await this.#signalInit('SIGKILL');
    for (;;) {
      const pids = await this.#table.processesOf(engineId, init);
      if (pids.length === 0) break;
      for (const pid of pids) signalProcess(pid, 'SIGKILL');
      await new Promise((resolve) => setTimeout(resolve, SWEEP_MS));
    }
    if (this.#lingering) clearTimeout(this.#lingering);
    await this.#tail?.end();
    await this.directory.remove();
  }

  /** Somebody else removed it. */
  async forget(): Promise<void> {
    await this.#tail?.end();
  }

  /** Lets go of it; it runs on. */
  async drop(): Promise<void> {
    if (this.#lingering) clearTimeout(this.#lingering);
    await this.#tail?.drop();
  }

  toEngineDyno(): EngineDyno {
    const {engineId, createdAt, address, spec} = this.record;
    return {
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
      ...(spec.timeToLiveMs === undefined ? {} : {timeToLiveMs: spec.timeToLiveMs}),
      createdAt,
      running: this.exit === null,
      exit: this.exit,
      endpoint: spec.port === null ? null : {host: address, port: spec.port},
      address,
    };
  }

  #settleLater(): void {
    this.#lingering ??= setTimeout(() => {
      this.#lingering = null;
      void this.settle();
    }, LINGER_LOOK_MS);
  }

  /**
   * Its first process, for as long as there is one.
   *
   * @throws DynoError not_found
   */
  async initPid(): Promise<number> {
    if (!(await this.#initLives())) throw new DynoError('not_found', {resource: 'dyno'});
    return this.record.init!.pid;
  }

  /** Without an init in its record the runtime was killed in the middle of the start. */
  async #initLives(): Promise<boolean> {
    const {init} = this.record;
    return init !== null && (await this.#table.identityOf(init.pid)) === init.identity;
  }

  async #signalInit(signal: NodeJS.Signals): Promise<void> {
    if (await this.#initLives()) signalProcess(this.record.init!.pid, signal);
  }

  /** Its init ends last, when all that the dyno wrote is in its files. */
  async #initEnds(): Promise<void> {
    const limit = performance.now() + LAST_OUTPUT_MS;
    while ((await this.#initLives()) && performance.now() < limit) {
      await new Promise((resolve) => setTimeout(resolve, SWEEP_MS));
    }
  }

  /** All but its init, which only waits for the others. */
  async #processes(): Promise<number[]> {
    const {engineId, init} = this.record;
    const pids = await this.#table.processesOf(engineId, init);
    return pids.filter((pid) => pid !== init?.pid);
  }
}
