import type Docker from 'dockerode';
import type {IncomingMessage} from 'node:http';
import {FrameReader, type StreamName} from './raw-stream.js';

/** A piece of a dyno's log as Docker keeps it: a line with its newline, or 16 KiB of a longer one. */
export interface LogEntry {
  /** `2026-11-22T06:17:02.123456789Z` */
  stamp: string;
  stream: StreamName;
  piece: Buffer;
}

export interface LogRead {
  /** stamp to begin with; absent: the beginning */
  since?: string | undefined;
  /** go on until the container ends */
  follow: boolean;
  signal?: AbortSignal | undefined;
}

/** Reads a container's log; resolves at its end, rejects with Docker's own error. */
export async function readLog(
  docker: Docker,
  id: string,
  {since, follow, signal}: LogRead,
  onEntry: (entry: LogEntry) => void,
): Promise<void> {
  const stream = await openLog(docker, id, {
    follow,
    stdout: true,
    stderr: true,
    timestamps: true,
    ...(since === undefined ? {} : {since: epochOf(since)}),
  });
  const abort = () => stream.destroy();
  signal?.addEventListener('abort', abort);
  if (signal?.aborted) abort();
  const entries = new EntryReader(onEntry);
  try {
    await new Promise<void>((resolve, reject) => {
      stream.on('data', (chunk: Buffer) => entries.read(chunk));
      stream.on('end', resolve);
      stream.on('close', resolve);
      stream.on('error', (error) => (signal?.aborted ? resolve() : reject(error)));
    });
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

/** dockerode's logs() would collect a log that is not followed in memory. */
function openLog(docker: Docker, id: string, query: Record<string, unknown>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    docker.modem.dial(
      {
        path: `/containers/${id}/logs?`,
        method: 'GET',
        isStream: true,
        statusCodes: {200: true, 404: 'no such container', 500: 'server error'},
        options: query,
      },
      (error: unknown, stream: unknown) => (error ? reject(error as Error) : resolve(stream as IncomingMessage)),
    );
  });
}

/** Splits the stamp that Docker puts before each frame from what the dyno wrote. */
class EntryReader {
  readonly #frames: FrameReader;
  #prefix = Buffer.alloc(0);
  #stamp: string | null = null;
  #pieces: Buffer[] = [];

  constructor(onEntry: (entry: LogEntry) => void) {
    this.#frames = new FrameReader((piece, stream, last) => {
      let rest = piece;
      if (this.#stamp === null) {
        const whole = Buffer.concat([this.#prefix, piece]);
        const space = whole.indexOf(0x20);
        if (space < 0) {
          this.#prefix = whole;
          return;
        }
        this.#stamp = whole.toString('latin1', 0, space);
        this.#prefix = Buffer.alloc(0);
        rest = whole.subarray(space + 1);
      }
      this.#pieces.push(rest);
      if (!last) return;
      const {stamp} = {stamp: this.#stamp};
      const entry = this.#pieces.length === 1 ? rest : Buffer.concat(this.#pieces);
      this.#stamp = null;
      this.#pieces = [];
      onEntry({stamp, stream, piece: entry});
    });
  }

  read(chunk: Buffer): void {
    this.#frames.read(chunk);
  }
}

/** ms since the epoch, with fractions. */
export function stampTime(stamp: string): number {
  return Date.parse(`${stamp.slice(0, 23)}Z`) + Number(stamp.slice(23, 29)) / 1e6;
}

/** `<seconds>.<nanoseconds>`, as Docker's `since` wants it. */
function epochOf(stamp: string): string {
  return `${Math.floor(Date.parse(`${stamp.slice(0, 19)}Z`) / 1000)}.${stamp.slice(20, 29)}`;
}
