import {mkdir, readFile, rename, writeFile} from 'node:fs/promises';
import {dirname} from 'node:path';
import type {RuntimeSpec} from '../model/spec.js';

/**
 * A runtime's own copy of its desired state. It holds config vars, hence 0600.
 * Written beside and renamed, so that a kill at any moment leaves the old or the new one; writes are coalesced.
 */
export class SpecFile {
  readonly #path: string;
  #next: RuntimeSpec | null = null;
  #writing: Promise<void> | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  /** Null when there is none, or none that can be read: the platform will send it again. */
  async read(): Promise<RuntimeSpec | null> {
    try {
      return JSON.parse(await readFile(this.#path, 'utf8')) as RuntimeSpec;
    } catch {
      return null;
    }
  }

  /** Resolves once this spec, or a newer one, is on disk. */
  write(spec: RuntimeSpec): Promise<void> {
    this.#next = spec;
    this.#writing ??= this.#writeAll();
    return this.#writing;
  }

  async #writeAll(): Promise<void> {
    try {
      await mkdir(dirname(this.#path), {recursive: true, mode: 0o700});
      while (this.#next) {
        const spec = this.#next;
        this.#next = null;
        const draft = `${this.#path}.new`;
        await writeFile(draft, JSON.stringify(spec), {mode: 0o600});
        await rename(draft, this.#path);
      }
    } finally {
      // In the same turn as the loop's last look, so that no later spec is left behind.
      this.#writing = null;
    }
  }
}
