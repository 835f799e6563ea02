import {STATUS_CODES} from 'node:http';
import type {Socket} from 'node:net';
import {TLSSocket} from 'node:tls';
import type {Timer} from '../model/clock.js';
import {admitRequest} from './admit-request.js';
import type {ClientFacts, ClientListener, ClientSide, OutgoingHead} from './client-side.js';
import {BodyReader} from './http1/body-reader.js';
import {HeadReader} from './http1/head-reader.js';
import {parseRequestHead} from './http1/parse-request.js';
import {refusedHead} from './request-head.js';
import type {RequestHead} from './request-head.js';
import type {RouterCore} from './router-core.js';
import type {Sender} from './write-turn.js';

/** a response's head and pieces up to this leave in one write */
const JOINED_BYTES = 16 * 1024;

/**
 * One HTTP/1 connection of a client, one request at a time:
 *
 *   waiting ──head──▶ serving ──finish──▶ waiting | closing
 *                        └──101──▶ tunnel ──▶ closing
 *
 * What arrives before its turn is kept, up to a limit, and then not read: nothing pipelined can overtake or be mistaken
 * for a part of the request being served.
 */
export class Http1Client implements ClientSide, Sender {
  readonly facts: ClientFacts;
  readonly #core: RouterCore;
  readonly #socket: Socket;
  readonly #heads: HeadReader;
  readonly #body: BodyReader;
  #phase: 'waiting' | 'serving' | 'tunnel' | 'closing' = 'waiting';
  #listener: ClientListener | null = null;
  #head: RequestHead | null = null;
  #bodyStarted = false;
  #early: Buffer[] = [];
  #earlyBytes = 0;
  /** its next request waits until it has taken the responses before */
  #heldBack = false;
  /** bytes of its backlog that count as a slow client's (SlowClients) */
  #counted = 0;
  /** heads and small pieces, one character per byte, that leave at the end of this turn */
  #outgoing = '';
  #reuse = true;
  #endsByClosing = false;
  /** since when it waits for a head, or for the rest of one */
  #since: number;
  #timer: Timer | null = null;
  #backlogBefore = 0;
  #lingered = 0;

  constructor(core: RouterCore, socket: Socket, facts: ClientFacts) {
    this.#core = core;
    this.#socket = socket;
    this.facts = facts;
    const {limits} = core;
    this.#heads = new HeadReader({
      firstLineBytes: limits.requestLineBytes,
      lineBytes: limits.headerLineBytes,
      headBytes: limits.requestHeadBytes,
    });
    this.#body = new BodyReader(limits.trailerBytes);
    this.#since = core.clock.now();
    this.#watch(limits.clientKeepAliveMs);
    socket.on('data', (chunk: Buffer) => this.#takeSafely(chunk));
    socket.on('drain', () => this.#drained());
    socket.on('end', () => this.#leaveSafely());
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#timer?.cancel();
      this.#counted = core.slowClients.count(this.#counted, 0);
      this.#leaveSafely();
    });
  }

  get decodesChunks(): boolean {
    return this.#head?.minor === 0;
  }

  get backlog(): number {
    return this.#socket.writableLength;
  }

  startBody(): void {
    this.#bodyStarted = true;
    if (this.#body.done) this.#listener?.requestEnd();
    else this.#takeEarly();
  }

  pauseBody(): void {
    this.#socket.pause();
  }

  resumeBody(): void {
    this.#socket.resume();
  }

  sendInterim(status: number, reason: string, lines: string): void {
    if (this.#head?.minor === 0) return;
    this.#put(`HTTP/1.1 ${status} ${reason}\r\n${lines}\r\n`);
  }

  sendHead(head: OutgoingHead, mayReuse: boolean): number {
    const {status, body} = head;
    let framing = '';
    let ends = true;
    if (head.contentLength !== null) framing = 'Content-Length: ' + head.contentLength + '\r\n';
    else if (head.transferEncoding !== '') {
      ends = !this.decodesChunks && (body === 'chunked' || body === 'none');
      if (!this.decodesChunks) framing = 'Transfer-Encoding: ' + head.transferEncoding + '\r\n';
    } else ends = body === 'none';
    this.#endsByClosing = !ends;
    // What is not read of the request now is not read any more by a page: then nothing can follow it.
    this.#reuse = mayReuse && ends && this.#body.done && this.#head !== null && this.#head.keepAlive;
    const connection = head.upgrade ? 'Upgrade' : this.#reuse ? 'keep-alive' : 'close';
    const reason = head.reason === '' && status !== 200 ? (STATUS_CODES[status] ?? '') : head.reason;
    const text =
      'HTTP/1.1 ' + status + ' ' + reason + '\r\n' + head.lines + framing + 'Connection: ' + connection + '\r\n\r\n';
    this.#put(text);
    return text.length;
  }

  send(bytes: Buffer, from: number, to: number): void {
    if (this.#outgoing.length + to - from <= JOINED_BYTES) {
      this.#put(bytes.toString('latin1', from, to));
      return;
    }
    this.sendNow();
    this.#write(Buffer.from(bytes.subarray(from, to)));
  }

  /** Nothing is held back for longer than a turn. */
  flush(): void {}

  sendNow(): void {
    const text = this.#outgoing;
    if (text === '') return;
    this.#outgoing = '';
    this.#write(text);
  }

  #write(bytes: Buffer | string): void {
    const socket = this.#socket;
    if (socket.destroyed) return;
    const taken = typeof bytes === 'string' ? socket.write(bytes, 'latin1') : socket.write(bytes);
    if (!taken) this.#counted = this.#core.slowClients.count(this.#counted, socket.writableLength);
  }

  #drained(): void {
    this.#counted = this.#core.slowClients.count(this.#counted, 0);
    if (this.#heldBack) {
      this.#heldBack = false;
      this.#takeSafely(null);
    } else this.#listener?.clientDrained();
  }

  #put(text: string): void {
    if (this.#outgoing !== '') this.#outgoing += text;
    else {
      this.#outgoing = text;
      this.#core.turn.add(this);
    }
  }

  finish(_trailers: string[]): void {
    this.#listener = null;
    const wasTunnel = this.#phase === 'tunnel';
    if (wasTunnel || !this.#reuse || !this.#socket.writable) return this.#close();
    this.#phase = 'waiting';
    this.#head = null;
    this.#since = this.#core.clock.now();
    if (this.#socket.isPaused()) this.#socket.resume();
    if (this.#earlyBytes > 0) setImmediate(() => this.#takeSafely(null));
  }

  cut(): void {
    this.sendNow();
    this.#listener = null;
    this.#phase = 'closing';
    // A body that ends by closing would look complete, were it not for the reset.
    if (this.#endsByClosing && !(this.#socket instanceof TLSSocket)) this.#socket.resetAndDestroy();
    else this.#socket.destroy();
  }

  startTunnel(): void {
    this.#phase = 'tunnel';
    this.#bodyStarted = true;
    this.#socket.resume();
    this.#takeEarly();
  }

  /** Null: what was kept. A mistake of ours ends this connection, not the process. */
  #takeSafely(chunk: Buffer | null): void {
    try {
      if (chunk === null) this.#takeEarly();
      else this.#take(chunk);
    } catch (error) {
      this.#core.report(error);
      this.#listener?.failed();
      this.sendNow();
      this.#socket.destroy();
    }
  }

  #take(chunk: Buffer): void {
    if (this.#phase === 'closing') return this.#discard(chunk);
    if (this.#earlyBytes > 0) return this.#keepEarly(chunk);
    if (this.#phase === 'waiting') this.#readNext(chunk);
    else if (this.#phase === 'tunnel') this.#listener?.requestData(chunk, 0, chunk.length);
    else if (this.#bodyStarted && !this.#body.done) this.#readBody(chunk, 0);
    else this.#keepEarly(chunk);
  }

  /** Nobody can have any number of responses made that he does not take. */
  #readNext(chunk: Buffer): void {
    if (this.backlog <= this.#core.slowClients.allowance) return this.#readHead(chunk);
    this.#heldBack = true;
    this.#keepEarly(chunk);
    this.#socket.pause();
  }

  #readHead(chunk: Buffer): void {
    let from = 0;
    // An empty line before a request is an old habit of clients after a POST.
    if (!this.#heads.started) while (chunk[from] === 13 && chunk[from + 1] === 10) from += 2;
    if (from === chunk.length) return;
    if (!this.#heads.started) this.#since = this.#core.clock.now();
    const end = this.#heads.read(chunk, from, chunk.length);
    if (end >= 0) this.#serve(parseRequestHead(this.#heads.text, this.#core.limits, this.#core.names), chunk, end);
    else if (this.#heads.excess !== null) this.#serve(refusedHead(), chunk, chunk.length);
  }

  #serve(head: RequestHead, chunk: Buffer, end: number): void {
    this.#phase = 'serving';
    this.#head = head;
    this.#bodyStarted = false;
    this.#body.start(head.fault ? 'none' : head.body, head.contentLength);
    if (end < chunk.length) this.#keepEarly(chunk.subarray(end));
    const exchange = admitRequest(this.#core, this, head);
    this.#listener = exchange;
    exchange?.start();
  }

  #readBody(chunk: Buffer, from: number): void {
    const end = this.#body.read(chunk, from, chunk.length);
    if (end > from) this.#listener?.requestData(chunk, from, end);
    if (this.#body.failed) this.#listener?.requestBroken();
    else if (this.#body.done) {
      if (end < chunk.length) this.#keepEarly(chunk.subarray(end));
      this.#listener?.requestEnd();
    }
  }

  #keepEarly(chunk: Buffer): void {
    this.#early.push(chunk);
    this.#earlyBytes += chunk.length;
    if (this.#earlyBytes > this.#core.limits.pipelineBytes) this.#socket.pause();
  }

  #takeEarly(): void {
    const early = this.#early;
    if (early.length === 0 || this.#phase === 'closing') return;
    this.#early = [];
    this.#earlyBytes = 0;
    if (this.#socket.isPaused()) this.#socket.resume();
    this.#take(early.length === 1 ? early[0]! : Buffer.concat(early));
  }

  #leaveSafely(): void {
    try {
      this.#leave();
    } catch (error) {
      this.#core.report(error);
      this.#socket.destroy();
    }
  }

  /** The client closed its side. */
  #leave(): void {
    const listener = this.#listener;
    this.#listener = null;
    if (this.#phase !== 'closing') listener?.clientGone();
    if (this.#phase !== 'tunnel') this.#phase = 'closing';
  }

  /** Sends what is left and closes; reads on for a while, or the last response could be lost to a reset. */
  #close(): void {
    this.#phase = 'closing';
    this.#early = [];
    this.#earlyBytes = 0;
    if (this.#socket.destroyed) return;
    this.sendNow();
    this.#socket.end();
    this.#socket.resume();
    this.#timer?.cancel();
    this.#backlogBefore = this.#socket.writableLength;
    this.#watch(this.#core.limits.lingerMs);
  }

  #discard(chunk: Buffer): void {
    this.#lingered += chunk.length;
    if (this.#lingered > this.#core.limits.responseBufferBytes) this.#socket.destroy();
  }

  /** One timer per connection, looked at now and then: requests do not touch it. */
  #watch(ms: number): void {
    this.#timer = this.#core.clock.setTimeout(() => this.#expire(), ms);
  }

  #expire(): void {
    const {clientKeepAliveMs} = this.#core.limits;
    if (this.#phase === 'serving' || this.#phase === 'tunnel') return this.#watch(clientKeepAliveMs);
    const backlog = this.#socket.writableLength;
    const advances = backlog > 0 && backlog !== this.#backlogBefore;
    this.#backlogBefore = backlog;
    const left = this.#since + clientKeepAliveMs - this.#core.clock.now();
    if (advances) this.#watch(clientKeepAliveMs);
    else if (this.#phase === 'waiting' && left > 0) this.#watch(left);
    else this.#socket.destroy();
  }
}
