import {HeadBuffer} from './head-buffer.js';

export interface HeadBounds {
  /** bytes of the request line or status line, without CRLF */
  firstLineBytes: number;
  /** bytes of a header line, without CRLF */
  lineBytes: number;
  /** bytes of the whole head */
  headBytes: number;
}

export type HeadExcess = 'first line too long' | 'line too long' | 'head too long' | 'bare LF';

const LF = 10;
const CR = 13;
/** a head longer than this takes the slower path */
const QUICK = 16 * 1024;

/**
 * Collects a head up to its empty line. A head that comes in one piece is not copied. Limits hold while it is still
 * arriving, so a sender cannot make us hold more than they allow.
 */
export class HeadReader {
  /** the head without its empty line, one character per byte; each line has its CRLF */
  text = '';
  excess: HeadExcess | null = null;
  #pending: HeadBuffer | null = null;
  #lineStart = 0;
  readonly #bounds: HeadBounds;

  constructor(bounds: HeadBounds) {
    this.#bounds = bounds;
  }

  /** some bytes of a head are here, but not all */
  get started(): boolean {
    return this.#pending !== null;
  }

  /** bytes held of an incomplete head */
  get held(): number {
    return this.#pending?.length ?? 0;
  }

  /** The incomplete head's bytes so far. */
  get partial(): string {
    return this.#pending?.bytes.toString('latin1') ?? '';
  }

  /** Answers where the head ends in `buffer`, with `text` set; or -1 while it goes on (`excess` tells if in vain). */
  read(buffer: Buffer, from: number, to: number): number {
    if (this.#pending === null) {
      const text = buffer.toString('latin1', from, Math.min(to, from + QUICK));
      const end = text.indexOf('\r\n\r\n');
      if (end >= 0) {
        this.text = text.slice(0, end + 2);
        return from + end + 4;
      }
      this.#pending = new HeadBuffer();
      this.#lineStart = 0;
    }
    return this.#readOn(this.#pending, buffer, from, to);
  }

  /** Forgets an incomplete head. */
  reset(): void {
    this.#pending = null;
    this.excess = null;
  }

  #readOn(pending: HeadBuffer, buffer: Buffer, from: number, to: number): number {
    const before = pending.length;
    pending.add(buffer.subarray(from, to));
    const bytes = pending.bytes;
    const end = bytes.indexOf('\r\n\r\n', Math.max(0, before - 3), 'latin1');
    if (end >= 0 && end + 4 <= this.#bounds.headBytes) {
      this.text = bytes.toString('latin1', 0, end + 2);
      this.#pending = null;
      return from + end + 4 - before;
    }
    this.excess = this.#check(bytes, before);
    return -1;
  }

  #check(bytes: Buffer, before: number): HeadExcess | null {
    const {firstLineBytes, lineBytes, headBytes} = this.#bounds;
    for (let at = bytes.indexOf(LF, before); at >= 0; at = bytes.indexOf(LF, at + 1)) {
      if (bytes[at - 1] !== CR) return 'bare LF';
      const tooLong = at - 1 - this.#lineStart > (this.#lineStart === 0 ? firstLineBytes : lineBytes);
      if (tooLong) return this.#lineStart === 0 ? 'first line too long' : 'line too long';
      this.#lineStart = at + 1;
    }
    const open = bytes.length - this.#lineStart;
    if (this.#lineStart === 0 && open > firstLineBytes + 1) return 'first line too long';
    if (this.#lineStart > 0 && open > lineBytes + 1) return 'line too long';
    return bytes.length > headBytes ? 'head too long' : null;
  }
}
