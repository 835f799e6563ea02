import {appendFileSync, mkdirSync, openSync, closeSync, existsSync, rmSync} from 'node:fs';
import {open} from 'node:fs/promises';
import {join} from 'node:path';
import {DynoError} from '../../model/error.js';
import {newId, isId} from '../store/identity.js';

/**
 * Output of builds and release commands: a file each, readable while it grows and for ever after. Its id is the secret
 * of the URL under which the API serves it. One that was not ended when the platform stopped counts as ended.
 */
export class OutputStreams {
  readonly #folder: string;
  readonly #lost = new Map<string, number>();
  readonly #growing = new Map<string, Set<() => void>>();

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, {recursive: true, mode: 0o700});
  }

  /** Starts an empty stream; answers its id. */
  create(): string {
    const id = newId();
    closeSync(openSync(this.#path(id), 'a', 0o600));
    this.#growing.set(id, new Set());
    return id;
  }

  /** What does not fit on the disk is lost, and the stream says so: the build or command itself must not fail for it. */
  append(id: string, text: string): void {
    if (text === '') return;
    try {
      const lost = this.#lost.get(id);
      if (lost !== undefined)
        appendFileSync(this.#path(id), ` !     ${lost} characters were lost: the disk was full.\n`);
      this.#lost.delete(id);
      appendFileSync(this.#path(id), text);
    } catch {
      this.#lost.set(id, (this.#lost.get(id) ?? 0) + text.length);
    }
    this.#wake(id);
  }

  end(id: string): void {
    const readers = this.#growing.get(id);
    this.#growing.delete(id);
    this.#lost.delete(id);
    for (const wake of readers ?? []) wake();
  }

  exists(id: string): boolean {
    return isId(id) && existsSync(this.#path(id));
  }

  isGrowing(id: string): boolean {
    return this.#growing.has(id);
  }

  delete(id: string): void {
    this.end(id);
    rmSync(this.#path(id), {force: true});
  }

  /** All that was written, then what comes, until the end. @throws DynoError not_found */
  async *read(id: string, signal?: AbortSignal): AsyncGenerator<Buffer> {
    if (!this.exists(id)) throw new DynoError('not_found', {resource: 'stream'});
    const file = await open(this.#path(id), 'r');
    try {
      let position = 0;
      while (!signal?.aborted) {
        const growing = this.isGrowing(id);
        const changed = growing ? this.#change(id, signal) : undefined;
        let {bytesRead, buffer} = await file.read(Buffer.alloc(64 * 1024), 0, 64 * 1024, position);
        while (bytesRead > 0) {
          position += bytesRead;
          yield buffer.subarray(0, bytesRead);
          ({bytesRead, buffer} = await file.read(Buffer.alloc(64 * 1024), 0, 64 * 1024, position));
        }
        if (!growing) return;
        await changed;
      }
    } finally {
      await file.close();
    }
  }

  /** Resolves at the next change of the stream, its end included. */
  #change(id: string, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const readers = this.#growing.get(id)!;
      const wake = () => {
        readers.delete(wake);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      readers.add(wake);
      signal?.addEventListener('abort', wake, {once: true});
    });
  }

  #wake(id: string): void {
    for (const wake of this.#growing.get(id) ?? []) wake();
  }

  #path(id: string): string {
    return join(this.#folder, id);
  }
}
