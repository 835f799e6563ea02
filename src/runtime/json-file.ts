import {mkdir, readFile, rename, writeFile} from 'node:fs/promises';
import {dirname} from 'node:path';

/**
 * One value on disk, 0600. Written beside and renamed, so that a kill at any moment leaves the old or the new one;
 * writes are coalesced.
 */
export class JsonFile<T> {
  readonly #path: string;
  #next: {value: T} | null = null;
  #writing: Promise<void> | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  /** Null when there is none, or none that can be read. */
  async read(): Promise<T | null> {
    try {
      return JSON.parse(await readFile(this.#path, 'utf8')) as T;
    } catch {
      return null;
    }
  }

  /** Resolves once this value, or a newer one, is on disk. */
  write(value: T): Promise<void> {
    this.#next = {value};
    this.#writing ??= this.#writeAll();
    return this.#writing;
  }

  async #writeAll(): Promise<void> {
    try {
      await mkdir(dirname(this.#path), {recursive: true, mode: 0o700});
      while (this.#next) {
        const {value} = this.#next;
        this.#next = null;
        const draft = `${this.#path}.new`;
        await writeFile(draft, JSON.stringify(value), {mode: 0o600});
        await rename(draft, this.#path);
      }
    } finally {
      // In the same turn as the loop's last look, so that no later value is left behind.
      this.#writing = null;
    }
  }
}
