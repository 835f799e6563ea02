import {execFileSync} from 'node:child_process';
import {randomBytes, randomUUID} from 'node:crypto';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {Readable} from 'node:stream';
import type {Ability, DynoSpec, Engine, EngineDyno, EngineFacts} from '../../../src/engine/engine.js';
import {probeApp} from './probe-app.js';
import {Recorder} from './recorder.js';
import {testOwner} from '../../support/owner.js';
import {until} from '../../support/until.js';

export interface EngineIdentity {
  owner: string;
  runtime: string;
  /** folder of the engine's own, made and removed by the suite */
  directory: string;
}

/** What a driver brings to the contract. */
export interface EngineUnderTest {
  /** A new engine object. Several with the same identity may exist at once: one adopts what another left. */
  make(identity: EngineIdentity): Engine;
  /** What the driver can prove only with a network and an image there. */
  prepare?(rig: Rig): Promise<void>;
  /** All that exists on this machine for the owner, a line each. The suite ends with none. */
  leftovers(owner: string): Promise<string[]>;
  /** Stack name to build for. */
  stack?: string;
}

/** One owner with one opened engine and an imported slug; everything a chapter of the contract starts from. */
export class Rig {
  readonly owner = testOwner();
  readonly appId = randomUUID();
  readonly network = `dyno-test-${randomBytes(4).toString('hex')}`;
  engine!: Engine;
  facts!: EngineFacts;
  /** release image of the probe app */
  image = '';
  readonly #engines = new Set<Engine>();
  readonly #runtimes = new Set(['us']);
  #directory: string | null = null;

  constructor(readonly under: EngineUnderTest) {}

  /** Made when it is first asked for: a chapter that was not chosen leaves nothing. */
  get directory(): string {
    return (this.#directory ??= mkdtempSync(join(tmpdir(), 'dyno-engine-')));
  }

  get stack(): string {
    return this.under.stack ?? 'heroku-24';
  }

  async open(): Promise<void> {
    this.engine = this.another();
    this.facts = await this.engine.open();
    await this.engine.ensureNetwork({name: this.network, kind: 'common'});
    const slug = {id: randomUUID(), appId: this.appId, app: 'probe', stack: this.stack};
    this.image = (await this.engine.importSlug(slug, Readable.from([this.packSlug(probeApp)]))).image;
    await this.under.prepare?.(this);
  }

  /** A further engine object, not opened; by default of the same owner and runtime. */
  another(identity: Partial<EngineIdentity> = {}): Engine {
    const engine = this.under.make({owner: this.owner, runtime: 'us', directory: this.directory, ...identity});
    this.#engines.add(engine);
    if (identity.owner === undefined) this.#runtimes.add(identity.runtime ?? 'us');
    return engine;
  }

  /** Takes everything down and answers what is left in spite of that. */
  async close(): Promise<string[]> {
    for (const runtime of this.#runtimes) {
      const sweeper = this.another({runtime});
      await sweeper.open();
      for (const dyno of await sweeper.listDynos()) await sweeper.removeDyno(dyno.engineId);
    }
    const sweeper = this.another();
    await sweeper.open();
    for (const image of await sweeper.listImages()) await sweeper.removeImage(image.image);
    await sweeper.removeBuildCache(this.appId);
    await sweeper.removeNetwork(this.network);
    for (const engine of this.#engines) await engine.close();
    const left = await this.under.leftovers(this.owner);
    rmSync(this.directory, {recursive: true, force: true});
    return left;
  }

  has(ability: Ability): boolean {
    return this.facts.abilities[ability].holds;
  }

  spec(command: string, overrides: Partial<DynoSpec> = {}): DynoSpec {
    const name = overrides.name ?? `worker.${++numbers.last}`;
    return {
      id: randomUUID(),
      appId: this.appId,
      app: 'probe',
      name,
      kind: 'formation',
      release: 3,
      image: this.image,
      command,
      env: {DYNO: name, ...(overrides.port ? {PORT: String(overrides.port)} : {}), ...overrides.env},
      size: 'Standard-1X',
      memoryMb: 512,
      memoryKillMb: 1024,
      cpuShare: 1,
      processes: 256,
      port: null,
      network: this.network,
      ...omit(overrides, 'env'),
    };
  }

  async start(
    command: string,
    overrides: Partial<DynoSpec> = {},
    engine = this.engine,
  ): Promise<{dyno: EngineDyno; output: Recorder}> {
    const output = new Recorder();
    return {dyno: await engine.startDyno(this.spec(command, overrides), output), output};
  }

  /** Starts, waits for the end of output and of the dyno, and removes it. */
  async run(command: string, overrides: Partial<DynoSpec> = {}): Promise<{dyno: EngineDyno; output: Recorder}> {
    const {dyno, output} = await this.start(command, overrides);
    await output.ended;
    const ended = await this.ended(dyno.engineId);
    await this.engine.removeDyno(dyno.engineId);
    return {dyno: ended, output};
  }

  async look(engineId: string, engine = this.engine): Promise<EngineDyno | undefined> {
    return (await engine.listDynos()).find((dyno) => dyno.engineId === engineId);
  }

  /** The dyno as listed once it has ended. */
  async ended(engineId: string, engine = this.engine): Promise<EngineDyno> {
    return until(`the end of dyno ${engineId}`, async () => {
      const dyno = await this.look(engineId, engine);
      return dyno && !dyno.running ? dyno : undefined;
    });
  }

  /** A gzipped tar whose entries start with `./app/`. */
  packSlug(files: Record<string, string>): Buffer {
    return this.#pack(files, 'app', ['./app']);
  }

  /** Path of a gzipped tar of a source tree. */
  packSource(files: Record<string, string>): string {
    const path = join(this.directory, `source-${randomUUID()}.tgz`);
    writeFileSync(path, this.#pack(files, '.', ['.']));
    return path;
  }

  #pack(files: Record<string, string>, root: string, entries: string[]): Buffer {
    const folder = mkdtempSync(join(tmpdir(), 'dyno-pack-'));
    try {
      for (const [name, text] of Object.entries(files)) {
        const path = join(folder, root, name);
        mkdirSync(dirname(path), {recursive: true});
        writeFileSync(path, text, {mode: text.startsWith('#!') ? 0o755 : 0o644});
      }
      const archive = join(folder, 'packed.tgz');
      const contents =
        root === '.' ? [...new Set(Object.keys(files).map((name) => `./${name.split('/')[0]}`))] : entries;
      execFileSync('tar', ['-czf', archive, '-C', folder, ...contents]);
      return readFileSync(archive);
    } finally {
      rmSync(folder, {recursive: true, force: true});
    }
  }
}

/** Names of dynos differ within one test process. */
const numbers = {last: 0};

function omit<T extends object, K extends keyof T>(value: T, key: K): Omit<T, K> {
  const {[key]: _, ...rest} = value;
  return rest;
}
