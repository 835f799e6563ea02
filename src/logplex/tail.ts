import type {Clock, Timer} from '../model/clock.js';
import {matchesQuery} from '../model/log-filter.js';
import {priority} from '../model/log.js';
import type {LogQuery} from '../model/log.js';
import {limits} from '../model/limits.js';
import {formatSecond} from './frames.js';
import {entryOf, MessageHead} from './message.js';
import type {Message} from './message.js';
import {MessageBuffer} from './message-buffer.js';
import {Wake} from './wake.js';

/** messages that a reader gets at a time: the rest waits in the buffer, where all tails share it */
export const PACKET = 512;
/** ms between packets that are not full: what comes in between travels together */
const GATHER_MS = 25;

/** One live reader of an app's stream. A slow one loses the oldest of its buffer, and reads of that in an L11 (4.3). */
export class Tail {
  readonly #clock: Clock;
  readonly #query: LogQuery;
  readonly #buffer: MessageBuffer;
  readonly #wake = new Wake();
  readonly #isPicky: boolean;
  #gathering: Timer | null = null;
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

  /** Its reader is busy with what is older, and not slow. */
  stillRead(): void {
    this.#buffer.takeSome(0);
  }

  /** What was pushed before is still read. */
  end(): void {
    this.#ended = true;
    this.#wake.wake();
  }

  /** The first at once, then in packets. */
  async *messages(): AsyncGenerator<Message[], void> {
    try {
      while (true) {
        const messages = this.#take();
        if (messages.length > 0) {
          this.#gather();
          yield messages;
        } else if (this.#ended) return;
        else await this.#wake.wait();
      }
    } finally {
      this.#gathering?.cancel();
      this.#buffer.close();
    }
  }

  /** Nothing while a packet that is not full is being gathered. */
  #take(): Message[] {
    if (this.#gathering && !this.#ended && this.#buffer.size < PACKET) return [];
    const firstSeq = this.#buffer.firstSeq;
    const {lost, since} = this.#buffer.takeLoss();
    const messages = this.#buffer.takeSome(PACKET);
    if (lost === 0 || firstSeq === null) return messages;
    return [lossMessage(lost, since, firstSeq - 1, this.#clock.now()), ...messages];
  }

  #gather(): void {
    this.#gathering?.cancel();
    this.#gathering = this.#clock.setTimeout(() => {
      this.#gathering = null;
      this.#wake.wake();
    }, GATHER_MS);
  }
}

/**
 * L11: what a tail session does not get (4.3). Bears the seq of the last message that is missing, so that a reader who
 * resumes after it goes on rightly.
 */
export function lossMessage(lost: number, since: number, seq: number, now: number): Message {
  const text = `Error L11 (Tail buffer overflow) -> This tail session dropped ${lost} messages since ${formatSecond(since)}.`;
  return {seq, head: new MessageHead(now, 'heroku', 'logplex', priority.l10), text, unterminated: false};
}
