import {createServer} from 'node:http';
import type {Server} from 'node:http';
import net from 'node:net';
import {LogplexFrameReader, parseLogplexBody} from '../../src/model/logplex-frame.js';
import type {LogplexFrame} from '../../src/model/logplex-frame.js';

const SPAM = /^spam\.\d+ (\d+) \.*\n?$/;
const LOSS = /^Error L1[0-3]\b.*?(\d+) messages\b.* since/;

/** What a reader of an app's stream has got of its `spam` dynos, whose lines are numbered from 0. */
export class StreamBooks {
  readonly #next = new Map<string, number>();
  /** lines of spam dynos, doubled or not */
  lines = 0;
  /** numbers that were left out */
  missing = 0;
  /** numbers that came again, or too late */
  doubled = 0;
  /** what was told to be lost */
  told = 0;
  /** dynos that said their last word */
  ends = 0;

  read(process: string, message: string): void {
    const [, number] = SPAM.exec(message) ?? [];
    if (number !== undefined) this.#count(process, Number(number));
    else if (message.trimEnd() === 'spam ends') this.ends++;
    else this.told += Number(LOSS.exec(message)?.[1] ?? 0);
  }

  #count(process: string, number: number): void {
    const next = this.#next.get(process) ?? 0;
    this.lines++;
    if (number < next) this.doubled++;
    else this.missing += number - next;
    this.#next.set(process, Math.max(next, number + 1));
  }
}

/** Receivers of both families of drains; a frame that an http drain sends twice under one id is its retry. */
export class DrainBooks {
  readonly http = new StreamBooks();
  readonly syslog = new StreamBooks();
  /** retries of frames that had arrived */
  repeated = 0;
  /** display heads and messages of the http drain, in order */
  readonly stream: string[] = [];
  readonly #ids = new Set<string>();
  readonly #servers: [Server, net.Server];
  readonly #sockets = new Set<net.Socket>();

  constructor() {
    const http = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const id = String(request.headers['logplex-frame-id']);
        if (this.#ids.has(id)) this.repeated++;
        else for (const frame of parseLogplexBody(Buffer.concat(chunks))) this.#readHttp(frame);
        this.#ids.add(id);
        response.writeHead(204).end();
      });
    });
    const syslog = net.createServer((socket) => {
      const reader = new LogplexFrameReader();
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('data', (chunk: Buffer) => {
        for (const {process, message} of reader.read(chunk)) this.syslog.read(process, message);
      });
    });
    this.#servers = [http, syslog];
  }

  /** URLs of the two. */
  async listen(): Promise<{http: string; syslog: string}> {
    const ports = await Promise.all(
      this.#servers.map(async (server) => {
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
        return (server.address() as net.AddressInfo).port;
      }),
    );
    return {http: `http://127.0.0.1:${ports[0]}/`, syslog: `syslog://127.0.0.1:${ports[1]}`};
  }

  async close(): Promise<void> {
    this.#servers[0].closeAllConnections();
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(this.#servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }

  #readHttp({time, source, process, message}: LogplexFrame): void {
    this.http.read(process, message);
    this.stream.push(`${time} ${source}[${process}]: ${message.replace(/\n$/, '')}`);
  }
}
