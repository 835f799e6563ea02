import type {Clock} from '../model/clock.js';
import {limits} from '../model/limits.js';
import type {DrainContext, DrainPast} from './drain.js';
import type {DrainProgress} from './drain-position.js';
import type {FrameOf} from './frames.js';
import type {Message} from './message.js';
import {MessageBuffer} from './message-buffer.js';
import type {Loss, Packet} from './message-buffer.js';

/**
 * A drain's buffer and its books: every message it was given is delivered, dropped, on its way, or in the buffer; also
 * across the death of the process, whose successor reads them back.
 */
export class DrainLedger {
  readonly buffer: MessageBuffer;
  /** what an earlier process had on its way as one frame, to be sent again as a retry */
  readonly unfinished: {packet: (frameOf: FrameOf) => Packet | null; id: string} | null;
  readonly #position: DrainContext['position'];
  #delivered: number;
  /** but for what the buffer lost since this process began */
  #dropped: number;
  /** seq of the next message that will be pushed */
  #headSeq: number;
  #frame: DrainProgress['frame'] = null;
  #untoldElsewhere: () => Loss = () => ({lost: 0, since: 0});

  constructor({progress, headSeq, backlog, clock, position}: DrainContext) {
    this.#position = position;
    this.buffer = new MessageBuffer(limits.drainBuffer, clock);
    this.#delivered = progress?.delivered ?? 0;
    this.#dropped = progress?.dropped ?? 0;
    this.#headSeq = headSeq;
    const frame = progress?.frame ?? null;
    const inFrame = frame ? backlog.filter(({seq}) => seq <= frame.to) : [];
    this.#frame = frame;
    this.unfinished = frame && inFrame.length > 0 ? {id: frame.id, packet: packetOf(inFrame, clock)} : null;
    this.buffer.push(inFrame.length > 0 ? backlog.slice(inFrame.length) : backlog);
  }

  get delivered(): number {
    return this.#delivered;
  }

  get dropped(): number {
    return this.#dropped + this.buffer.lostInAll;
  }

  /** First seq that the next process would need. */
  get neededSeq(): number {
    return this.#frame?.from ?? this.#nextSeq;
  }

  /** Losses that the drain keeps outside of the buffer until the receiver has been told of them. */
  countUntold(untold: () => Loss): void {
    this.#untoldElsewhere = untold;
  }

  push(messages: Message[]): void {
    if (messages.length > 0) this.#headSeq = messages.at(-1)!.seq + 1;
    this.buffer.push(messages);
  }

  /** Writes down that these may be on their way: under an id, or for good. */
  async claim(packet: Packet, id: string | null): Promise<void> {
    this.#frame = id === null ? null : {from: packet.from, to: packet.to, id};
    await this.save();
  }

  countDelivered(count: number): void {
    this.#delivered += count;
    this.#frame = null;
  }

  countDropped(count: number): void {
    this.#dropped += count;
    this.#frame = null;
  }

  /** A disk that refuses costs exactness after a crash, and nothing now. */
  async save(): Promise<void> {
    await this.#position.save(this.#progress()).catch(() => undefined);
  }

  /** All of it goes to a successor: what the buffer holds, and as losses to tell the `onItsWay` messages that left it. */
  handOver(onItsWay: number): DrainPast {
    this.buffer.lose(onItsWay);
    this.#frame = null;
    const past = {progress: this.#progress(), headSeq: this.#headSeq, backlog: this.buffer.takeSome(Infinity)};
    this.buffer.close();
    return past;
  }

  async close(): Promise<void> {
    this.buffer.close();
    await this.save();
    await this.#position.close();
  }

  #progress(): DrainProgress {
    const inBuffer = this.buffer.loss;
    const elsewhere = this.#untoldElsewhere();
    return {
      next: this.#nextSeq,
      frame: this.#frame,
      delivered: this.#delivered,
      dropped: this.dropped,
      untold: inBuffer.lost + elsewhere.lost,
      untoldSince: elsewhere.lost > 0 ? elsewhere.since : inBuffer.since,
    };
  }

  get #nextSeq(): number {
    return this.buffer.firstSeq ?? this.#headSeq;
  }
}

/** All of these messages in one packet, whatever its size: it was one before. */
function packetOf(messages: Message[], clock: Clock): (frameOf: FrameOf) => Packet | null {
  return (frameOf) => {
    const buffer = new MessageBuffer(messages.length, clock);
    buffer.push(messages);
    return buffer.take(Infinity, frameOf);
  };
}
