import type {StreamName} from './raw-stream.js';

/**
 * Where the output of a dyno was left. Two kinds, because Docker tells time stamps in its log but not while attached:
 *
 * - `attach`: how many bytes of each stream have been delivered since the start, and a hash of the last of them;
 *   locate.ts finds that place in the log.
 * - `log`: per stream the stamp of the last log entry delivered, and how many bytes of that stamp.
 */
export type OutputCursor = AttachCursor | LogCursor;

export interface AttachCursor {
  kind: 'attach';
  /** ms, this machine's clock, of the first byte of all */
  first: number;
  stdout: AttachPosition;
  stderr: AttachPosition;
}

export interface AttachPosition {
  bytes: number;
  /** hash of the last TAIL_BYTES bytes, or of all when they are fewer */
  tail: TailHash;
  /** ms, this machine's clock, of the last byte */
  time: number;
}

export type TailHash = [number, number];

export interface LogCursor {
  kind: 'log';
  stdout: LogPosition | null;
  stderr: LogPosition | null;
}

/** Docker's stamp (nanoseconds, always as long, so that text order is time order) and bytes delivered of it. */
export type LogPosition = [stamp: string, bytes: number];

export const TAIL_BYTES = 256;

export function parseCursor(text: string): OutputCursor | null {
  try {
    const cursor = JSON.parse(text) as OutputCursor;
    return cursor.kind === 'attach' || cursor.kind === 'log' ? cursor : null;
  } catch {
    return null;
  }
}

/** Two polynomials modulo 2^32, so that a hash can roll over a stream byte by byte. */
export const BASES: TailHash = [0x01000193, 0x9e3779b1 | 0];

export function rollHash(hash: TailHash, byte: number): void {
  hash[0] = (Math.imul(hash[0], BASES[0]) + byte + 1) | 0;
  hash[1] = (Math.imul(hash[1], BASES[1]) + byte + 1) | 0;
}

/** Follows an attached dyno's output and knows the cursor after each piece. */
export class AttachTracker {
  readonly #streams = {stdout: new DeliveredStream(), stderr: new DeliveredStream()};
  #first: number | null = null;

  /** The cursor after `piece` of `stream` has been delivered at `time`. */
  take(piece: Buffer, stream: StreamName, time: number): string {
    this.#first ??= time;
    this.#streams[stream].take(piece, time);
    return JSON.stringify(this.cursor());
  }

  cursor(): AttachCursor {
    const {stdout, stderr} = this.#streams;
    return {kind: 'attach', first: this.#first ?? 0, stdout: stdout.position, stderr: stderr.position};
  }
}

class DeliveredStream {
  #tail = Buffer.alloc(0);
  position: AttachPosition = {bytes: 0, tail: [0, 0], time: 0};

  take(piece: Buffer, time: number): void {
    this.#tail =
      piece.length >= TAIL_BYTES
        ? Buffer.from(piece.subarray(piece.length - TAIL_BYTES))
        : Buffer.concat([this.#tail, piece]).subarray(-TAIL_BYTES);
    const tail: TailHash = [0, 0];
    for (const byte of this.#tail) rollHash(tail, byte);
    this.position = {bytes: this.position.bytes + piece.length, tail, time};
  }
}
