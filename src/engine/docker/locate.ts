import {
  type AttachCursor,
  type AttachPosition,
  BASES,
  type LogCursor,
  type LogPosition,
  TAIL_BYTES,
  type TailHash,
} from './output-cursor.js';
import {type LogEntry, stampTime} from './log-entries.js';
import type {StreamName} from './raw-stream.js';

/** ms between the first entry of an unrotated log and our first sight of that output */
const FIRST_SLACK_MS = 2000;

/**
 * Finds in a dyno's log the place where an attached reader left off. Fed with the log's entries from its beginning.
 *
 * The log is not what the reader saw: it is cut at 10 MB × 2, and drops messages when the disk is slower than the dyno.
 * So the place is, for each stream,
 *  1. after as many bytes as were delivered, when the log still begins where the reader did and the last 256 bytes before
 *     that place are those that were delivered last: exact;
 *  2. else the place after the same last 256 bytes that is nearest in time: exact unless a dyno repeats itself within the
 *     same milliseconds;
 *  3. else, when those bytes are not in the log, after the last entry that is not later than the last delivery.
 *
 * A log that begins later than the last delivery has lost that place, and something after it.
 */
export class CursorLocator {
  readonly #cursor: AttachCursor;
  readonly #seekers: Record<StreamName, StreamSeeker>;
  /** ms, of the first entry */
  #begin: number | null = null;

  constructor(cursor: AttachCursor) {
    this.#cursor = cursor;
    this.#seekers = {stdout: new StreamSeeker(cursor.stdout), stderr: new StreamSeeker(cursor.stderr)};
  }

  read(entry: LogEntry): void {
    this.#begin ??= stampTime(entry.stamp);
    this.#seekers[entry.stream].read(entry);
  }

  /** `lostSince`: the log begins later than the last delivery, so that something between the two is gone. */
  found(): {cursor: LogCursor; lostSince: number | null} {
    const {stdout, stderr} = this.#seekers;
    const begin = this.#begin ?? -Infinity;
    const complete = Math.abs(begin - this.#cursor.first) <= FIRST_SLACK_MS;
    const gaps = [stdout, stderr].map((seeker) => seeker.lostSince(begin)).filter((since) => since !== null);
    return {
      cursor: {kind: 'log', stdout: stdout.found(complete, begin), stderr: stderr.found(complete, begin)},
      lostSince: gaps.length === 0 ? null : Math.min(...gaps),
    };
  }
}

class StreamSeeker {
  readonly #wanted: AttachPosition;
  readonly #length: number;
  /** powers of the bases that take the oldest byte out of the hash */
  readonly #leaving: TailHash = [1, 1];
  readonly #hash: TailHash = [0, 0];
  readonly #ring: Buffer;
  #count = 0;
  #stamp = '';
  #stampBytes = 0;
  #exact: LogPosition | null = null;
  #nearest: LogPosition | null = null;
  #distance = Infinity;
  #before: LogPosition | null = null;

  constructor(wanted: AttachPosition) {
    this.#wanted = wanted;
    this.#length = Math.min(wanted.bytes, TAIL_BYTES);
    this.#ring = Buffer.alloc(Math.max(1, this.#length));
    for (let n = 0; n < this.#length; n++) {
      this.#leaving[0] = Math.imul(this.#leaving[0], BASES[0]);
      this.#leaving[1] = Math.imul(this.#leaving[1], BASES[1]);
    }
  }

  read({stamp, piece}: LogEntry): void {
    if (this.#length === 0) return;
    if (stamp !== this.#stamp) {
      this.#stamp = stamp;
      this.#stampBytes = 0;
    }
    const distance = Math.abs(stampTime(stamp) - this.#wanted.time);
    const {tail, bytes} = this.#wanted;
    const hash = this.#hash;
    const ring = this.#ring;
    const length = this.#length;
    for (let n = 0; n < piece.length; n++) {
      const byte = piece[n]!;
      const slot = this.#count % length;
      const gone = this.#count >= length ? ring[slot]! + 1 : 0;
      hash[0] = (Math.imul(hash[0], BASES[0]) + byte + 1 - Math.imul(this.#leaving[0], gone)) | 0;
      hash[1] = (Math.imul(hash[1], BASES[1]) + byte + 1 - Math.imul(this.#leaving[1], gone)) | 0;
      ring[slot] = byte;
      this.#count++;
      if (hash[0] !== tail[0] || hash[1] !== tail[1] || this.#count < length) continue;
      const position: LogPosition = [stamp, this.#stampBytes + n + 1];
      if (this.#count === bytes) this.#exact = position;
      if (distance <= this.#distance) {
        this.#distance = distance;
        this.#nearest = position;
      }
    }
    this.#stampBytes += piece.length;
    if (stampTime(stamp) <= this.#wanted.time) this.#before = [stamp, this.#stampBytes];
  }

  found(complete: boolean, begin: number): LogPosition | null {
    if (this.lostSince(begin) !== null) return null;
    return (complete ? this.#exact : null) ?? this.#nearest ?? this.#before;
  }

  /** Docker's log is a moment behind the attached reader: what looks alike may be the place in the first seconds. */
  lostSince(begin: number): number | null {
    const {time} = this.#wanted;
    if (this.#length === 0 || begin <= time) return null;
    return this.#nearest === null || begin > time + FIRST_SLACK_MS ? time : null;
  }
}
