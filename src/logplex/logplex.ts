import {mkdir, readdir} from 'node:fs/promises';
import {join} from 'node:path';
import type {Clock} from '../model/clock.js';
import type {LogEntry, LogQuery, LogRecord} from '../model/log.js';
import {logForms} from '../model/log-form.js';
import type {LogChunk, LogFormName} from '../model/log-form.js';
import type {DrainSpec} from '../model/spec.js';
import {Channel} from './channel.js';
import type {DrainStatus} from '../model/drain.js';
import {recordOf} from './message.js';
import {trustedContext} from './trusted-certificates.js';

export interface LogplexOptions {
  clock: Clock;
  /** answers in [0, 1) */
  random: () => number;
  /** holds a directory per app */
  directory: string;
  /** certificates that drains trust beside the machine's and NODE_EXTRA_CA_CERTS, PEM */
  ca?: string[];
  env?: NodeJS.ProcessEnv;
}

/** Takes what one dyno writes; structurally the engine's DynoOutput. */
export interface CollectedOutput {
  write(chunk: Buffer, stream: 'stdout' | 'stderr', time: number, cursor: string | null): void;
  lost(since: number): void;
  end(): void;
}

/**
 * A runtime's log bus: a channel per app, each with its history, tails and drains (heroku-behaviour.md 5). Everything
 * enters by write() and dynoOutput(), and neither ever waits for a reader.
 */
export class Logplex {
  readonly #options: LogplexOptions;
  readonly #secureContext;
  readonly #channels = new Map<string, Channel>();
  /** apps that were removed: what their last dynos still say is not kept */
  readonly #removed = new Set<string>();
  #closed = false;

  constructor(options: LogplexOptions) {
    this.#options = options;
    this.#secureContext = trustedContext(options.ca ?? [], options.env ?? process.env);
  }

  /** The histories of earlier processes come back, and where the collection of each dyno had come to. */
  async open(): Promise<void> {
    const {directory} = this.#options;
    await mkdir(directory, {recursive: true, mode: 0o700}).catch(() => undefined);
    const names = await readdir(directory).catch(() => []);
    for (const name of names) this.#channelOf(decodeURIComponent(name));
    await Promise.all([...this.#channels.values()].map((channel) => channel.opened()));
  }

  /** May come before open(). Drains that are new get what is written from now on. */
  setApp({id, drains}: {id: string; drains: DrainSpec[]}): void {
    this.#removed.delete(id);
    this.#channelOf(id).setDrains(drains);
  }

  /** Ends its tails and drains; its history is gone. */
  async removeApp(id: string): Promise<void> {
    const channel = this.#channels.get(id);
    this.#channels.delete(id);
    this.#removed.add(id);
    await channel?.remove();
  }

  write(appId: string, entries: LogEntry | LogEntry[]): void {
    if (this.#closed || this.#removed.has(appId)) return;
    this.#channelOf(appId).write(Array.isArray(entries) ? entries : [entries]);
  }

  /**
   * Where a dyno's output goes, and the cursor from which the engine resumes it: what stands before it is in the log,
   * exactly. Null: from the beginning.
   */
  dynoOutput(appId: string, dyno: {id: string; name: string}): {output: CollectedOutput; cursor: string | null} {
    const isOpen = () => !this.#closed && !this.#removed.has(appId);
    const channel = this.#channelOf(appId);
    const collector = channel.collectorOf(dyno);
    return {
      cursor: collector.cursor,
      output: {
        write: (chunk, stream, time, cursor) => {
          if (isOpen()) channel.collect(dyno.id, chunk, stream, time, cursor);
        },
        lost: (since) => {
          if (isOpen()) channel.outputLost(dyno.name, since);
        },
        end: () => {
          if (isOpen()) channel.ended(dyno.id);
        },
      },
    };
  }

  /** The last messages, then filtered, as Heroku does; with `tail` goes on until the signal, or close(). */
  async *read(appId: string, query: LogQuery, signal: AbortSignal): AsyncGenerator<LogRecord[], void> {
    if (this.#removed.has(appId)) return;
    for await (const messages of this.#channelOf(appId).read(query, signal)) yield messages.map(recordOf);
  }

  /** The same as text, ready for its reader: what a line costs here, it costs once for every tail. */
  async *readText(
    appId: string,
    query: LogQuery,
    form: LogFormName,
    signal: AbortSignal,
  ): AsyncGenerator<LogChunk, void> {
    if (this.#removed.has(appId)) return;
    const {line} = logForms[form];
    for await (const messages of this.#channelOf(appId).read(query, signal)) {
      let text = '';
      for (const {seq, head, text: message} of messages) text += line(seq, head.shown + message);
      yield {lastId: String(messages.at(-1)!.seq), text: Buffer.from(text)};
    }
  }

  drainsOf(appId: string): DrainStatus[] {
    return this.#channels.get(appId)?.drains() ?? [];
  }

  /** Everything that came in is on disk; drains go on where they stopped when the next process opens the directory. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#channels.values()].map((channel) => channel.close()));
  }

  #channelOf(appId: string): Channel {
    const known = this.#channels.get(appId);
    if (known) return known;
    const {clock, random, directory} = this.#options;
    const channel = new Channel({
      clock,
      random,
      directory: join(directory, encodeURIComponent(appId)),
      secureContext: this.#secureContext,
    });
    this.#channels.set(appId, channel);
    return channel;
  }
}
