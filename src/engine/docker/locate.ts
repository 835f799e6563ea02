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
 */
export class CursorLocator {
  readonly #cursor: AttachCursor;
  readonly #seekers: Record<StreamName, StreamSeeker>;
  #complete: boolean | null = null;

  constructor(cursor: AttachCursor) {
    this.#cursor = cursor;
    this.#seekers = {stdout: new StreamSeeker(cursor.stdout), stderr: new StreamSeeker(cursor.stderr)};
  }

  read(entry: LogEntry): void {
    this.#complete ??= Math.abs(stampTime(entry.stamp) - this.#cursor.first) <= FIRST_SLACK_MS;
    this.#seekers[entry.stream].read(entry);
  }

  found(): LogCursor {
    const complete = this.#complete ?? false;
    return {kind: 'log', stdout: this.#seekers.stdout.found(complete), stderr: this.#seekers.stderr.found(complete)};
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

  found(complete: boolean): LogPosition | null {
    return (complete ? this.#exact : null) ?? this.#nearest ?? this.#before;
  }
}
