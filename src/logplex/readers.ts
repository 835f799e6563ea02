import type {Clock} from '../model/clock.js';
import {matchesQuery} from '../model/log-filter.js';
import type {LogQuery} from '../model/log.js';
import {limits} from '../model/limits.js';
import {History} from './history.js';
import {entryOf} from './message.js';
import type {Message} from './message.js';
import {lossMessage, Tail} from './tail.js';

const HISTORY_MS = 7 * 24 * 3600_000;

/** Those who read an app's stream: its history, and the tails that are open. */
export class Readers {
  readonly #clock: Clock;
  readonly #history = new History();
  readonly #tails = new Set<Tail>();
  #ended = false;

  constructor(clock: Clock) {
    this.#clock = clock;
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
      const messages = this.#historyFor(query);
      if (messages.length > 0) yield messages;
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

  #historyFor(query: LogQuery): Message[] {
    const {newest} = this.#history;
    if (!newest || newest.head.time < this.#clock.now() - HISTORY_MS) return [];
    const after = query.after === undefined ? null : Number(query.after);
    const messages =
      after === null ? this.#history.last(query.lines ?? limits.logDefaultLines) : this.#history.after(after);
    const found = messages.filter((message) => matchesQuery(query, entryOf(message)));
    return after === null ? found : [...this.#lossAfter(after), ...found];
  }

  /** What a reader who resumes has missed for good: the stream went on by more than the history holds. */
  #lossAfter(after: number): Message[] {
    const {oldest} = this.#history;
    if (!oldest || !(oldest.seq > after + 1)) return [];
    return [lossMessage(oldest.seq - after - 1, oldest.head.time, oldest.seq - 1, this.#clock.now())];
  }
}
