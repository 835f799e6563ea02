import type {SocketConstructorOpts} from 'node:net';
import type {Timer} from '../model/clock.js';
import {Alarm} from './alarm.js';
import {BodyReader} from './http1/body-reader.js';
import {HeadReader} from './http1/head-reader.js';
import type {DynoRoute} from './dyno-route.js';
import {DynoSocket} from './dyno-socket.js';
import {parseResponseHead} from './response-head.js';
import type {ResponseFault, ResponseHead} from './response-head.js';
import type {RouterCore} from './router-core.js';
import type {RouterLimits} from './router-limits.js';
import type {Sender} from './write-turn.js';

/** What an exchange hears of its dyno. Bytes are valid only until the call returns. */
export interface DynoListener {
  firstByte(): void;
  interim(head: ResponseHead): void;
  /** 101: from now on bytes are passed as they are */
  switched(head: ResponseHead): void;
  responseHead(head: ResponseHead): void;
  responseData(bytes: Buffer, from: number, to: number): void;
  /** complete; `reusable` tells whether the connection may serve another request */
  responseEnd(trailers: string[], reusable: boolean): void;
  /** all of one read has been handed over */
  responsePause(): void;
  responseBroken(fault: ResponseFault): void;
  /** closed before the response was complete; `partialHead`: some bytes of a head had come */
  dynoClosed(partialHead: boolean, reset: boolean): void;
  dynoDrained(): void;
  /** the time has come that the alarm was set to */
  alarm(): void;
  /** a mistake of the router's own */
  failed(): void;
}

/** a request's head and the beginning of its body up to this leave in one write */
const JOINED_BYTES = 16 * 1024;

export type ConnectFailure = 'refused' | 'timeout';

/**
 * One connection to a dyno, HTTP/1.1, one request at a time:
 *
 *   connecting ──▶ idle ──use──▶ head ──▶ body ──▶ idle (kept) or destroyed
 *                                  └─101─▶ tunnel ──▶ destroyed
 *
 * Whatever arrives on an idle connection makes it unusable: no answer may be taken for the next request's.
 */
export class DynoConnection implements Sender {
  readonly route: DynoRoute;
  /** of the request that it serves */
  readonly alarm: Alarm;
  readonly #socket: DynoSocket;
  #phase: 'connecting' | 'idle' | 'head' | 'body' | 'tunnel' = 'connecting';
  #listener: DynoListener | null = null;
  #method = '';
  #decodes = false;
  #keepAlive = true;
  #sawByte = false;
  /** leaves at the end of this turn */
  #outgoing = '';
  #idleSince = 0;
  #timer: Timer | null = null;
  #closed = false;
  readonly #core: RouterCore;
  readonly #limits: RouterLimits;
  readonly #heads: HeadReader;
  readonly #body: BodyReader;

  /** `onConnect` is called once, never before the constructor has returned. */
  constructor(
    core: RouterCore,
    route: DynoRoute,
    limits: RouterLimits,
    onConnect: (failure: ConnectFailure | null) => void,
  ) {
    this.#core = core;
    this.#limits = limits;
    this.route = route;
    this.alarm = new Alarm(core.clock, () => this.#safely(() => this.#listener?.alarm()));
    this.#heads = new HeadReader({
      firstLineBytes: limits.statusLineBytes,
      lineBytes: limits.responseHeaderBytes,
      headBytes: limits.responseHeadBytes,
    });
    this.#body = new BodyReader(limits.trailerBytes);
    const {host, port} = route.dyno.endpoint!;
    const onread = {
      buffer: core.readBuffer,
      callback: (length: number, bytes: Uint8Array) => {
        try {
          this.#read(bytes as Buffer, length);
        } catch (error) {
          this.#crash(error);
        }
        return true;
      },
    };
    const socket = (this.#socket = new DynoSocket({onread} as SocketConstructorOpts));
    socket.connect({host, port, noDelay: true});
    let failure: ConnectFailure = 'refused';
    this.#timer = core.clock.setTimeout(() => {
      failure = 'timeout';
      socket.destroy();
    }, limits.connectTimeoutMs);
    socket.once('connect', () => {
      this.#timer?.cancel();
      this.#timer = null;
      this.#phase = 'idle';
      this.#safely(() => onConnect(null));
    });
    socket.on('error', () => undefined);
    socket.on('end', () => this.#safely(() => this.#ended(false)));
    socket.on('drain', () => this.#safely(() => this.#listener?.dynoDrained()));
    socket.on('close', (hadError) => {
      this.#timer?.cancel();
      this.alarm.close();
      this.#closed = true;
      route.forget(this);
      this.#safely(() => (this.#phase === 'connecting' ? onConnect(failure) : this.#ended(hadError)));
    });
  }

  get usable(): boolean {
    return !this.#closed && !this.#socket.destroyed && this.#socket.writable && !this.#socket.broken;
  }

  /** content bytes of the response so far */
  get payload(): number {
    return this.#body.payload;
  }

  /** Begins a request; the caller sends it with `sendHead` and `sendBody`. */
  use(listener: DynoListener, method: string, decodesChunks: boolean): void {
    this.#listener = listener;
    this.#method = method;
    this.#decodes = decodesChunks;
    this.#phase = 'head';
    this.#sawByte = false;
  }

  /** One character per byte; leaves at the end of this turn. */
  sendHead(head: string): void {
    this.#outgoing = head;
    this.#core.turn.add(this);
  }

  /** A small piece leaves together with the head. False: enough for now, until `dynoDrained`. */
  sendBody(bytes: Buffer): boolean {
    if (this.#outgoing !== '' && this.#outgoing.length + bytes.length <= JOINED_BYTES) {
      this.#outgoing += bytes.toString('latin1');
      return true;
    }
    this.sendNow();
    return this.#socket.write(bytes);
  }

  sendNow(): void {
    const text = this.#outgoing;
    if (text === '') return;
    this.#outgoing = '';
    if (!this.#socket.destroyed) this.#socket.write(text, 'latin1');
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** The exchange is over: keeps the connection for the next one, or closes it. */
  release(reusable: boolean): void {
    this.#listener = null;
    this.alarm.clear();
    this.#phase = 'idle';
    if (!reusable || !this.usable || !this.route.giveIdle(this, this.#limits.idleConnectionsPerDyno)) {
      this.destroy();
      return;
    }
    if (this.#socket.isPaused()) this.#socket.resume();
    this.#idleSince = this.#core.clock.now();
    this.#timer ??= this.#core.clock.setTimeout(() => this.#expire(), this.#limits.dynoKeepAliveMs);
  }

  /** Tunnels: sends what is left, then closes. */
  end(): void {
    this.#listener = null;
    this.alarm.close();
    this.sendNow();
    this.#socket.end(() => this.#socket.destroy());
  }

  destroy(): void {
    this.#listener = null;
    this.#closed = true;
    this.alarm.close();
    this.#socket.destroy();
  }

  /** A mistake of ours ends this connection and its request, not the process. */
  #safely(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#crash(error);
    }
  }

  #crash(error: unknown): void {
    const listener = this.#listener;
    this.destroy();
    this.#core.report(error);
    listener?.failed();
  }

  #expire(): void {
    this.#timer = null;
    const idle = this.#core.clock.now() - this.#idleSince;
    const left = this.#phase === 'idle' ? this.#limits.dynoKeepAliveMs - idle : this.#limits.dynoKeepAliveMs;
    if (left > 0) this.#timer = this.#core.clock.setTimeout(() => this.#expire(), left);
    else this.destroy();
  }

  #read(bytes: Buffer, length: number): void {
    const listener = this.#listener;
    if (listener === null) return this.destroy();
    // No answer to a request that has not left yet.
    if (this.#outgoing !== '') return listener.responseBroken('malformed');
    if (this.#phase === 'tunnel') {
      listener.responseData(bytes, 0, length);
      return listener.responsePause();
    }
    let at = 0;
    while (this.#phase === 'head' && at < length && this.#listener === listener) {
      at = this.#readHead(listener, bytes, at, length);
    }
    if (this.#phase === 'body' && this.#listener === listener) this.#readBody(listener, bytes, at, length);
    if (this.#listener === listener) listener.responsePause();
  }

  #readHead(listener: DynoListener, bytes: Buffer, from: number, to: number): number {
    if (!this.#sawByte) {
      this.#sawByte = true;
      listener.firstByte();
    }
    const fresh = !this.#heads.started;
    const end = this.#heads.read(bytes, from, to);
    if (end < 0) {
      const start = bytes.toString('latin1', from, Math.min(to, from + 7));
      if (fresh && !'HTTP/1.'.startsWith(start)) listener.responseBroken('malformed');
      else if (this.#heads.excess !== null) listener.responseBroken(this.#excessFault());
      return to;
    }
    const head = parseResponseHead(this.#heads.text, this.#method, this.#limits, this.#core.names);
    if (head.fault !== null) listener.responseBroken(head.fault);
    else if (head.status === 101) this.#switch(listener, head, bytes, end, to);
    else if (head.informational) {
      this.#sawByte = false;
      listener.interim(head);
    } else {
      this.#phase = 'body';
      this.#keepAlive = head.keepAlive;
      this.#body.start(head.body, head.contentLength ?? 0);
      listener.responseHead(head);
    }
    return end;
  }

  #switch(listener: DynoListener, head: ResponseHead, bytes: Buffer, from: number, to: number): void {
    this.#phase = 'tunnel';
    this.#body.start('close', 0);
    listener.switched(head);
    if (from < to && this.#listener === listener) listener.responseData(bytes, from, to);
  }

  #readBody(listener: DynoListener, bytes: Buffer, from: number, to: number): void {
    const body = this.#body;
    const decode = this.#decodes
      ? (start: number, end: number) => {
          if (this.#listener === listener) listener.responseData(bytes, start, end);
        }
      : undefined;
    const end = body.read(bytes, from, to, decode);
    if (!decode && end > from) listener.responseData(bytes, from, end);
    if (this.#listener !== listener) return;
    if (body.failed) listener.responseBroken('malformed');
    // Bytes after the end belong to no request, so the connection cannot be trusted with another.
    else if (body.done) listener.responseEnd(body.trailers, this.#keepAlive && end === to);
  }

  #excessFault(): ResponseFault {
    const {excess} = this.#heads;
    if (excess === 'bare LF') return 'malformed';
    return excess === 'first line too long' ? 'oversized status line' : 'oversized header';
  }

  #ended(reset: boolean): void {
    const listener = this.#listener;
    if (listener === null) return this.destroy();
    this.#listener = null;
    const complete = this.#phase === 'body' && this.#body.untilClose && !reset;
    if (complete) listener.responseEnd([], false);
    else listener.dynoClosed(this.#phase === 'head' && this.#sawByte, reset);
  }
}
