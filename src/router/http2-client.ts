import {constants} from 'node:http2';
import type {IncomingHttpHeaders, ServerHttp2Stream} from 'node:http2';
import {admitRequest} from './admit-request.js';
import type {ClientFacts, ClientListener, ClientSide, OutgoingHead} from './client-side.js';
import {requestHeadOf, responseHeaders} from './http2-headers.js';
import type {RequestHead} from './request-head.js';
import type {RouterCore} from './router-core.js';

/** One HTTP/2 stream: one request. Its body goes to the dyno in chunks unless its length is known. */
export class Http2Client implements ClientSide {
  readonly facts: ClientFacts;
  readonly decodesChunks = true;
  readonly #stream: ServerHttp2Stream;
  readonly #head: RequestHead;
  #listener: ClientListener | null = null;
  #trailers: string[] = [];
  #pendingHead: OutgoingHead | null = null;
  #requestTrailers = '';
  #finished = false;

  constructor(
    core: RouterCore,
    facts: ClientFacts,
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    raw: string[],
  ) {
    this.facts = facts;
    this.#stream = stream;
    stream.on('error', () => undefined);
    stream.on('close', () => this.#leave());
    stream.on('aborted', () => this.#leave());
    stream.on('drain', () => this.#listener?.clientDrained());
    stream.on('wantTrailers', () => this.#sendTrailers());
    this.#head = requestHeadOf(headers, raw, stream.endAfterHeaders, core.limits, core.names);
    const exchange = admitRequest(core, this, this.#head);
    this.#listener = exchange;
    exchange?.start();
  }

  get backlog(): number {
    return this.#stream.writableLength;
  }

  startBody(): void {
    const stream = this.#stream;
    if (this.#head.body === 'none') {
      stream.resume();
      this.#listener?.requestEnd();
      return;
    }
    const chunked = this.#head.body === 'chunked';
    stream.on('trailers', (headers) => {
      for (const [name, value] of Object.entries(headers)) this.#requestTrailers += `${name}: ${String(value)}\r\n`;
    });
    stream.on('data', (data: Buffer) => {
      if (data.length === 0) return;
      const bytes = chunked ? asChunk(data) : data;
      this.#listener?.requestData(bytes, 0, bytes.length);
    });
    stream.on('end', () => {
      const last = Buffer.from(`0\r\n${this.#requestTrailers}\r\n`, 'latin1');
      if (chunked) this.#listener?.requestData(last, 0, last.length);
      this.#listener?.requestEnd();
    });
  }

  pauseBody(): void {
    this.#stream.pause();
  }

  resumeBody(): void {
    this.#stream.resume();
  }

  sendInterim(status: number, _reason: string, lines: string): void {
    if (this.#stream.destroyed || this.#stream.headersSent) return;
    this.#stream.additionalHeaders({...responseHeaders(lines.split('\r\n')), ':status': status});
  }

  sendHead(head: OutgoingHead): number {
    this.#pendingHead = head;
    return head.lines.length;
  }

  send(bytes: Buffer, from: number, to: number): void {
    this.flush();
    if (this.#stream.writable) this.#stream.write(Buffer.from(bytes.subarray(from, to)));
  }

  flush(): void {
    const head = this.#pendingHead;
    this.#pendingHead = null;
    if (head === null || this.#stream.destroyed) return;
    const headers = responseHeaders(head.lines.split('\r\n'));
    if (head.contentLength !== null) headers['content-length'] = head.contentLength;
    const endStream = head.body === 'none';
    this.#stream.respond({...headers, ':status': head.status}, {endStream, waitForTrailers: head.body === 'chunked'});
  }

  finish(trailers: string[]): void {
    this.#trailers = trailers;
    this.flush();
    this.#finished = true;
    this.#listener = null;
    const stream = this.#stream;
    if (stream.destroyed) return;
    stream.end();
    // What the client still sends is not wanted any more.
    if (!stream.readableEnded) stream.resume();
  }

  cut(): void {
    this.#finished = true;
    this.#listener = null;
    this.#stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  }

  startTunnel(): void {
    this.cut();
  }

  #sendTrailers(): void {
    this.#stream.sendTrailers(responseHeaders(this.#trailers));
  }

  #leave(): void {
    const listener = this.#listener;
    this.#listener = null;
    if (!this.#finished) listener?.clientGone();
  }
}

function asChunk(data: Buffer): Buffer {
  const size = Buffer.from(`${data.length.toString(16)}\r\n`, 'latin1');
  return Buffer.concat([size, data, Buffer.from('\r\n', 'latin1')]);
}
