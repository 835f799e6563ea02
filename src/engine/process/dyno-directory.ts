import {open, readFile, readdir, rename, rm, stat, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {DynoExit, DynoSpec} from '../engine.js';

/** What is written down of a dyno, 0600 because of its environment; all that a new runtime needs to adopt it. */
export interface DynoRecord {
  engineId: string;
  runtime: string;
  spec: DynoSpec;
  createdAt: number;
  /** where the router and isBound() reach it */
  address: string;
  /** dyno-init.sh; null until it is started */
  init: {pid: number; identity: string} | null;
}

/**
 * One dyno on disk:
 *
 *   dyno.json       its record
 *   app/            HOME: its copy of the slug, or where its own processes see the slug under a layer (layer.ts)
 *   slug, layer/    there with a layer
 *   tmp/            its TMPDIR
 *   stdout, stderr  what it writes
 *   stopping        there once it got SIGTERM: what is left then has its grace
 *   killed          there once it got SIGKILL
 *   exit            exit status of its command, once that has ended
 */
export class DynoDirectory {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  get app(): string {
    return join(this.path, 'app');
  }

  get tmp(): string {
    return join(this.path, 'tmp');
  }

  async save(record: DynoRecord): Promise<void> {
    const path = join(this.path, 'dyno.json');
    await writeFile(`${path}.new`, JSON.stringify(record), {mode: 0o600});
    await rename(`${path}.new`, path);
  }

  /** Files for the dyno to write to; appending, so that nobody needs to know how much is there. */
  async openOutput(): Promise<{stdout: number; stderr: number; close: () => Promise<void>}> {
    const stdout = await open(join(this.path, 'stdout'), 'a', 0o600);
    const stderr = await open(join(this.path, 'stderr'), 'a', 0o600);
    return {
      stdout: stdout.fd,
      stderr: stderr.fd,
      close: async () => {
        await stdout.close();
        await stderr.close();
      },
    };
  }

  async mark(what: 'stopping' | 'killed'): Promise<void> {
    await writeFile(join(this.path, what), '');
  }

  async isStopping(): Promise<boolean> {
    return stat(join(this.path, 'stopping')).then(
      () => true,
      () => false,
    );
  }

  /** Null while the command runs, or when it was killed together with its init. */
  async readExit(): Promise<DynoExit | null> {
    const path = join(this.path, 'exit');
    try {
      const [text, {mtimeMs}] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
      return {status: Number.parseInt(text, 10), at: mtimeMs, outOfMemory: false};
    } catch {
      return null;
    }
  }

  async remove(): Promise<void> {
    // A process that dies at this moment may still write: try again instead of leaving half a directory.
    await rm(this.path, {recursive: true, force: true, maxRetries: 5, retryDelay: 50});
  }
}

/** Engine ids of the dynos of a runtime below `root`. */
export async function listDynoNames(root: string, runtime: string): Promise<Set<string>> {
  const names = await readdir(root).catch(() => []);
  return new Set(names.filter((name) => name.startsWith(`${runtime}.`)));
}

/** Null when there is none yet, or none any more. */
export async function readRecord(path: string): Promise<DynoRecord | null> {
  try {
    return JSON.parse(await readFile(join(path, 'dyno.json'), 'utf8')) as DynoRecord;
  } catch {
    return null;
  }
}

/** Removes directories without a record: what a kill in the middle of a start or of a removal left. */
export async function sweepDynos(root: string, runtime: string): Promise<void> {
  for (const name of await listDynoNames(root, runtime)) {
    const path = join(root, name);
    if ((await readRecord(path)) === null) await new DynoDirectory(path).remove();
  }
}
