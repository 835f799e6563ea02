import type {ResponseHead} from './response-head.js';

/** What is known of the client's connection, the same for each of its requests. */
export interface ClientFacts {
  /** the client's address, IPv4-mapped addresses as IPv4 */
  peer: string;
  /** which listener it came to: decides X-Forwarded-Proto */
  role: 'http' | 'https';
  /** the listener's port */
  port: number;
  protocol: 'http1.1' | 'http2.0';
  /** `tls1.3`; empty without TLS */
  tlsVersion: string;
  /** the TLS server name; empty where there was none */
  serverName: string;
  /** false: outside of the trusted ranges, everything is answered 403 */
  trusted: boolean;
  /** the peer is inside of the space: apps with internal routing are for such clients only */
  internal: boolean;
}

/** The head of a response as the router sends it. */
export interface OutgoingHead {
  status: number;
  reason: string;
  /** header lines, each with CRLF, without framing and Connection */
  lines: string;
  body: ResponseHead['body'];
  /** announced length, also of a body that is not sent (HEAD) */
  contentLength: number | null;
  /** `chunked`, or longer; empty otherwise */
  transferEncoding: string;
  /** 101 and its `Connection: Upgrade` */
  upgrade?: boolean;
}

/**
 * The client's end of one exchange: an HTTP/1 connection while it serves a request, or an HTTP/2 stream. Bytes handed to
 * `send` may be overwritten as soon as it returns.
 */
export interface ClientSide {
  readonly facts: ClientFacts;
  /** wants content alone: HTTP/2 and HTTP/1.0 clients get chunked bodies without their chunks */
  readonly decodesChunks: boolean;
  /** bytes accepted but not sent yet */
  readonly backlog: number;
  /** Begins to hand the request's body to the exchange, in the form in which it goes to the dyno. */
  startBody(): void;
  pauseBody(): void;
  resumeBody(): void;
  /** An interim response; HTTP/1.0 clients get none. */
  sendInterim(status: number, reason: string, lines: string): void;
  /**
   * Announces the response; answers the bytes of its head. It may be held back until `flush`, to leave together with the
   * first bytes of the body.
   */
  sendHead(head: OutgoingHead, mayReuse: boolean): number;
  send(bytes: Buffer, from: number, to: number): void;
  flush(): void;
  /** The response is complete. `trailers` are lines without CRLF, for clients that do not see chunks. */
  finish(trailers: string[]): void;
  /** The response cannot be completed: the client must be able to tell. */
  cut(): void;
  /** After a 101: bytes go both ways as they are. */
  startTunnel(): void;
}

/** What an exchange hears of its client. */
export interface ClientListener {
  requestData(bytes: Buffer, from: number, to: number): void;
  requestEnd(): void;
  /** the body's framing is broken */
  requestBroken(): void;
  clientGone(): void;
  /** a mistake of the router's own */
  failed(): void;
  /** the client took what was waiting for it */
  clientDrained(): void;
}
