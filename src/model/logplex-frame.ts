/** One message as a drain sent it (heroku-behaviour.md 5.2). */
export interface LogplexFrame {
  pri: number;
  /** the sender's text */
  time: string;
  /** the word `host` from an https drain, the drain token from a syslog drain */
  host: string;
  source: string;
  process: string;
  /** with its newline, where it has one */
  message: string;
}

/** The longest length prefix that is believed: a larger number is no frame of ours. */
const LENGTH_DIGITS = 7;
const SPACE = 0x20;
const ZERO = 0x30;
const NINE = 0x39;

/**
 * Reads octet-counted frames, from a request's body or from a socket's chunks as they come: both wire formats,
 * with structured data (syslog) and without (https).
 */
export class LogplexFrameReader {
  readonly #decoder = new TextDecoder();
  #rest: Uint8Array = new Uint8Array();

  /** bytes of a frame that is not complete */
  get pendingBytes(): number {
    return this.#rest.length;
  }

  /** @throws SyntaxError at the first byte that cannot be a frame's */
  read(chunk: Uint8Array): LogplexFrame[] {
    const bytes = this.#rest.length === 0 ? chunk : joined(this.#rest, chunk);
    const frames: LogplexFrame[] = [];
    let at = 0;
    for (let header = lengthAt(bytes, at); header; header = lengthAt(bytes, at)) {
      const end = header.start + header.length;
      if (end > bytes.length) break;
      frames.push(parseLogplexMessage(this.#decoder.decode(bytes.subarray(header.start, end))));
      at = end;
    }
    this.#rest = bytes.slice(at);
    return frames;
  }
}

/** All frames of a request's body. @throws SyntaxError */
export function parseLogplexBody(body: Uint8Array): LogplexFrame[] {
  const reader = new LogplexFrameReader();
  const frames = reader.read(body);
  if (reader.pendingBytes > 0) throw new SyntaxError(`${reader.pendingBytes} bytes after the last whole frame`);
  return frames;
}

/** @throws SyntaxError */
export function parseLogplexMessage(text: string): LogplexFrame {
  const match = /^<(\d{1,3})>1 (\S+) (\S+) (\S+) (\S+) - ([^]*)$/.exec(text);
  if (!match) throw new SyntaxError(`no logplex message: ${JSON.stringify(text.slice(0, 100))}`);
  const [, pri, time, host, source, process, rest] = match as unknown as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  // A syslog drain says NIL twice, where an https drain leaves the structured data out.
  const message = host !== 'host' && rest.startsWith('- ') ? rest.slice(2) : rest;
  return {pri: Number(pri), time, host, source, process, message};
}

/** Null while the length is not complete. */
function lengthAt(bytes: Uint8Array, at: number): {start: number; length: number} | null {
  let length = 0;
  let i = at;
  for (; i < bytes.length && bytes[i] !== SPACE; i++) {
    const byte = bytes[i]!;
    if (byte < ZERO || byte > NINE || i - at >= LENGTH_DIGITS) throw new SyntaxError(`no frame length at byte ${at}`);
    length = length * 10 + byte - ZERO;
  }
  if (i === bytes.length) return null;
  if (i === at) throw new SyntaxError(`no frame length at byte ${at}`);
  return {start: i + 1, length};
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
