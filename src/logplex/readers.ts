import type {Clock} from '../model/clock.js';
import {matchesQuery} from '../model/log-filter.js';
import type {LogQuery} from '../model/log.js';
import {limits} from '../model/limits.js';
import {History} from './history.js';
import {entryOf} from './message.js';
import type {Message} from './message.js';
import {lossMessage, PACKET, Tail} from './tail.js';

const HISTORY_MS = 7 * 24 * 3600_000;

/** Those who read an app's stream: its history, and the tails that are open. */
export class Readers {
  readonly #clock: Clock;
  readonly #history = new History();
  readonly #older: (from: number, to: number) => AsyncIterable<Message[]>;
  readonly #tails = new Set<Tail>();
  #ended = false;

  /** @param older messages from `from` on and before `to` that the disk still has */
  constructor(clock: Clock, older: (from: number, to: number) => AsyncIterable<Message[]>) {
    this.#clock = clock;
    this.#older = older;
  }

  /** seq of the oldest message that a reader can still get; null: there is none */
  get firstSeq(): number | null {
    return this.#history.oldest?.seq ?? null;
  }

  push(messages: Message[]): void {
    this.#history.push(messages);
    for (const tail of this.#tails) tail.push(messages);
  }

  /** The last messages, then filtered; with `tail` what comes, until the signal or end(). */
  async *read(query: LogQuery, signal: AbortSignal): AsyncGenerator<Message[], void> {
    const tail = query.tail && !signal.aborted && !this.#ended ? new Tail(this.#clock, query) : null;
    const end = () => tail?.end();
    if (tail) this.#tails.add(tail);
    signal.addEventListener('abort', end, {once: true});
    try {
      const recent = this.#historyFor(query);
      for await (const messages of this.#between(query, recent.firstSeq)) {
        yield messages;
        tail?.stillRead();
      }
      if (recent.messages.length > 0) yield recent.messages;
      if (tail) yield* tail.messages();
    } finally {
      signal.removeEventListener('abort', end);
      if (tail) this.#tails.delete(tail);
    }
  }

  /** Tails still give what is in their buffers. */
  end(): void {
    this.#ended = true;
    for (const tail of this.#tails) tail.end();
  }

  /** `firstSeq`: of the oldest message that was looked at; null: nothing is there, or all is too old. */
  #historyFor(query: LogQuery): {messages: Message[]; firstSeq: number | null} {
    const {newest, oldest} = this.#history;
    if (!newest || newest.head.time < this.#clock.now() - HISTORY_MS) return {messages: [], firstSeq: null};
    const messages =
      query.after === undefined
        ? this.#history.last(query.lines ?? limits.logDefaultLines)
        : this.#history.after(Number(query.after));
    return {messages: messages.filter((message) => this.#passes(query, message)), firstSeq: oldest!.seq};
  }

  /**
   * What a reader who resumes has missed when the stream went on by more than the history holds: from the disk, some at a
   * time; what is gone there too is told in an L11.
   */
  async *#between({after, ...query}: LogQuery, firstSeq: number | null): AsyncGenerator<Message[], void> {
    let next = Number(after ?? Infinity) + 1;
    if (firstSeq === null || !(firstSeq > next)) return;
    for await (const messages of this.#older(next, firstSeq)) {
      if (messages[0]!.seq > next) yield [this.#loss(next, messages[0]!)];
      next = messages.at(-1)!.seq + 1;
      const wanted = messages.filter((message) => this.#passes(query, message));
      for (let at = 0; at < wanted.length; at += PACKET) yield wanted.slice(at, at + PACKET);
    }
    const oldest = this.#history.oldest!;
    if (next < firstSeq) yield [this.#loss(next, {...oldest, seq: firstSeq})];
  }

  #loss(from: number, {seq, head}: Message): Message {
    return lossMessage(seq - from, head.time, seq - 1, this.#clock.now());
  }

  #passes(query: LogQuery, message: Message): boolean {
    return matchesQuery(query, entryOf(message));
  }
}
