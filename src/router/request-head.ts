import type {BodyKind} from './http1/body-reader.js';
import type {HeaderName} from './http1/header-names.js';
import {parseContentLength, parseTokenList} from './http1/message-text.js';

/** Why a request is refused before it is routed (heroku-behaviour.md 3.2). */
export interface RequestFault {
  status: 400 | 417 | 421 | 505;
  /** for the app's log, if the host is known: H26; absent for what is refused before the host is looked at */
  cause?: 'bad header' | 'unsupported expect header value';
}

const syntaxError: RequestFault = {status: 400};
const badHeader: RequestFault = {status: 400, cause: 'bad header'};

/** `name`, `name:80`, `[::1]:80`; anything else in a Host header is refused, and what is longer than a name can be */
const HOST = /^([A-Za-z0-9._-]{1,255}|\[[0-9A-Fa-f:.]{1,64}\])(?::\d{0,5})?$/;

/** bytes of a head that may be kept alive by a slice of it */
const KEPT_WHOLE = 2048;

/**
 * A request's head after the rules of heroku-behaviour.md 3.2: what the router decides on, and the lines that pass to
 * the dyno as they are. Filled header by header by the HTTP/1 and HTTP/2 sides, then closed by `finish`.
 */
export class RequestHead {
  method = '';
  /** path and query exactly as sent */
  target = '';
  /** HTTP/1.minor */
  minor = 1;
  /** as sent, with its port */
  hostHeader = '';
  /** in lower case, without port */
  host = '';
  /** header lines for the dyno, each with CRLF */
  passed = '';
  requestId = '';
  forwardedFor = '';
  forwardedProto = '';
  via = '';
  cookie = '';
  expect: 'nothing' | 'continue' | 'unsupported' = 'nothing';
  body: BodyKind = 'none';
  contentLength = 0;
  keepAlive = true;
  upgrade = false;
  fault: RequestFault | null = null;
  /** bytes of the head, where the fields above are slices of its text */
  textBytes = 0;

  #hosts = 0;
  #lengths: string | null = null;
  #transferEncoding: string | null = null;
  #connection = '';
  #hasUpgrade = false;
  #expect: string | null = null;

  add(name: HeaderName, value: string): void {
    switch (name.kind) {
      case 'other':
        this.passed += name.trainCase + ': ' + value + '\r\n';
        break;
      case 'host':
        this.#hosts++;
        this.hostHeader = value;
        break;
      case 'connection':
        this.#connection = this.#connection === '' ? value : this.#connection + ',' + value;
        break;
      case 'content-length':
        // The same length again is merged; another one, or a list, is refused.
        if (this.#lengths !== null && this.#lengths !== value) this.fault ??= badHeader;
        this.#lengths = value;
        break;
      case 'transfer-encoding':
        this.#transferEncoding = this.#transferEncoding === null ? value : this.#transferEncoding + ',' + value;
        break;
      case 'expect':
        if (value !== '') this.#expect = this.#expect === null ? value : this.#expect + ',' + value;
        break;
      case 'x-request-id':
        this.requestId = value;
        break;
      case 'x-forwarded-for':
        this.forwardedFor = this.forwardedFor === '' ? value : this.forwardedFor + ', ' + value;
        break;
      case 'x-forwarded-proto':
        this.forwardedProto = value;
        break;
      case 'via':
        this.via = this.via === '' ? value : this.via + ', ' + value;
        break;
      case 'cookie':
        this.cookie = this.cookie === '' ? value : this.cookie + '; ' + value;
        this.passed += name.trainCase + ': ' + value + '\r\n';
        break;
      case 'upgrade':
        this.#hasUpgrade = true;
        this.passed += name.trainCase + ': ' + value + '\r\n';
        break;
      case 'set-cookie':
      case 'server':
        this.passed += name.trainCase + ': ' + value + '\r\n';
        break;
      case 'hop-by-hop':
      case 'replaced':
        break;
    }
  }

  /** Applies the rules that need the whole head. `lineBytes`: of a header, also where several lines are joined to one */
  finish(lineBytes: number): this {
    const fault = this.#takeHost() ?? this.#checkJoined(lineBytes);
    if (fault) {
      this.fault = fault;
      return this;
    }
    this.fault ??= this.#takeConnection() ?? this.#takeFraming();
    this.#takeExpect();
    return this;
  }

  /** `text`, to be remembered: without keeping all of a large head alive, of which it is a slice. */
  detach(text: string): string {
    return this.textBytes > KEPT_WHOLE ? Buffer.from(text, 'latin1').toString('latin1') : text;
  }

  #takeHost(): RequestFault | null {
    const match = this.#hosts === 1 ? HOST.exec(this.hostHeader) : null;
    if (!match) return syntaxError;
    this.host = this.detach(match[1]!.toLowerCase());
    if (this.host.endsWith('.')) this.host = this.host.slice(0, -1);
    return null;
  }

  #checkJoined(lineBytes: number): RequestFault | null {
    const longest = Math.max(this.forwardedFor.length, this.via.length, this.#transferEncoding?.length ?? 0);
    return longest > lineBytes ? syntaxError : null;
  }

  #takeConnection(): RequestFault | null {
    this.keepAlive = this.minor === 1;
    const connection = this.#connection;
    if (connection === '' || connection === 'keep-alive') {
      if (connection !== '') this.keepAlive = true;
      return null;
    }
    const tokens = parseTokenList(connection);
    if (!tokens) return badHeader;
    if (tokens.includes('keep-alive')) this.keepAlive = true;
    if (tokens.includes('close')) this.keepAlive = false;
    this.upgrade = tokens.includes('upgrade');
    return this.upgrade && !this.#hasUpgrade ? badHeader : null;
  }

  #takeFraming(): RequestFault | null {
    if (this.#transferEncoding !== null) {
      // Chunked has to be there, once and last, or nobody knows where the body ends; HTTP/1.0 has no chunks.
      const codings = parseTokenList(this.#transferEncoding);
      if (!codings || this.minor === 0 || codings.indexOf('chunked') !== codings.length - 1) return badHeader;
      this.body = 'chunked';
      this.passed += `Transfer-Encoding: ${codings.join(', ')}\r\n`;
      return this.#lengths !== null && parseContentLength(this.#lengths) === null ? badHeader : null;
    }
    if (this.#lengths === null) return null;
    const length = parseContentLength(this.#lengths);
    if (length === null) return badHeader;
    this.contentLength = length;
    if (length > 0) this.body = 'length';
    return null;
  }

  #takeExpect(): void {
    if (this.#expect === null || this.minor === 0) return;
    this.expect = this.#expect.toLowerCase() === '100-continue' ? 'continue' : 'unsupported';
    if (this.expect === 'unsupported') this.fault ??= {status: 417, cause: 'unsupported expect header value'};
  }
}

/** A head that is refused at once. */
export function refusedHead(fault: RequestFault = syntaxError): RequestHead {
  const head = new RequestHead();
  head.fault = fault;
  head.keepAlive = false;
  return head;
}
