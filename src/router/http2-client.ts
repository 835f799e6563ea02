import {constants} from 'node:http2';
import type {IncomingHttpHeaders, ServerHttp2Stream} from 'node:http2';
import type {Timer} from '../model/clock.js';
import {admitRequest} from './admit-request.js';
import type {ClientFacts, ClientListener, ClientSide, OutgoingHead} from './client-side.js';
import {FORBIDDEN_TRAILER} from './http1/body-reader.js';
import {requestHeadOf, responseHeaders} from './http2-headers.js';
import type {RequestHead} from './request-head.js';
import type {RouterCore} from './router-core.js';

/** One HTTP/2 stream: one request. Its body goes to the dyno in chunks unless its length is known. */
export class Http2Client implements ClientSide {
  readonly facts: ClientFacts;
  readonly decodesChunks = true;
  readonly #core: RouterCore;
  readonly #stream: ServerHttp2Stream;
  readonly #head: RequestHead;
  #listener: ClientListener | null = null;
  #trailers: string[] = [];
  #pendingHead: OutgoingHead | null = null;
  /** lines with CRLF; null: some of them may not be there */
  #requestTrailers: string | null = '';
  #finished = false;
  /** bytes of its backlog that count as a slow client's (SlowClients) */
  #counted = 0;
  #timer: Timer | null = null;

  constructor(
    core: RouterCore,
    facts: ClientFacts,
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    raw: string[],
  ) {
    this.facts = facts;
    this.#core = core;
    this.#stream = stream;
    stream.on('error', () => undefined);
    stream.on('close', () => {
      this.#timer?.cancel();
      this.#counted = core.slowClients.count(this.#counted, 0);
      this.#safely(() => this.#leave());
    });
    stream.on('aborted', () => this.#safely(() => this.#leave()));
    stream.on('drain', () => {
      this.#counted = core.slowClients.count(this.#counted, 0);
      this.#safely(() => this.#listener?.clientDrained());
    });
    // They are told of as soon as they arrive, before the body is read.
    stream.on('trailers', (headers) => this.#takeTrailers(headers));
    stream.on('wantTrailers', () => this.#safely(() => stream.sendTrailers(responseHeaders(this.#trailers))));
    this.#head = requestHeadOf(headers, raw, stream.endAfterHeaders, core.limits, core.names);
    this.#safely(() => {
      const exchange = admitRequest(core, this, this.#head);
      this.#listener = exchange;
      exchange?.start();
    });
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
    stream.on('data', (data: Buffer) => {
      if (data.length === 0) return;
      const bytes = chunked ? asChunk(data) : data;
      this.#safely(() => this.#listener?.requestData(bytes, 0, bytes.length));
    });
    stream.on('end', () => this.#safely(() => this.#endBody(chunked)));
  }

  pauseBody(): void {
    this.#stream.pause();
  }

  resumeBody(): void {
    this.#stream.resume();
  }

  sendInterim(status: number, _reason: string, lines: string): void {
    if (this.#stream.closed || this.#stream.headersSent) return;
    this.#stream.additionalHeaders({...responseHeaders(lines.split('\r\n')), ':status': status});
  }

  sendHead(head: OutgoingHead): number {
    this.#pendingHead = head;
    return head.lines.length;
  }

  send(bytes: Buffer, from: number, to: number): void {
    this.flush();
    const stream = this.#stream;
    if (!stream.writable || stream.write(Buffer.from(bytes.subarray(from, to)))) return;
    this.#counted = this.#core.slowClients.count(this.#counted, stream.writableLength);
  }

  flush(): void {
    const head = this.#pendingHead;
    this.#pendingHead = null;
    if (head === null || this.#stream.closed) return;
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
    this.#watchBacklog(stream.writableLength);
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

  #takeTrailers(headers: IncomingHttpHeaders): void {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}\r\n`);
    this.#requestTrailers = lines.some((line) => FORBIDDEN_TRAILER.test(line)) ? null : lines.join('');
  }

  #endBody(chunked: boolean): void {
    if (this.#requestTrailers === null) return this.#listener?.requestBroken();
    const last = Buffer.from(`0\r\n${this.#requestTrailers}\r\n`, 'latin1');
    if (chunked) this.#listener?.requestData(last, 0, last.length);
    this.#listener?.requestEnd();
  }

  /** A complete response waits for its client only as long as the client goes on taking it. */
  #watchBacklog(before: number): void {
    this.#timer = this.#core.clock.setTimeout(() => {
      const left = this.#stream.writableLength;
      if (left < before) return this.#watchBacklog(left);
      this.#stream.close(constants.NGHTTP2_CANCEL);
      // Where nothing is taken, not even the news of this arrives.
      this.#stream.destroy();
    }, this.#core.limits.clientKeepAliveMs);
  }

  /** A mistake of ours, or what Node refuses to send, ends this stream, not the process. */
  #safely(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#core.report(error);
      if (this.#listener) this.#listener.failed();
      else this.cut();
    }
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
