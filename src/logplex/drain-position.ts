import {writeSync} from 'node:fs';
import {mkdir, open, readFile, rename, rm} from 'node:fs/promises';
import type {FileHandle} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';

/** How far a drain has come, so that the next runtime goes on there. */
export interface DrainProgress {
  /** first seq that was neither delivered, dropped nor claimed */
  next: number;
  /** https: the frame that may be on its way; the next runtime sends it again under the same id, as a retry */
  frame: {from: number; to: number; id: string} | null;
  delivered: number;
  dropped: number;
  /** lost messages that the receiver has not been told of, and when the first was lost */
  untold: number;
  untoldSince: number;
}

/** Fits in one page: such a write is whole or not there. */
const BYTES = 512;

/** A drain's progress on disk: one small record, written in place before each send. */
export class DrainPosition {
  readonly #path: string;
  #file: FileHandle | null = null;
  #creating: Promise<void> | null = null;
  #latest = '';

  constructor(path: string) {
    this.#path = path;
  }

  /** Null when there is none, or when it cannot be read. */
  async load(): Promise<DrainProgress | null> {
    try {
      return JSON.parse(await readFile(this.#path, 'utf8')) as DrainProgress;
    } catch {
      return null;
    }
  }

  /** Some microseconds, and at once: a drain that waited a turn of the event loop for it would send half as much. */
  async save(progress: DrainProgress): Promise<void> {
    this.#latest = JSON.stringify(progress).padEnd(BYTES);
    if (this.#file) writeSync(this.#file.fd, this.#latest, 0);
    else await (this.#creating ??= this.#create());
  }

  async close(): Promise<void> {
    await this.#creating?.catch(() => undefined);
    await this.#file?.close();
    this.#file = null;
  }

  async remove(): Promise<void> {
    await this.close();
    await rm(this.#path, {force: true});
  }

  /** Takes the place of the one before when it is whole. */
  async #create(): Promise<void> {
    try {
      await mkdir(dirname(this.#path), {recursive: true, mode: 0o700});
      const draft = join(dirname(this.#path), `new-${basename(this.#path)}`);
      const file = await open(draft, 'w', 0o600);
      try {
        await file.write(this.#latest, 0);
        await rename(draft, this.#path);
        writeSync(file.fd, this.#latest, 0);
      } catch (error) {
        await file.close();
        throw error;
      }
      this.#file = file;
    } finally {
      this.#creating = null;
    }
  }
}
