import type {Clock} from '../model/clock.js';
import {matchesQuery} from '../model/log-filter.js';
import {priority} from '../model/log.js';
import type {LogQuery, LogRecord} from '../model/log.js';
import {limits} from '../model/limits.js';
import {formatSecond} from './frames.js';
import {entryOf, recordOf} from './message.js';
import type {Message} from './message.js';
import {MessageBuffer} from './message-buffer.js';
import {Wake} from './wake.js';

/** records that a reader gets at a time: the rest waits in the buffer, where all tails share it */
const PACKET = 512;

/** One live reader of an app's stream. A slow one loses the oldest of its buffer, and reads of that in an L11 (4.3). */
export class Tail {
  readonly #clock: Clock;
  readonly #query: LogQuery;
  readonly #buffer: MessageBuffer;
  readonly #wake = new Wake();
  readonly #isPicky: boolean;
  #ended = false;

  constructor(clock: Clock, query: LogQuery) {
    this.#clock = clock;
    this.#query = query;
    const {source, process, since, code} = query;
    this.#isPicky = [source, process, since, code].some((value) => value !== undefined);
    this.#buffer = new MessageBuffer(limits.tailBuffer, clock);
  }

  push(messages: Message[]): void {
    const wanted = this.#isPicky ? messages.filter((message) => matchesQuery(this.#query, entryOf(message))) : messages;
    this.#buffer.push(wanted);
    if (wanted.length > 0) this.#wake.wake();
  }

  /** What was pushed before is still read. */
  end(): void {
    this.#ended = true;
    this.#wake.wake();
  }

  async *records(): AsyncGenerator<LogRecord[], void> {
    try {
      while (true) {
        const records = this.#take();
        if (records.length > 0) yield records;
        else if (this.#ended) return;
        else await this.#wake.wait();
      }
    } finally {
      this.#buffer.close();
    }
  }

  #take(): LogRecord[] {
    const firstSeq = this.#buffer.firstSeq;
    const {lost, since} = this.#buffer.takeLoss();
    const records = this.#buffer.takeSome(PACKET).map(recordOf);
    return lost > 0 && firstSeq !== null ? [this.#lossRecord(lost, since, firstSeq - 1), ...records] : records;
  }

  /** Bears the id of the last message that is missing, so that a reader who resumes after it goes on rightly. */
  #lossRecord(lost: number, since: number, seq: number): LogRecord {
    return {
      id: String(seq),
      time: this.#clock.now(),
      source: 'heroku',
      process: 'logplex',
      message: `Error L11 (Tail buffer overflow) -> This tail session dropped ${lost} messages since ${formatSecond(since)}.`,
      pri: priority.l10,
    };
  }
}
