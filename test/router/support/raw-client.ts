import {connect} from 'node:net';
import type {Socket} from 'node:net';

const PATIENCE_MS = 8000;

/** A TCP client that sends what it is told, byte for byte, and keeps what it gets. */
export class RawClient {
  readonly socket: Socket;
  /** one character per byte */
  received = '';
  closed = false;
  ended = false;
  #watchers = new Set<() => void>();

  constructor(port: number, host = '127.0.0.1') {
    this.socket = connect({port, host, noDelay: true, allowHalfOpen: true});
    this.#listen();
  }

  async connected(): Promise<this> {
    if (this.socket.connecting) await new Promise((resolve) => this.socket.once('connect', resolve));
    return this;
  }

  send(text: string | Buffer): this {
    this.socket.write(typeof text === 'string' ? Buffer.from(text, 'latin1') : text);
    return this;
  }

  /** Waits until `done` holds for what was received, or the connection has closed. */
  async until(done: (received: string) => boolean): Promise<string> {
    await this.#wait(() => done(this.received) || this.closed || this.ended);
    return this.received;
  }

  /** Waits for the other side to close; answers all that came. */
  async toEnd(): Promise<string> {
    await this.#wait(() => this.closed || this.ended);
    return this.received;
  }

  /** Waits for one complete response (Content-Length, chunked or bodyless) and takes it out of `received`. */
  async response(method = 'GET'): Promise<string> {
    let end = -1;
    await this.until((text) => (end = endOfResponse(text, method)) >= 0);
    const response = end >= 0 ? this.received.slice(0, end) : this.received;
    this.received = this.received.slice(response.length);
    return response;
  }

  close(): void {
    this.socket.destroy();
  }

  #listen(): void {
    const tell = () => this.#watchers.forEach((watcher) => watcher());
    this.socket.on('data', (data: Buffer) => {
      this.received += data.toString('latin1');
      tell();
    });
    this.socket.on('end', () => {
      this.ended = true;
      tell();
    });
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => {
      this.closed = true;
      tell();
    });
  }

  #wait(holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#watchers.delete(look);
        reject(new Error(`Waited in vain; received so far: ${JSON.stringify(this.received.slice(0, 2000))}`));
      }, PATIENCE_MS);
      const look = () => {
        if (!holds()) return;
        clearTimeout(timer);
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
    });
  }
}

/** Index after the first complete final response, or -1. */
export function endOfResponse(text: string, method = 'GET'): number {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd < 0) return -1;
  const head = text.slice(0, headEnd);
  const from = headEnd + 4;
  const status = Number(head.slice(9, 12));
  if (status >= 100 && status < 200 && status !== 101) {
    const end = endOfResponse(text.slice(from), method);
    return end < 0 ? -1 : from + end;
  }
  if (status === 101 || status === 204 || status === 304 || method === 'HEAD') return from;
  const length = /^content-length: (\d+)/im.exec(head);
  if (length) return text.length >= from + Number(length[1]) ? from + Number(length[1]) : -1;
  if (!/^transfer-encoding: .*chunked/im.test(head)) return -1;
  const end = /(?:^|\r\n)0(?:;[^\r]*)?\r\n(?:[^\r]+\r\n)*\r\n/.exec(text.slice(from));
  return end ? from + end.index + end[0].length : -1;
}
