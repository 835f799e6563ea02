import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdir, readdir, rm} from 'node:fs/promises';
import {join} from 'node:path';
import type {Readable} from 'node:stream';
import {fileURLToPath} from 'node:url';
import {DynoError} from '../../model/error.js';
import type {
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
import {buildOnHost} from './build.js';
import {DynoDirectory, listDynoNames, readRecord, sweepDynos} from './dyno-directory.js';
import type {DynoRecord} from './dyno-directory.js';
import {dynoEnvironment} from './dyno-environment.js';
import {sweepDrafts} from './drafts.js';
import {processFacts} from './facts.js';
import {besides, canLayer, layered, makeLayer, slugBelow} from './layer.js';
import {ownAddress} from './loopback-address.js';
import {ProcessDyno} from './process-dyno.js';
import {ProcessTable} from './process-table.js';
import {SlugDirectories} from './slug-directories.js';
import {startSession} from './start-session.js';

export interface ProcessEngineOptions {
  owner: string;
  runtime: string;
  /** shared by all runtimes of the installation */
  directory: string;
  /** each dyno gets a copy of its slug, even where they could share its files */
  copies?: boolean;
}

const INIT = fileURLToPath(new URL('dyno-init.sh', import.meta.url));

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
  readonly #table = new ProcessTable();
  readonly #dynos = new Map<string, ProcessDyno>();
  /** being copied to disk by this object: not to be taken for what another one left */
  readonly #starting = new Set<string>();
  readonly #listeners = new Set<(event: EngineEvent) => void>();
  readonly #copies: boolean;
  #layers = false;

  constructor({owner, runtime, directory, copies = false}: ProcessEngineOptions) {
    // Owners share nothing, not even by the same directory.
    const root = join(directory, owner);
    this.#runtime = runtime;
    this.#copies = copies;
    this.#dynosRoot = join(root, 'dynos');
    this.#buildsRoot = join(root, 'builds');
    this.#cacheRoot = join(root, 'cache');
    this.#slugs = new SlugDirectories(join(root, 'slugs'));
  }

  async open(): Promise<EngineFacts> {
    for (const root of [this.#dynosRoot, this.#buildsRoot, this.#cacheRoot]) {
      await mkdir(root, {recursive: true, mode: 0o700});
    }
    for (const root of [this.#dynosRoot, this.#buildsRoot]) await sweepDrafts(root);
    await this.#slugs.open();
    await sweepDynos(this.#dynosRoot, this.#runtime);
    for (const image of await this.#slugs.listRemoved()) await this.#dropSlug(image);
    this.#layers = !this.#copies && (await canLayer(this.#dynosRoot));
    await this.#look();
    return processFacts();
  }

  async close(): Promise<void> {
    for (const dyno of this.#dynos.values()) await dyno.drop();
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
    let dyno: ProcessDyno | null = null;
    this.#starting.add(engineId);
    try {
      if (spec.checksum !== undefined) await this.#slugs.verify(spec.image, spec.app, spec.checksum);
      await mkdir(directory.tmp, {recursive: true, mode: 0o700});
      await directory.save(record);
      if (this.#layers) await makeLayer(directory.path, this.#slugs.appOf(spec.image));
      else await this.#slugs.copyTo(spec.image, directory.app);
      dyno = this.#remember(record);
      dyno.launching = true;
      if (spec.attach) await this.#launchAttached(dyno, spec.attach.tty, output);
      else await this.#launchDetached(dyno, output);
      dyno.launching = false;
      // It may have ended before anybody listened.
      await dyno.settle();
      this.#emit({kind: 'started', engineId});
      return dyno.toEngineDyno();
    } catch (error) {
      this.#dynos.delete(engineId);
      // What was launched by then has to go, too.
      await (dyno ?? directory).remove();
      throw refused('start the dyno', directory.path, error);
    } finally {
      this.#starting.delete(engineId);
    }
  }

  async listDynos(): Promise<EngineDyno[]> {
    const dynos: EngineDyno[] = [];
    await this.#look();
    for (const dyno of this.#dynos.values()) {
      await dyno.settle();
      dynos.push(dyno.toEngineDyno());
    }
    return dynos;
  }

  async followDyno(engineId: string, since: string | null, output: DynoOutput): Promise<void> {
    await this.#look();
    const dyno = this.#dynos.get(engineId);
    if (!dyno) return output.end();
    await dyno.follow(since, output);
    await dyno.settle();
  }

  async signalDyno(engineId: string, signal: DynoSignal): Promise<void> {
    await this.#dynos.get(engineId)?.signal(signal);
  }

  async removeDyno(engineId: string): Promise<void> {
    const dyno = this.#dynos.get(engineId);
    if (!dyno) return;
    await dyno.remove();
    this.#dynos.delete(engineId);
    await this.#dropSlug(dyno.record.spec.image);
    this.#emit({kind: 'removed', engineId});
  }

  async isBound(engineId: string): Promise<boolean> {
    return (await this.#dynos.get(engineId)?.isBound()) ?? false;
  }

  async usageOf(engineId: string): Promise<DynoUsage | null> {
    return (await this.#dynos.get(engineId)?.usage()) ?? null;
  }

  attachDyno(engineId: string): Promise<Session> {
    const {session} = this.#known(engineId);
    if (session) return Promise.resolve(session);
    return Promise.reject(
      new DynoError('unsupported', {message: 'This dyno was not started for a client, or its runtime was restarted.'}),
    );
  }

  async execDyno(engineId: string, exec: ExecSpec): Promise<Session> {
    const dyno = this.#known(engineId);
    const {record, directory} = dyno;
    const command = ['bash', INIT, directory.path, 'exec'];
    return startSession({
      command: (await slugBelow(directory.path)) === null ? command : besides(await dyno.initPid(), command),
      cwd: directory.app,
      env: {...dynoEnvironment(record, directory, exec.env), DYNO_INIT_COMMAND: exec.command},
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

  async removeImage(image: string): Promise<void> {
    await this.#slugs.remove(image);
    await this.#dropSlug(image);
  }

  async removeBuildCache(appId: string): Promise<void> {
    await rm(join(this.#cacheRoot, appId), {recursive: true, force: true});
  }

  async #launchDetached(dyno: ProcessDyno, output: DynoOutput): Promise<void> {
    const {record, directory} = dyno;
    const files = await directory.openOutput();
    const [file, ...args] = await initOf(directory);
    const child = spawn(file!, args, {
      cwd: directory.app,
      env: {...dynoEnvironment(record, directory), DYNO_INIT_COMMAND: record.spec.command},
      detached: true,
      stdio: ['ignore', files.stdout, files.stderr, 'pipe'],
    });
    let ready: Promise<unknown>;
    try {
      await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject));
      ready = once((child.stdio[3] as Readable).resume(), 'close').catch(() => undefined);
      // Killed together with its init it leaves no exit file, of which the events of the directory would tell.
      child.once('exit', () => void dyno.settle());
      child.unref();
      await dyno.launched(child.pid!);
    } finally {
      await files.close();
    }
    await ready;
    await dyno.follow(null, output);
  }

  /** The client's terminal is the dyno's: such a dyno does not outlive the runtime, as its client does not either. */
  async #launchAttached(dyno: ProcessDyno, tty: ExecSpec['tty'], output: DynoOutput): Promise<void> {
    const {record, directory} = dyno;
    // It writes nothing there; a runtime that adopts it follows it as any other, to see its end.
    await (await directory.openOutput()).close();
    const session = await startSession({
      command: await initOf(directory),
      cwd: directory.app,
      env: {...dynoEnvironment(record, directory), DYNO_INIT_COMMAND: record.spec.command},
      tty,
    });
    dyno.session = session;
    void session.exited.then(() => {
      output.end();
      void dyno.settle();
    });
    await dyno.launched(session.pid);
  }

  /** What other engine objects of this owner and runtime started or removed meanwhile. */
  async #look(): Promise<void> {
    const names = await listDynoNames(this.#dynosRoot, this.#runtime);
    const isNew = (name: string) => !this.#dynos.has(name) && !this.#starting.has(name);
    for (const name of [...names].filter(isNew)) {
      const record = await readRecord(join(this.#dynosRoot, name));
      if (record && isNew(name)) this.#remember(record);
    }
    for (const [engineId, dyno] of this.#dynos) {
      if (names.has(engineId) || dyno.launching) continue;
      this.#dynos.delete(engineId);
      await dyno.forget();
    }
  }

  /** Throws the files of a slug away that was removed, once no dyno reads them any more. */
  async #dropSlug(image: string): Promise<void> {
    if (!(await this.#slugs.isRemoved(image))) return;
    const app = this.#slugs.appOf(image);
    for (const name of await readdir(this.#dynosRoot)) {
      if ((await slugBelow(join(this.#dynosRoot, name))) === app) return;
    }
    await this.#slugs.drop(image);
  }

  #remember(record: DynoRecord): ProcessDyno {
    const {engineId} = record;
    const directory = new DynoDirectory(join(this.#dynosRoot, engineId));
    const dyno = new ProcessDyno(record, directory, this.#table, () => this.#emit({kind: 'ended', engineId}));
    this.#dynos.set(engineId, dyno);
    return dyno;
  }

  #known(engineId: string): ProcessDyno {
    const dyno = this.#dynos.get(engineId);
    if (!dyno) throw new DynoError('not_found', {resource: 'dyno'});
    return dyno;
  }

  #emit(event: EngineEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

async function initOf({path}: DynoDirectory): Promise<string[]> {
  const command = ['bash', INIT, path];
  return (await slugBelow(path)) === null ? command : layered(path, command);
}

function refused(action: string, path: string, error: unknown): DynoError {
  if (error instanceof DynoError) return error;
  if ((error as NodeJS.ErrnoException).code === 'ENOSPC' || /No space left/.test(String((error as Error).message))) {
    return new DynoError('disk_full', {path}, error);
  }
  return new DynoError('engine_refused', {engine: 'process', action, reason: (error as Error).message}, error);
}
