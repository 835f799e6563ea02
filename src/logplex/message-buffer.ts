import type {Clock, Timer} from '../model/clock.js';
import type {FrameOf} from './frames.js';
import type {Message} from './message.js';

/** A reader that has taken something this many ms ago keeps up: it is this process that is busy, not the receiver. */
const PROMPT_MS = 1000;
/** ms that a reader which keeps up may lag behind */
const LAG_MS = 10_000;
/** bytes, nearly, that a buffer holds beyond its capacity at most */
const CEILING = 64 * 1024 * 1024;
/** bytes, nearly, that a message takes beside its text */
const OVERHEAD = 100;

interface Batch {
  messages: Message[];
  /** first message that is still here */
  first: number;
  arrived: number;
}

export interface Loss {
  lost: number;
  /** ms since the epoch; says nothing while none is lost */
  since: number;
}

export interface Packet {
  text: string;
  bytes: number;
  count: number;
  /** seq of the first and last message */
  from: number;
  to: number;
}

/**
 * Bounded buffer between the stream and one reader: a drain or a tail. Beyond its capacity the oldest messages are lost,
 * counted, and the time of the first loss kept (5.3, 5.6).
 *
 * Heroku's buffer overflows when the receiver is slower than the stream. On one machine it would also when an app writes
 * faster than this process can work, so what is beyond the capacity is lost only when the reader waits: when it has taken
 * nothing for PROMPT_MS, lags LAG_MS behind, or the buffer is at its CEILING.
 */
export class MessageBuffer {
  readonly #clock: Clock;
  readonly #batches: Batch[] = [];
  #capacity: number;
  #size = 0;
  #bytes = 0;
  #lastTake = 0;
  #lost = 0;
  #lostSince = 0;
  #lostInAll = 0;
  #timer: Timer | null = null;

  constructor(capacity: number, clock: Clock) {
    this.#capacity = capacity;
    this.#clock = clock;
  }

  get size(): number {
    return this.#size;
  }

  get capacity(): number {
    return this.#capacity;
  }

  /** messages lost since takeLoss(), and when the first was */
  get loss(): Loss {
    return {lost: this.#lost, since: this.#lostSince};
  }

  /** messages lost since the beginning */
  get lostInAll(): number {
    return this.#lostInAll;
  }

  /** seq of the oldest message here; null when empty */
  get firstSeq(): number | null {
    const batch = this.#batches[0];
    return batch ? batch.messages[batch.first]!.seq : null;
  }

  /** Takes the array over. */
  push(messages: Message[]): void {
    if (messages.length === 0) return;
    const now = this.#clock.now();
    if (this.#size === 0) this.#lastTake = now;
    this.#batches.push({messages, first: 0, arrived: now});
    this.#size += messages.length;
    for (const {text} of messages) this.#bytes += text.length + OVERHEAD;
    if (!this.#timer || this.#bytes > CEILING) this.#trim();
  }

  /** A smaller capacity loses the oldest messages at once. */
  resize(capacity: number): void {
    const shrinks = capacity < this.#capacity;
    this.#capacity = capacity;
    while (shrinks && this.#size > capacity) this.#loseOldest();
  }

  /** As many frames as fit in `targetBytes`; a larger one goes alone. Null when empty. */
  take(targetBytes: number, frameOf: FrameOf): Packet | null {
    const from = this.firstSeq;
    if (from === null) return null;
    this.#lastTake = this.#clock.now();
    let text = '';
    let bytes = 0;
    let count = 0;
    let to = from;
    for (let message = this.#peek(); message; message = this.#peek()) {
      const frame = frameOf(message);
      const length = Buffer.byteLength(frame);
      if (count > 0 && bytes + length > targetBytes) break;
      this.#shift(1);
      text += frame;
      bytes += length;
      count++;
      to = message.seq;
    }
    return {text, bytes, count, from, to};
  }

  /** The oldest messages, `count` at most. */
  takeSome(count: number): Message[] {
    this.#lastTake = this.#clock.now();
    const taken: Message[] = [];
    while (this.#batches.length > 0 && taken.length < count) {
      const {messages, first} = this.#batches[0]!;
      const some = messages.slice(first, first + count - taken.length);
      this.#shift(some.length);
      for (const message of some) taken.push(message);
    }
    return taken;
  }

  takeLoss(): Loss {
    const {loss} = this;
    this.#lost = 0;
    return loss;
  }

  /** Counts messages as lost that were taken, or never came here. */
  lose(count: number): void {
    if (count === 0) return;
    if (this.#lost === 0) this.#lostSince = this.#clock.now();
    this.#lost += count;
    this.#lostInAll += count;
  }

  /** Losses that were counted before and must be told of once more. */
  tellAgain({lost, since}: Loss): void {
    if (lost === 0) return;
    this.#lostSince = this.#lost === 0 ? since : Math.min(since, this.#lostSince);
    this.#lost += lost;
  }

  /** Ends its timer. */
  close(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  /** Loses what is beyond the capacity and has had its time; comes again when more will have. */
  #trim(): void {
    this.close();
    while (this.#size > this.#capacity) {
      const due = Math.min(this.#lastTake + PROMPT_MS, this.#batches[0]!.arrived + LAG_MS);
      const wait = this.#bytes > CEILING ? 0 : due - this.#clock.now();
      if (wait > 0) {
        this.#timer = this.#clock.setTimeout(() => this.#trim(), wait);
        return;
      }
      this.#loseOldest();
    }
  }

  /** As many as are too many, of the oldest batch. */
  #loseOldest(): void {
    const {messages, first} = this.#batches[0]!;
    const count = Math.min(this.#size - this.#capacity, messages.length - first);
    this.#shift(count);
    this.lose(count);
  }

  #peek(): Message | null {
    const batch = this.#batches[0];
    return batch ? batch.messages[batch.first]! : null;
  }

  /** `count` is not more than the first batch has. */
  #shift(count: number): void {
    const batch = this.#batches[0]!;
    for (let i = batch.first; i < batch.first + count; i++) this.#bytes -= batch.messages[i]!.text.length + OVERHEAD;
    batch.first += count;
    this.#size -= count;
    if (batch.first === batch.messages.length) this.#batches.shift();
  }
}
