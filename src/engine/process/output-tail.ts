import {execFile} from 'node:child_process';
import {readSync, watch} from 'node:fs';
import type {FSWatcher} from 'node:fs';
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

interface Source {
  file: FileHandle;
  offset: number;
  punched: number;
}

/**
 * Reads what a dyno writes to its two output files, from a cursor on, exactly: the cursor is the pair of offsets.
 * The dyno writes to files and not to pipes, so that it neither dies nor waits while no runtime is there.
 * On Linux the space of what was read is given back by punching holes; offsets stay.
 */
export class OutputTail {
  readonly #directory: string;
  readonly #output: DynoOutput;
  readonly #sources = new Map<Stream, Source>();
  readonly #buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  #watcher: FSWatcher | null = null;
  #timer: NodeJS.Timeout | null = null;
  #reading: Promise<void> | null = null;
  #again = false;
  #ended = false;

  constructor(directory: string, output: DynoOutput) {
    this.#directory = directory;
    this.#output = output;
  }

  /** `since`: a cursor, or null for all there is. `onExit` is called when the file `exit` may have appeared. */
  async start(since: string | null, onExit: () => void): Promise<void> {
    const offsets = (since ?? '0:0').split(':').map(Number);
    for (const [index, stream] of STREAMS.entries()) {
      const file = await open(join(this.#directory, stream), 'r');
      this.#sources.set(stream, {file, offset: offsets[index] ?? 0, punched: 0});
    }
    this.#watcher = watch(this.#directory, {persistent: false}, (_event, name) => {
      if (name === 'exit') onExit();
      else this.#look();
    });
    this.#watcher.on('error', () => undefined);
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    this.#timer.unref();
    this.#look();
  }

  /** Reads what is left, tells the end and lets go. */
  async end(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#letGo();
    await this.#reading;
    await this.#readAll();
    await this.#closeFiles();
    this.#output.end();
  }

  /** Lets go without the end: another runtime will go on. */
  async drop(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#letGo();
    await this.#reading;
    await this.#closeFiles();
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

  /** What was just written is in memory: to ask a thread for it would cost twenty times as much. */
  async #readAll(): Promise<void> {
    for (const [stream, source] of this.#sources) {
      for (;;) {
        const length = readSync(source.file.fd, this.#buffer, 0, CHUNK_BYTES, source.offset);
        if (length === 0) break;
        source.offset += length;
        this.#output.write(Buffer.from(this.#buffer.subarray(0, length)), stream, Date.now(), this.#cursor());
        if (source.offset - source.punched > PUNCH_EVERY) this.#punch(stream, source);
        // The end for now; more will be told of.
        if (length < CHUNK_BYTES) break;
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  }

  #cursor(): string {
    return STREAMS.map((stream) => this.#sources.get(stream)?.offset ?? 0).join(':');
  }

  /** Needs util-linux; without it the files grow until the dyno is cycled. */
  #punch(stream: Stream, source: Source): void {
    const end = source.offset - PUNCH_KEEP;
    source.punched = end;
    if (process.platform !== 'linux') return;
    const args = ['--punch-hole', '--offset', '0', '--length', String(end), join(this.#directory, stream)];
    execFile('fallocate', args, () => undefined);
  }

  #letGo(): void {
    this.#watcher?.close();
    if (this.#timer) clearInterval(this.#timer);
  }

  async #closeFiles(): Promise<void> {
    for (const {file} of this.#sources.values()) await file.close();
  }
}
