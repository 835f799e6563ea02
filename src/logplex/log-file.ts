import {mkdir, open, readdir, readFile, rename, rm, truncate} from 'node:fs/promises';
import type {FileHandle} from 'node:fs/promises';
import {join} from 'node:path';
import {committedBytes, decodeLog, LogEncoder} from './log-format.js';
import type {DecodedLog, DynoCursor} from './log-format.js';
import type {Message} from './message.js';

/** A segment that has grown so far is closed, and old ones that nobody needs are removed. */
const SEGMENT_BYTES = 2 * 1024 * 1024;
/** segments that stay although nobody needs them: for tails that come back after a restart of the runtime */
const KEPT_SEGMENTS = 4;
const SUFFIX = '.log';

interface Segment {
  path: string;
  firstSeq: number;
}

/**
 * The append-only log of one app, in segments named by the seq they begin with. Written without fsync: it survives
 * the death of the process at any moment, which is what is promised, not that of the machine.
 */
export class LogFile {
  readonly #directory: string;
  readonly #encoder = new LogEncoder();
  #segments: Segment[] = [];
  #file: FileHandle | null = null;
  /** committed bytes of the newest segment */
  #bytes = 0;
  #nextSeq = 1;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** seq of the oldest message on disk */
  get firstSeq(): number {
    return this.#segments[0]?.firstSeq ?? this.#nextSeq;
  }

  get isFull(): boolean {
    return this.#bytes >= SEGMENT_BYTES;
  }

  /** Reads back what is committed, from `from` on at least, and at least the last `count` messages. */
  async open(count: number, from: number): Promise<Required<DecodedLog> & {nextSeq: number}> {
    const names = (await readdir(this.#directory).catch(ifMissing([]))).filter((name) => name.endsWith(SUFFIX)).sort();
    this.#segments = names.map((name) => ({path: join(this.#directory, name), firstSeq: Number.parseInt(name, 10)}));
    let messages: Message[] = [];
    let cursors: Map<string, DynoCursor> | null = null;
    for (let i = this.#segments.length - 1; i >= 0; i--) {
      if (cursors && messages.length >= count && messages[0]!.seq <= from) break;
      const {path, firstSeq} = this.#segments[i]!;
      const content = await readFile(path);
      const committed = committedBytes(content);
      if (!cursors && committed === 0) {
        // Its making was cut off: nothing was ever said to be in it.
        await rm(path, {force: true});
        this.#segments.pop();
        continue;
      }
      const decoded = decodeLog(content.toString('utf8', 0, committed));
      messages = decoded.messages.concat(messages);
      if (cursors) continue;
      cursors = decoded.cursors;
      this.#nextSeq = decoded.nextSeq ?? firstSeq;
      this.#bytes = committed;
      if (committed < content.length) await truncate(path, committed);
    }
    return {messages, cursors: cursors ?? new Map<string, DynoCursor>(), nextSeq: this.#nextSeq};
  }

  /** Committed messages from `from` on and before `to`, in order, as far as they are still there. */
  async *read(from: number, to: number): AsyncGenerator<Message[], void> {
    const segments = [...this.#segments];
    for (const [index, {path, firstSeq}] of segments.entries()) {
      const end = segments[index + 1]?.firstSeq ?? Infinity;
      if (firstSeq >= to || end <= from) continue;
      // Meanwhile it may have been removed.
      const content = await readFile(path).catch(() => Buffer.alloc(0));
      const {messages} = decodeLog(content.toString('utf8', 0, committedBytes(content)));
      const wanted = messages.filter(({seq}) => seq >= from && seq < to);
      if (wanted.length > 0) yield wanted;
    }
  }

  /** Adds one transaction. After a failure the next append first takes back what was half written. */
  async append(messages: readonly Message[], cursors: Iterable<[string, DynoCursor]>): Promise<void> {
    const file = (this.#file ??= await this.#openNewest(messages[0]?.seq ?? this.#nextSeq));
    const data = Buffer.from(this.#encoder.encode(messages, cursors));
    try {
      await writeFully(file, data, this.#bytes);
    } catch (error) {
      this.#file = null;
      await file.close().catch(() => undefined);
      throw error;
    }
    this.#bytes += data.length;
    if (messages.length > 0) this.#nextSeq = messages.at(-1)!.seq + 1;
  }

  /** Starts a new segment that knows all `cursors`, and removes those that hold nothing from `neededSeq` on. */
  async rotate(cursors: Iterable<[string, DynoCursor]>, neededSeq: number): Promise<void> {
    await this.#closeFile();
    this.#file = await this.#create(this.#nextSeq, cursors);
    while (this.#segments.length > KEPT_SEGMENTS && this.#segments[1]!.firstSeq <= neededSeq) {
      await rm(this.#segments.shift()!.path, {force: true});
    }
  }

  async close(): Promise<void> {
    await this.#closeFile();
  }

  async #openNewest(nextSeq: number): Promise<FileHandle> {
    const newest = this.#segments.at(-1);
    if (!newest) return this.#create(nextSeq, []);
    const file = await open(newest.path, 'r+');
    this.#encoder.reset();
    await file.truncate(this.#bytes);
    return file;
  }

  async #create(firstSeq: number, cursors: Iterable<[string, DynoCursor]>): Promise<FileHandle> {
    const path = join(this.#directory, String(firstSeq).padStart(16, '0') + SUFFIX);
    await mkdir(this.#directory, {recursive: true, mode: 0o700});
    const file = await open(`${path}.new`, 'w', 0o600);
    this.#encoder.reset();
    const header = Buffer.from(`S ${firstSeq}\n${this.#encoder.encode([], cursors)}`);
    try {
      await writeFully(file, header, 0);
      await rename(`${path}.new`, path);
    } catch (error) {
      await file.close().catch(() => undefined);
      throw error;
    }
    this.#segments = [...this.#segments.filter((segment) => segment.path !== path), {path, firstSeq}];
    this.#bytes = header.length;
    return file;
  }

  async #closeFile(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    await file?.close();
  }
}

async function writeFully(file: FileHandle, data: Buffer, position: number): Promise<void> {
  for (let done = 0; done < data.length;) {
    const {bytesWritten} = await file.write(data, done, data.length - done, position + done);
    done += bytesWritten;
  }
}

function ifMissing<Value>(value: Value): (error: NodeJS.ErrnoException) => Value {
  return (error) => {
    if (error.code === 'ENOENT') return value;
    throw error;
  };
}
