import {appendFileSync, close, mkdirSync, openSync, closeSync, existsSync, read, renameSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {DynoError} from '../../model/error.js';
import {limits} from '../../model/limits.js';
import {newId, isId} from '../store/identity.js';

const readFrom = promisify(read);

/** What is known of a stream while somebody writes or reads it. */
interface Output {
  isGrowing: boolean;
  /** files begun before the newest; the one before it is kept, older ones are gone */
  number: number;
  /** bytes in the newest file */
  bytes: number;
  /** characters that found no room on the disk */
  lost: number;
  readonly readers: Set<() => void>;
}

/**
 * Output of builds and release commands, readable while it grows and for ever after. Its id is the secret of the URL
 * under which the API serves it. One that was not ended when the platform stopped counts as ended. Each is a file, or
 * two: what is longer than `keptBytes` loses its first half, as often as need be (heroku-behaviour.md 6.6).
 */
export class OutputStreams {
  readonly #folder: string;
  readonly #keptBytes: number;
  readonly #growing = new Map<string, Output>();

  constructor(folder: string, keptBytes: number = limits.outputBytes) {
    this.#folder = folder;
    this.#keptBytes = keptBytes;
    mkdirSync(folder, {recursive: true, mode: 0o700});
  }

  /** Starts an empty stream; answers its id. */
  create(): string {
    const id = newId();
    this.#begin(id);
    this.#growing.set(id, {isGrowing: true, number: 0, bytes: 0, lost: 0, readers: new Set()});
    return id;
  }

  /** What does not fit on the disk is lost, and the stream says so: the build or command itself must not fail for it. */
  append(id: string, text: string): void {
    if (text === '') return;
    const output = this.#growing.get(id) ?? ended(0);
    try {
      if (output.lost > 0) this.#write(id, output, ` !     ${output.lost} characters were lost: the disk was full.\n`);
      output.lost = 0;
      this.#write(id, output, text);
    } catch {
      output.lost += text.length;
    }
    wake(output);
  }

  end(id: string): void {
    const output = this.#growing.get(id);
    this.#growing.delete(id);
    if (!output) return;
    output.isGrowing = false;
    wake(output);
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
    rmSync(this.#pathBefore(id), {force: true});
  }

  /** All that is kept, then what comes, until the end. @throws DynoError not_found */
  async *read(id: string, signal?: AbortSignal): AsyncGenerator<Buffer> {
    if (!this.exists(id)) throw new DynoError('not_found', {resource: 'stream'});
    const output = this.#growing.get(id) ?? ended(existsSync(this.#pathBefore(id)) ? 1 : 0);
    for (let next = 0; next <= output.number && !signal?.aborted; next++) {
      next = Math.max(next, output.number - 1);
      const file = openSync(next === output.number ? this.#path(id) : this.#pathBefore(id), 'r');
      try {
        yield* readFile(file, next, output, signal);
      } finally {
        close(file);
      }
    }
  }

  #write(id: string, output: Output, text: string): void {
    if (output.bytes >= this.#keptBytes / 2) {
      renameSync(this.#path(id), this.#pathBefore(id));
      Object.assign(output, {number: output.number + 1, bytes: 0});
      this.#begin(id);
      if (output.number > 1) text = `${this.#truncated()}${text}`;
    }
    appendFileSync(this.#path(id), text);
    output.bytes += Buffer.byteLength(text);
  }

  /** Begins a line of its own, wherever the text before was cut. */
  #truncated(): string {
    const megabytes = Math.ceil(this.#keptBytes / 2 ** 20);
    return `\n !     Output truncated: of more than ${megabytes} MB the beginning is not kept.\n`;
  }

  #begin(id: string): void {
    closeSync(openSync(this.#path(id), 'a', 0o600));
  }

  #path(id: string): string {
    return join(this.#folder, id);
  }

  #pathBefore(id: string): string {
    return `${this.#path(id)}.before`;
  }
}

function ended(number: number): Output {
  return {isGrowing: false, number, bytes: 0, lost: 0, readers: new Set()};
}

function wake({readers}: Output): void {
  for (const reader of [...readers]) reader();
}

/** One file of an output, until nothing more can come into it. */
async function* readFile(file: number, number: number, output: Output, signal?: AbortSignal): AsyncGenerator<Buffer> {
  let position = 0;
  while (!signal?.aborted) {
    const isWhole = !output.isGrowing || number < output.number;
    const changed = isWhole ? undefined : change(output, signal);
    for (;;) {
      const {bytesRead, buffer} = await readFrom(file, Buffer.alloc(64 * 1024), 0, 64 * 1024, position);
      if (bytesRead === 0) break;
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
    if (isWhole) return;
    await changed;
  }
}

/** Resolves at the next change of the output, its end included. */
function change({readers}: Output, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      readers.delete(done);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    readers.add(done);
    signal?.addEventListener('abort', done, {once: true});
  });
}
