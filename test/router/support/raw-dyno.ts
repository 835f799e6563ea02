import {createServer} from 'node:net';
import type {AddressInfo, Server, Socket} from 'node:net';

/** One connection as a dyno sees it. */
export interface DynoSocket {
  socket: Socket;
  /** the request so far, one character per byte */
  received: string;
  send(text: string | Buffer): void;
  end(text?: string): void;
  reset(): void;
}

export type Behaviour = (connection: DynoSocket) => void;

export const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** A web dyno made of a plain TCP server: answers each complete request as told, and keeps all requests. */
export class RawDyno {
  /** complete requests, in the order of their end */
  readonly requests: string[] = [];
  readonly sockets = new Set<Socket>();
  connections = 0;
  /** what to do with each complete request */
  answer: Behaviour = ({send}) => send(OK);
  /** what to do with a connection before it sent anything */
  greet: Behaviour | null = null;
  /** what to do with each piece that arrives, complete or not */
  onData: Behaviour | null = null;
  #server: Server;

  constructor() {
    this.#server = createServer({noDelay: true, allowHalfOpen: true}, (socket) => this.#accept(socket));
  }

  async open(port = 0): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    return this;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get endpoint() {
    return {host: '127.0.0.1', port: this.port};
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(socket: Socket): void {
    this.connections++;
    this.sockets.add(socket);
    const connection: DynoSocket = {
      socket,
      received: '',
      send: (text) => void socket.write(typeof text === 'string' ? Buffer.from(text, 'latin1') : text),
      end: (text) => void (text === undefined ? socket.end() : socket.end(Buffer.from(text, 'latin1'))),
      reset: () => void socket.resetAndDestroy(),
    };
    socket.on('error', () => undefined);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('end', () => socket.end());
    this.greet?.(connection);
    socket.on('data', (data: Buffer) => {
      connection.received += data.toString('latin1');
      this.onData?.(connection);
      for (let end = endOfRequest(connection.received); end > 0; end = endOfRequest(connection.received)) {
        this.requests.push(connection.received.slice(0, end));
        connection.received = connection.received.slice(end);
        this.answer(connection);
      }
    });
  }
}

function endOfRequest(text: string): number {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd < 0) return -1;
  const head = text.slice(0, headEnd);
  const from = headEnd + 4;
  if (/^transfer-encoding: .*chunked/im.test(head)) {
    const end = /(?:^|\r\n)0(?:;[^\r]*)?\r\n(?:[^\r]+\r\n)*\r\n/.exec(text.slice(from));
    return end ? from + end.index + end[0].length : -1;
  }
  const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
  return text.length >= from + length ? from + length : -1;
}
