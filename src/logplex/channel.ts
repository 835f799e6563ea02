import {rm} from 'node:fs/promises';
import type {SecureContext} from 'node:tls';
import type {Clock} from '../model/clock.js';
import {maskDrainUrl} from '../model/drain.js';
import {priority} from '../model/log.js';
import type {LogEntry, LogQuery} from '../model/log.js';
import {limits} from '../model/limits.js';
import type {DrainSpec} from '../model/spec.js';
import {ChannelDrains} from './channel-drains.js';
import type {DrainStatus} from '../model/drain.js';
import {DynoCollector} from './dyno-collector.js';
import {formatSecond} from './frames.js';
import {Intake} from './intake.js';
import type {DynoCursor} from './log-format.js';
import {LogFile} from './log-file.js';
import type {Message} from './message.js';
import {Pending} from './pending.js';
import {Readers} from './readers.js';

export interface ChannelOptions {
  clock: Clock;
  random: () => number;
  /** of this app's log alone */
  directory: string;
  secureContext: () => SecureContext;
}

/** bytes of intake that become one transaction */
const TURN_BYTES = 64 * 1024;
/** bytes that an entry, or a chunk of output, counts for beside its text */
const ENTRY_BYTES = 100;
/** bytes of intake that wait at most; beyond them work is done at once, however long the turn becomes */
const INTAKE_BYTES = 32 * 1024 * 1024;
/** dynos whose cursor is remembered: those that ended may be asked for once more */
const CURSORS = 500;
/** ms between two L14 of one drain: its connections may fail many times a minute */
const CERTIFICATE_NOTICE_MS = 60_000;

/**
 * The log of one app. What comes in is written to disk in transactions, with the cursors of the dynos it came from, and
 * only then seen by anybody: so nothing that was seen is replayed by the engine after a crash.
 *
 *   entries, dyno output ──▶ intake ──▶ pending ──▶ disk ──▶ history, tails, drains
 */
export class Channel {
  readonly #clock: Clock;
  readonly #directory: string;
  readonly #file: LogFile;
  readonly #drains: ChannelDrains;
  readonly #readers: Readers;
  readonly #collectors = new Map<string, DynoCollector>();
  readonly #cursors = new Map<string, DynoCursor>();
  readonly #dirty = new Set<string>();
  readonly #intake = new Intake();
  readonly #pending: Pending;
  readonly #refusals = new Map<string, number>();
  readonly #loaded: Promise<void>;
  /** of the next message that is committed */
  #nextSeq = 1;
  #isFlushing = false;
  /** what an earlier process left, until the drains are known */
  #recovered: Message[] | null = null;
  #drainSpecs: DrainSpec[] | null = null;
  /** new drains have their beginning on disk */
  #drainsReady: Promise<unknown> = Promise.resolve();

  constructor({clock, random, directory, secureContext}: ChannelOptions) {
    this.#clock = clock;
    this.#pending = new Pending(clock);
    this.#readers = new Readers(clock, (from, to) => this.#file.read(from, to));
    this.#directory = directory;
    this.#file = new LogFile(directory);
    const certificateRefused = (spec: DrainSpec, alert: string) => this.#certificateRefused(spec, alert);
    this.#drains = new ChannelDrains({clock, random, directory, secureContext, certificateRefused});
    this.#loaded = this.#load();
  }

  /** Resolves once history and drains are back; a log that cannot be read begins anew. */
  async opened(): Promise<void> {
    await this.#loaded;
    await this.#drainsReady;
  }

  setDrains(specs: DrainSpec[]): void {
    this.#drainSpecs = specs;
    this.#drainsReady = Promise.all([this.#drainsReady, this.#loaded.then(() => this.#applyDrains())]);
  }

  write(entries: LogEntry[]): void {
    const cost = entries.reduce((sum, {message}) => sum + message.length + ENTRY_BYTES, 0);
    this.#take(cost, () => {
      for (const entry of entries) this.#pending.addEntry(entry);
    });
  }

  collectorOf(dyno: {id: string; name: string}): DynoCollector {
    const known = this.#collectors.get(dyno.id);
    if (known) return known;
    const onMessage = this.#pending.add.bind(this.#pending);
    const collector = new DynoCollector(dyno.name, onMessage, this.#cursors.get(dyno.id) ?? null);
    this.#collectors.set(dyno.id, collector);
    return collector;
  }

  /** Copies the chunk: it may wait, and the engine may use it again. */
  collect(dynoId: string, chunk: Buffer, stream: 'stdout' | 'stderr', time: number, cursor: string | null): void {
    const collector = this.#collectors.get(dynoId);
    if (!collector) return;
    const copy = Buffer.from(chunk);
    collector.accept(cursor);
    this.#take(copy.length + ENTRY_BYTES, () => {
      collector.write(copy, stream, time, cursor);
      this.#dirty.add(dynoId);
    });
  }

  /** L13 (4.3), but that nobody can count what an engine no longer has. */
  outputLost(dyno: string, since: number): void {
    const message = `Error L13: messages of ${dyno} lost since ${formatSecond(since)}, nobody knows how many`;
    this.write([{time: this.#clock.now(), source: 'app', process: 'log-shuttle', message, pri: priority.l12}]);
  }

  ended(dynoId: string): void {
    const collector = this.#collectors.get(dynoId);
    if (!collector) return;
    this.#take(ENTRY_BYTES, () => {
      collector.end(this.#clock.now());
      this.#dirty.add(dynoId);
    });
    void this.#intake.settled().then(() => this.#collectors.delete(dynoId));
  }

  /** As Readers.read, of all that has come in until now. */
  async *read(query: LogQuery, signal: AbortSignal): AsyncGenerator<Message[], void> {
    await this.#loaded;
    await this.#intake.settled();
    yield* this.#readers.read(query, signal);
  }

  drains(): DrainStatus[] {
    return this.#drains.statuses();
  }

  async close(): Promise<void> {
    await this.#endReaders();
    await this.#drains.close('finish');
    await this.#intake.settled();
    await this.#file.close();
  }

  /** Nothing of it is left on disk. */
  async remove(): Promise<void> {
    await this.#endReaders();
    await this.#drains.close('abort');
    await this.#intake.settled();
    await this.#file.close();
    await rm(this.#directory, {recursive: true, force: true});
  }

  /** They have read everything when it resolves, but for what is in their buffers. */
  async #endReaders(): Promise<void> {
    await this.#loaded;
    await this.#intake.settled();
    this.#readers.end();
  }

  async #load(): Promise<void> {
    await this.#drains.load();
    try {
      const {messages, cursors, nextSeq} = await this.#file.open(limits.logHistory, this.#drains.neededSeq);
      for (const [dynoId, cursor] of cursors) this.#cursors.set(dynoId, cursor);
      this.#nextSeq = nextSeq;
      this.#readers.push(messages);
      this.#recovered = Number.isFinite(this.#drains.neededSeq) ? messages : null;
    } catch {
      // The directory cannot be read: the log lives in memory, and every write tries the disk again.
    }
  }

  #applyDrains(): Promise<void> {
    const recent = (this.#recovered ?? []).filter((message) => !isForTailsOnly(message));
    this.#recovered = null;
    return this.#drains.set(this.#drainSpecs ?? [], this.#nextSeq, recent);
  }

  #take(cost: number, take: () => void): void {
    this.#intake.push(cost, take);
    while (this.#intake.cost > INTAKE_BYTES) this.#intake.take(TURN_BYTES);
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    void this.#flush();
  }

  /** Whatever comes in while one transaction is written is the next one. */
  async #flush(): Promise<void> {
    await this.#loaded;
    await new Promise((resolve) => setImmediate(resolve));
    while (!this.#intake.isEmpty || !this.#pending.isEmpty) {
      await this.#drainsReady;
      this.#intake.take(TURN_BYTES);
      const {taken} = this.#intake;
      const messages = this.#pending.take(this.#nextSeq);
      await this.#persist(messages);
      this.#nextSeq += messages.length;
      this.#publish(messages);
      // Before anybody is told: one who waits for it may close the file.
      if (this.#file.isFull) await this.#rotate();
      this.#intake.done(taken);
    }
    this.#isFlushing = false;
  }

  /** A disk that refuses costs the history of later days, never the stream of today. */
  async #persist(messages: Message[]): Promise<void> {
    const cursors: [string, DynoCursor][] = [];
    for (const dynoId of this.#dirty) {
      const position = this.#collectors.get(dynoId)?.position();
      if (!position) continue;
      cursors.push([dynoId, position]);
      // Last in order is the last to be forgotten.
      this.#cursors.delete(dynoId);
      this.#cursors.set(dynoId, position);
    }
    this.#dirty.clear();
    try {
      await this.#file.append(messages, cursors);
    } catch {
      // The cursors stay behind on disk: after a crash the engine replays what is missing there.
    }
  }

  #publish(messages: Message[]): void {
    if (messages.length === 0) return;
    this.#readers.push(messages);
    if (this.#recovered) this.#recovered = this.#recovered.concat(messages);
    this.#drains.push(
      messages.some(isForTailsOnly) ? messages.filter((message) => !isForTailsOnly(message)) : messages,
    );
  }

  async #rotate(): Promise<void> {
    for (const dynoId of this.#cursors.keys()) {
      if (this.#cursors.size <= CURSORS) break;
      if (!this.#collectors.has(dynoId)) this.#cursors.delete(dynoId);
    }
    await this.#drains.save();
    const needed = Math.min(this.#readers.firstSeq ?? this.#nextSeq, this.#drains.neededSeq);
    await this.#file.rotate(this.#cursors, needed).catch(() => undefined);
  }

  #certificateRefused({id, url}: DrainSpec, alert: string): void {
    const now = this.#clock.now();
    if (now - (this.#refusals.get(id) ?? -Infinity) < CERTIFICATE_NOTICE_MS) return;
    this.#refusals.set(id, now);
    const message = `Error L14 (certificate validation): error="${alert}" uri="${maskDrainUrl(url)}"`;
    this.write([{time: now, source: 'heroku', process: 'logplex', message, pri: priority.l14}]);
  }
}

/** L14 is not for drains (4.3). */
function isForTailsOnly({head}: Message): boolean {
  return head.pri === priority.l14 && head.process === 'logplex';
}
