import {spawn} from 'node:child_process';
import {mkdir, rm} from 'node:fs/promises';
import {join} from 'node:path';
import type {Readable} from 'node:stream';
import {fileURLToPath} from 'node:url';
import {DynoError} from '../../model/error.js';
import type {
  BuildResult,
  BuildSpec,
  DynoExit,
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
import {buildOnHost} from './build.js';
import {DynoDirectory, listDynoNames, readRecord, sweepDynos} from './dyno-directory.js';
import type {DynoRecord} from './dyno-directory.js';
import {dynoEnvironment} from './dyno-environment.js';
import {processFacts} from './facts.js';
import {connects, ownAddress} from './loopback-address.js';
import {OutputTail} from './output-tail.js';
import {identityOf, processesOf, signalProcess, usageOf} from './process-table.js';
import {SlugDirectories} from './slug-directories.js';
import {startSession} from './start-session.js';
import type {StartedSession} from './start-session.js';

export interface ProcessEngineOptions {
  owner: string;
  runtime: string;
  /** shared by all runtimes of the installation */
  directory: string;
}

const INIT = fileURLToPath(new URL('dyno-init.sh', import.meta.url));

/** ms between looks at a dyno whose command has ended while others of its processes have their grace */
const LINGER_LOOK_MS = 100;
interface Known {
  record: DynoRecord;
  directory: DynoDirectory;
  tail: OutputTail | null;
  session: StartedSession | null;
  exit: DynoExit | null;
  lingering: NodeJS.Timeout | null;
  /** its processes are being started; nothing can be said of its end */
  launching: boolean;
}

/**
 * Dynos as plain processes of this machine: the embedded engine. Each has a process group, a directory and, on Linux,
 * a loopback address of its own; facts.ts says what it does not isolate.
 * Dynos belong to nobody but init: they outlive the runtime, and their directory tells the next one all about them.
 */
export class ProcessEngine implements Engine {
  readonly name = 'process';
  readonly #runtime: string;
  readonly #dynosRoot: string;
  readonly #buildsRoot: string;
  readonly #cacheRoot: string;
  readonly #slugs: SlugDirectories;
  readonly #dynos = new Map<string, Known>();
  /** being copied to disk by this object: not to be taken for what another one left */
  readonly #starting = new Set<string>();
  readonly #listeners = new Set<(event: EngineEvent) => void>();

  constructor({owner, runtime, directory}: ProcessEngineOptions) {
    // Owners share nothing, not even by the same directory.
    const root = join(directory, owner);
    this.#runtime = runtime;
    this.#dynosRoot = join(root, 'dynos');
    this.#buildsRoot = join(root, 'builds');
    this.#cacheRoot = join(root, 'cache');
    this.#slugs = new SlugDirectories(join(root, 'slugs'));
  }

  async open(): Promise<EngineFacts> {
    for (const root of [this.#dynosRoot, this.#buildsRoot, this.#cacheRoot]) {
      await mkdir(root, {recursive: true, mode: 0o700});
    }
    await this.#slugs.open();
    await sweepDynos(this.#dynosRoot, this.#runtime);
    await this.#look();
    return processFacts();
  }

  async close(): Promise<void> {
    for (const known of this.#dynos.values()) {
      if (known.lingering) clearTimeout(known.lingering);
      await known.tail?.drop();
    }
    this.#dynos.clear();
  }

  ensureNetwork(network: NetworkSpec): Promise<void> {
    if (network.kind === 'common') return Promise.resolve();
    return Promise.reject(
      new DynoError('unsupported', {
        message: 'The process engine has no networks of its own, so it cannot run a private space. Start Docker.',
      }),
    );
  }

  removeNetwork(): Promise<void> {
    return Promise.resolve();
  }

  async startDyno(spec: DynoSpec, output: DynoOutput): Promise<EngineDyno> {
    const engineId = `${this.#runtime}.${spec.name}.${spec.id}`;
    const directory = new DynoDirectory(join(this.#dynosRoot, engineId));
    const record: DynoRecord = {
      engineId,
      runtime: this.#runtime,
      spec,
      createdAt: Date.now(),
      address: ownAddress(),
      init: null,
    };
    this.#starting.add(engineId);
    try {
      await mkdir(directory.tmp, {recursive: true, mode: 0o700});
      await directory.save(record);
      await this.#slugs.copyTo(spec.image, directory.app);
      const known = this.#remember(record);
      known.launching = true;
      if (spec.attach) await this.#launchAttached(known, spec.attach.tty, output);
      else await this.#launchDetached(known, output);
      this.#emit({kind: 'started', engineId});
      return this.#dynoOf(known);
    } catch (error) {
      this.#dynos.delete(engineId);
      await directory.remove();
      throw refused('start the dyno', directory.path, error);
    } finally {
      this.#starting.delete(engineId);
    }
  }

  async listDynos(): Promise<EngineDyno[]> {
    const dynos: EngineDyno[] = [];
    await this.#look();
    for (const known of this.#dynos.values()) {
      await this.#settle(known);
      dynos.push(this.#dynoOf(known));
    }
    return dynos;
  }

  async followDyno(engineId: string, since: string | null, output: DynoOutput): Promise<void> {
    await this.#look();
    const known = this.#dynos.get(engineId);
    if (!known) return output.end();
    await this.#follow(known, since, output);
    await this.#settle(known);
    if (known.exit) await known.tail?.end();
  }

  async signalDyno(engineId: string, signal: DynoSignal): Promise<void> {
    const known = this.#dynos.get(engineId);
    if (!known) return;
    if (signal === 'SIGTERM') await known.directory.markStopping();
    for (const pid of await this.#processesOf(known)) signalProcess(pid, signal);
  }

  async removeDyno(engineId: string): Promise<void> {
    const known = this.#dynos.get(engineId);
    if (!known) return;
    const {init} = known.record;
    if (init && (await identityOf(init.pid)) === init.identity) signalProcess(init.pid, 'SIGKILL');
    // One that was forking while the list was read is found by the next look.
    for (let pids = await processesOf(engineId); pids.length > 0; pids = await processesOf(engineId)) {
      for (const pid of pids) signalProcess(pid, 'SIGKILL');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    if (known.lingering) clearTimeout(known.lingering);
    await known.tail?.end();
    this.#dynos.delete(engineId);
    await known.directory.remove();
    this.#emit({kind: 'removed', engineId});
  }

  async isBound(engineId: string): Promise<boolean> {
    const record = this.#dynos.get(engineId)?.record;
    return record?.spec.port != null && (await connects(record.address, record.spec.port));
  }

  async usageOf(engineId: string): Promise<DynoUsage | null> {
    const known = this.#dynos.get(engineId);
    if (!known || known.exit) return null;
    const pids = await this.#processesOf(known);
    if (pids.length === 0) return null;
    return {...(await usageOf(pids)), cache: 0, pgpgin: 0, pgpgout: 0};
  }

  attachDyno(engineId: string): Promise<Session> {
    const {session} = this.#known(engineId);
    if (session) return Promise.resolve(session);
    return Promise.reject(
      new DynoError('unsupported', {message: 'This dyno was not started for a client, or its runtime was restarted.'}),
    );
  }

  async execDyno(engineId: string, exec: ExecSpec): Promise<Session> {
    const {record, directory} = this.#known(engineId);
    return startSession({
      file: 'bash',
      args: [INIT, directory.path, 'exec'],
      cwd: directory.app,
      env: {...dynoEnvironment(record, directory), ...exec.env, DYNO_INIT_COMMAND: exec.command},
      tty: exec.tty,
    });
  }

  watch(onEvent: (event: EngineEvent) => void, signal: AbortSignal): Promise<void> {
    this.#listeners.add(onEvent);
    return new Promise((resolve) => {
      const end = () => {
        this.#listeners.delete(onEvent);
        resolve();
      };
      if (signal.aborted) end();
      else signal.addEventListener('abort', end, {once: true});
    });
  }

  async build(spec: BuildSpec, onOutput: (text: string) => void, signal?: AbortSignal): Promise<BuildResult> {
    const places = {builds: this.#buildsRoot, cache: this.#cacheRoot, slugs: this.#slugs};
    try {
      return await buildOnHost(spec, places, onOutput, signal);
    } catch (error) {
      throw refused('build', this.#buildsRoot, error);
    }
  }

  async importSlug(spec: SlugSpec, tgz: Readable): Promise<BuildResult> {
    const slug = await this.#slugs.import(spec.appId, tgz);
    return {...slug, procfile: await this.#slugs.readProcfile(slug.image), defaultTypes: {}, detected: null};
  }

  exportSlug(image: string): Promise<Readable> {
    return Promise.resolve(this.#slugs.export(image));
  }

  listImages(): Promise<EngineImage[]> {
    return this.#slugs.list();
  }

  removeImage(image: string): Promise<void> {
    return this.#slugs.remove(image);
  }

  async removeBuildCache(appId: string): Promise<void> {
    await rm(join(this.#cacheRoot, appId), {recursive: true, force: true});
  }

  async #launchDetached(known: Known, output: DynoOutput): Promise<void> {
    const {record, directory} = known;
    const files = await directory.openOutput();
    const child = spawn('bash', [INIT, directory.path], {
      cwd: directory.app,
      env: {...dynoEnvironment(record, directory), DYNO_INIT_COMMAND: record.spec.command},
      detached: true,
      stdio: ['ignore', files.stdout, files.stderr],
    });
    try {
      await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject));
    } finally {
      await files.close();
    }
    // Without the exit file its init was killed too: the events of the directory would never tell.
    child.once('exit', () => void this.#settle(known));
    child.unref();
    await this.#launched(known, child.pid!);
    await this.#follow(known, null, output);
    known.launching = false;
    // It may have ended before anybody listened.
    await this.#settle(known);
  }

  /** The client's terminal is the dyno's: such a dyno does not outlive the runtime, as its client does not either. */
  async #launchAttached(known: Known, tty: ExecSpec['tty'], output: DynoOutput): Promise<void> {
    const {record, directory} = known;
    const session = await startSession({
      file: 'bash',
      args: [INIT, directory.path],
      cwd: directory.app,
      env: {...dynoEnvironment(record, directory), DYNO_INIT_COMMAND: record.spec.command},
      tty,
    });
    known.session = session;
    void session.exited.then(async () => {
      output.end();
      await this.#settle(known);
    });
    await this.#launched(known, session.pid);
    known.launching = false;
    await this.#settle(known);
  }

  async #launched(known: Known, pid: number): Promise<void> {
    const {record, directory} = known;
    record.init = {pid, identity: (await identityOf(pid)) ?? 'ended'};
    await directory.save(record);
  }

  async #follow(known: Known, since: string | null, output: DynoOutput): Promise<void> {
    await known.tail?.drop();
    known.tail = new OutputTail(known.directory.path, output);
    await known.tail.start(since, () => void this.#settle(known));
  }

  /**
   * Whether the dyno has ended. Its command's end is the dyno's end, but after SIGTERM every other process keeps its
   * grace: then the dyno runs until the last of them is gone, or SIGKILL comes.
   */
  async #settle(known: Known): Promise<void> {
    const {record, directory} = known;
    if (known.exit || known.launching) return;
    const exit = await directory.readExit();
    const {init} = record;
    // Without an init in its record the runtime was killed in the middle of the start.
    const initLives = init !== null && (await identityOf(init.pid)) === init.identity;
    if (exit === null && initLives) return;
    const rest = await this.#processesOf(known);
    if (rest.length > 0 && (await directory.isStopping())) return this.#settleLater(known);
    for (const pid of rest) signalProcess(pid, 'SIGKILL');
    if (known.exit) return;
    known.exit = exit ?? (await directory.readExit()) ?? {status: 137, at: Date.now(), outOfMemory: false};
    await known.tail?.end();
    this.#emit({kind: 'ended', engineId: record.engineId});
  }

  #settleLater(known: Known): void {
    known.lingering ??= setTimeout(() => {
      known.lingering = null;
      void this.#settle(known);
    }, LINGER_LOOK_MS);
  }

  /** All but its init, which only waits for the others. */
  async #processesOf({record}: Known): Promise<number[]> {
    const pids = await processesOf(record.engineId, record.init?.pid);
    return pids.filter((pid) => pid !== record.init?.pid);
  }

  /** What other engine objects of this owner and runtime started or removed meanwhile. */
  async #look(): Promise<void> {
    const names = await listDynoNames(this.#dynosRoot, this.#runtime);
    for (const name of names) {
      if (this.#dynos.has(name) || this.#starting.has(name)) continue;
      const record = await readRecord(join(this.#dynosRoot, name));
      if (record && !this.#dynos.has(name) && !this.#starting.has(name)) this.#remember(record);
    }
    for (const [engineId, known] of this.#dynos) {
      if (names.has(engineId) || known.launching) continue;
      this.#dynos.delete(engineId);
      await known.tail?.end();
    }
  }

  #remember(record: DynoRecord): Known {
    const directory = new DynoDirectory(join(this.#dynosRoot, record.engineId));
    const known: Known = {record, directory, tail: null, session: null, exit: null, lingering: null, launching: false};
    this.#dynos.set(record.engineId, known);
    return known;
  }

  #known(engineId: string): Known {
    const known = this.#dynos.get(engineId);
    if (!known) throw new DynoError('not_found', {resource: 'dyno'});
    return known;
  }

  #dynoOf({record, exit}: Known): EngineDyno {
    const {engineId, createdAt, address, spec} = record;
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
      createdAt,
      running: exit === null,
      exit,
      endpoint: spec.port === null ? null : {host: address, port: spec.port},
      address,
    };
  }

  #emit(event: EngineEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

function refused(action: string, path: string, error: unknown): DynoError {
  if (error instanceof DynoError) return error;
  if ((error as NodeJS.ErrnoException).code === 'ENOSPC' || /No space left/.test(String((error as Error).message))) {
    return new DynoError('disk_full', {path}, error);
  }
  return new DynoError('engine_refused', {engine: 'process', action, reason: (error as Error).message}, error);
}
