import {limits} from '../model/limits.js';

const NEWLINE = 10;
const LIMIT = limits.logLineBytes;

/** Called for each line, without its newline. `unterminated`: an inner piece of a long line, or the last words. */
export type OnLine = (text: string, unterminated: boolean) => void;

/**
 * Makes lines of one stream's chunks (heroku-behaviour.md 5.5): joins what came in pieces, cuts what is longer than
 * 10,000 bytes, and never in the middle of a UTF-8 character.
 */
export class LineAssembler {
  /** the beginning of a line whose end has not come; at most LIMIT bytes */
  #rest: Buffer | null;

  constructor(rest: Buffer | null = null) {
    this.#rest = rest;
  }

  get rest(): Buffer | null {
    return this.#rest;
  }

  write(chunk: Buffer, onLine: OnLine): void {
    const end = chunk.lastIndexOf(NEWLINE);
    if (end === -1) return this.#keep(chunk, onLine);
    if (this.#rest) {
      const first = chunk.indexOf(NEWLINE);
      cutLine(Buffer.concat([this.#rest, chunk.subarray(0, first)]), onLine);
      this.#rest = null;
      if (first < end) splitLines(chunk.subarray(first + 1, end), onLine);
    } else {
      splitLines(chunk.subarray(0, end), onLine);
    }
    if (end + 1 < chunk.length) this.#keep(chunk.subarray(end + 1), onLine);
  }

  /** The dyno will write no more: what has no newline is a message too. */
  end(onLine: OnLine): void {
    if (this.#rest) onLine(this.#rest.toString(), true);
    this.#rest = null;
  }

  /** Copies: the engine may use its chunk again, and a few bytes must not hold 64 KiB. */
  #keep(part: Buffer, onLine: OnLine): void {
    let line = this.#rest ? Buffer.concat([this.#rest, part]) : Buffer.from(part);
    while (line.length > LIMIT) {
      const cut = cutAt(line);
      onLine(line.toString('utf8', 0, cut), true);
      line = line.subarray(cut);
    }
    this.#rest = line;
  }
}

/** Text that ends without the newline of its last line. */
function splitLines(block: Buffer, onLine: OnLine): void {
  const text = block.toString();
  let start = 0;
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
    emit(text.slice(start, end), onLine);
    start = end + 1;
  }
  emit(start === 0 ? text : text.slice(start), onLine);
}

function emit(line: string, onLine: OnLine): void {
  // No UTF-16 unit takes more than three bytes.
  if (line.length * 3 <= LIMIT || Buffer.byteLength(line) <= LIMIT) onLine(line, false);
  else cutLine(Buffer.from(line), onLine);
}

/** A whole line of any length. */
function cutLine(line: Buffer, onLine: OnLine): void {
  let rest = line;
  while (rest.length > LIMIT) {
    const cut = cutAt(rest);
    onLine(rest.toString('utf8', 0, cut), true);
    rest = rest.subarray(cut);
  }
  onLine(rest.toString(), false);
}

/** LIMIT, or up to three bytes before it where a character would be cut. */
function cutAt(line: Buffer): number {
  let cut = LIMIT;
  while (cut > LIMIT - 3 && isContinuation(line[cut]!)) cut--;
  // Four continuation bytes in a row are no UTF-8: then any place is as good.
  return isContinuation(line[cut]!) ? LIMIT : cut;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
