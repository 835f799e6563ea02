/** How a message's body ends (RFC 9112 6.3). */
export type BodyKind =
  | 'none'
  /** after Content-Length bytes */
  | 'length'
  /** after the last chunk and its trailers */
  | 'chunked'
  /** when the sender closes; responses only */
  | 'close';

type ChunkState = 'size' | 'extension' | 'size-lf' | 'data' | 'data-cr' | 'data-lf' | 'trailer' | 'trailer-lf';

const CR = 13;
const LF = 10;
const SEMICOLON = 59;
const MAX_SIZE_DIGITS = 13;
const MAX_EXTENSION = 1024;
const TRAILER = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*$/;
/** fields that would change the message's framing or route, were a dyno to merge trailers into headers */
export const FORBIDDEN_TRAILER = /^(content-length|transfer-encoding|host|connection|upgrade|expect|te|trailer):/i;

/**
 * Finds the end of one body in a stream of buffers and checks its framing strictly: chunk sizes are hex digits alone,
 * lines end in CRLF, trailers are header lines. Used again for the next body after `start`.
 */
export class BodyReader {
  done = true;
  /** the framing is broken; nothing after it can be trusted */
  failed = false;
  /** bytes of content so far, without chunk framing */
  payload = 0;
  /** trailer lines without CRLF, complete once `done` */
  trailers: string[] = [];

  #kind: BodyKind = 'none';
  #remaining = 0;
  #state: ChunkState = 'size';
  #digits = 0;
  #extension = 0;
  #line = '';
  #trailerBytes = 0;
  readonly #maxTrailerBytes: number;

  constructor(maxTrailerBytes: number) {
    this.#maxTrailerBytes = maxTrailerBytes;
  }

  /** the sender ends this body by closing */
  get untilClose(): boolean {
    return this.#kind === 'close';
  }

  start(kind: BodyKind, length: number): void {
    this.#kind = kind;
    this.#remaining = kind === 'length' ? length : 0;
    this.done = kind === 'none' || (kind === 'length' && length === 0);
    this.failed = false;
    this.payload = 0;
    if (kind !== 'chunked') return;
    this.#state = 'size';
    this.#digits = 0;
    this.#extension = 0;
    this.#line = '';
    this.#trailerBytes = 0;
    this.trailers = [];
  }

  /**
   * Takes what belongs to the body from `from` up to `to`; answers where it ends, which is `to` unless the body is done
   * or failed. `onPayload` gets the ranges of content.
   */
  read(buffer: Uint8Array, from: number, to: number, onPayload?: (from: number, to: number) => void): number {
    if (this.done || this.failed) return from;
    if (this.#kind === 'chunked') return this.#readChunks(buffer, from, to, onPayload);
    let end = to;
    if (this.#kind === 'length') {
      end = Math.min(to, from + this.#remaining);
      this.#remaining -= end - from;
      this.done = this.#remaining === 0;
    }
    this.payload += end - from;
    if (end > from) onPayload?.(from, end);
    return end;
  }

  #readChunks(buffer: Uint8Array, from: number, to: number, onPayload?: (from: number, to: number) => void): number {
    let at = from;
    while (at < to) {
      if (this.#state === 'data') {
        const end = Math.min(to, at + this.#remaining);
        onPayload?.(at, end);
        this.payload += end - at;
        this.#remaining -= end - at;
        at = end;
        if (this.#remaining === 0) this.#state = 'data-cr';
        continue;
      }
      if (!this.#readFraming(buffer[at]!)) {
        this.failed = true;
        return at;
      }
      at++;
      if (this.done) return at;
    }
    return at;
  }

  /** One byte outside of content; false when it may not stand there. */
  #readFraming(byte: number): boolean {
    switch (this.#state) {
      case 'size':
        return this.#readSize(byte);
      case 'extension':
        if (byte === CR) this.#state = 'size-lf';
        else if (byte < 32 && byte !== 9) return false;
        return byte !== 127 && ++this.#extension <= MAX_EXTENSION;
      case 'size-lf':
        this.#state = this.#remaining > 0 ? 'data' : 'trailer';
        this.#digits = 0;
        this.#extension = 0;
        return byte === LF;
      case 'data-cr':
        this.#state = 'data-lf';
        return byte === CR;
      case 'data-lf':
        this.#state = 'size';
        return byte === LF;
      case 'trailer':
        if (byte === CR) this.#state = 'trailer-lf';
        else this.#line += String.fromCharCode(byte);
        return byte !== LF && ++this.#trailerBytes <= this.#maxTrailerBytes;
      case 'trailer-lf':
        return byte === LF && this.#endTrailer();
      default:
        return false;
    }
  }

  #readSize(byte: number): boolean {
    const digit = hexDigit(byte);
    if (digit >= 0) {
      this.#remaining = this.#remaining * 16 + digit;
      return ++this.#digits <= MAX_SIZE_DIGITS;
    }
    this.#state = byte === CR ? 'size-lf' : 'extension';
    return this.#digits > 0 && (byte === CR || byte === SEMICOLON);
  }

  #endTrailer(): boolean {
    const line = this.#line;
    this.#line = '';
    this.#state = 'trailer';
    if (line === '') {
      this.done = true;
      return true;
    }
    this.trailers.push(line);
    return TRAILER.test(line) && !FORBIDDEN_TRAILER.test(line);
  }
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}
