import {execFile} from 'node:child_process';
import {readSync, watch} from 'node:fs';
import {open} from 'node:fs/promises';
import type {FileHandle} from 'node:fs/promises';
import {join} from 'node:path';
import type {DynoOutput} from '../engine.js';

const STREAMS = ['stdout', 'stderr'] as const;
type Stream = (typeof STREAMS)[number];

const CHUNK_BYTES = 64 * 1024;
/**
 * Bytes read until the disk space behind is given back; and bytes that stay for a runtime that comes back: more than what
 * logplex may have in memory and not yet on disk (src/logplex/intake.ts, pending.ts).
 */
const PUNCH_EVERY = 16 * 1024 * 1024;
const PUNCH_KEEP = 64 * 1024 * 1024;
/** ms after which a look is taken even if the file system told nothing */
const LOOK_MS = 1000;

/** What a tail needs of the machine. */
export interface TailEffects {
  /** Hints that something in the directory changed; may throw, for the kernel watches only so much for a user. */
  watch(directory: string, onChange: (name: string | null) => void, onError: () => void): {close(): void};
  /** Gives the disk space of the first `bytes` of a file back; offsets stay. */
  punch(path: string, bytes: number): void;
}

const machine: TailEffects = {
  watch: (directory, onChange, onError) =>
    watch(directory, {persistent: false}, (_event, name) => onChange(name)).on('error', onError),
  // Needs util-linux; without it the files grow until the dyno is cycled.
  punch: (path, bytes) => {
    if (process.platform !== 'linux') return;
    execFile('fallocate', ['--punch-hole', '--offset', '0', '--length', String(bytes), path], () => undefined);
  },
};

interface Source {
  file: FileHandle;
  offset: number;
  punched: number;
}

/**
 * Reads what a dyno writes to its two output files, from a cursor on, exactly: the cursor is the pair of offsets.
 * What the dyno writes is in files, whoever reads, so that it neither dies nor waits while no runtime is there.
 * On Linux the space of what was read is given back by punching holes; offsets stay.
 */
export class OutputTail {
  readonly #directory: string;
  readonly #output: DynoOutput;
  readonly #effects: TailEffects;
  readonly #sources = new Map<Stream, Source>();
  readonly #buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  #watcher: {close(): void} | null = null;
  #timer: NodeJS.Timeout | null = null;
  #starting: Promise<void> | null = null;
  #reading: Promise<void> | null = null;
  #again = false;
  #ended = false;

  constructor(directory: string, output: DynoOutput, effects = machine) {
    this.#directory = directory;
    this.#output = output;
    this.#effects = effects;
  }

  /**
   * `since`: a cursor, or null for all there is. `onExit` is called when the file `exit` may have appeared.
   *
   * @throws when a file is not there; then it has let go of all
   */
  start(since: string | null, onExit: () => void): Promise<void> {
    return (this.#starting = this.#start(since, onExit));
  }

  async #start(since: string | null, onExit: () => void): Promise<void> {
    const offsets = (since ?? '0:0').split(':').map(Number);
    try {
      for (const [index, stream] of STREAMS.entries()) {
        const file = await open(join(this.#directory, stream), 'r');
        this.#sources.set(stream, {file, offset: offsets[index] ?? 0, punched: 0});
      }
    } catch (error) {
      await this.#closeFiles();
      throw error;
    }
    this.#watcher = this.#watch(onExit);
    this.#timer = setInterval(() => {
      if (!this.#watcher) onExit();
      this.#look();
    }, LOOK_MS);
    this.#timer.unref();
    this.#look();
  }

  /** Reads what is left, tells the end and lets go. */
  async end(): Promise<void> {
    if (this.#ended) return;
    await this.#letGo();
    await this.#readAll();
    await this.#closeFiles();
    this.#output.end();
  }

  /** Lets go without the end: another runtime will go on. */
  async drop(): Promise<void> {
    if (this.#ended) return;
    await this.#letGo();
    await this.#closeFiles();
  }

  /** Null where the kernel has no watch left: then the timer looks for all. */
  #watch(onExit: () => void): {close(): void} | null {
    const onChange = (name: string | null) => (name === 'exit' ? onExit() : this.#look());
    try {
      return this.#effects.watch(this.#directory, onChange, () => (this.#watcher = null));
    } catch {
      return null;
    }
  }

  #look(): void {
    if (this.#ended) return;
    this.#again = true;
    this.#reading ??= this.#readWhileAsked().finally(() => (this.#reading = null));
  }

  async #readWhileAsked(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      await this.#readAll();
    }
  }

  /** In turns, so that a flood on one stream does not keep the other back. */
  async #readAll(): Promise<void> {
    for (;;) {
      let isMore = false;
      for (const [stream, source] of this.#sources) isMore = this.#readChunk(stream, source) || isMore;
      // The end for now; more will be told of.
      if (!isMore) return;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /**
   * Whether there may be more. What was just written is in memory: to ask a thread for it would cost twenty times as
   * much.
   */
  #readChunk(stream: Stream, source: Source): boolean {
    const length = readSync(source.file.fd, this.#buffer, 0, CHUNK_BYTES, source.offset);
    if (length === 0) return false;
    source.offset += length;
    this.#output.write(Buffer.from(this.#buffer.subarray(0, length)), stream, Date.now(), this.#cursor());
    this.#punch(stream, source);
    return length === CHUNK_BYTES;
  }

  #cursor(): string {
    return STREAMS.map((stream) => this.#sources.get(stream)?.offset ?? 0).join(':');
  }

  #punch(stream: Stream, source: Source): void {
    const done = source.offset - PUNCH_KEEP;
    if (done - source.punched <= PUNCH_EVERY) return;
    source.punched = done;
    this.#effects.punch(join(this.#directory, stream), done);
  }

  /** Resolves when nothing of it is at work any more. */
  async #letGo(): Promise<void> {
    this.#ended = true;
    await this.#starting?.catch(() => undefined);
    this.#watcher?.close();
    if (this.#timer) clearInterval(this.#timer);
    await this.#reading;
  }

  async #closeFiles(): Promise<void> {
    const files = [...this.#sources.values()];
    this.#sources.clear();
    for (const {file} of files) await file.close();
  }
}
