import type {BodyKind} from './http1/body-reader.js';
import type {HeaderNames} from './http1/header-names.js';
import {
  hasForbiddenCharacter,
  isPlainLine,
  parseContentLength,
  parseTokenList,
  trimBlanks,
} from './http1/message-text.js';
import type {RouterLimits} from './router-limits.js';

/** What of a dyno's response is refused, and under which code (heroku-behaviour.md 3.2, 4.1). */
export type ResponseFault =
  'malformed' | 'invalid content length' | 'oversized cookie' | 'oversized header' | 'oversized status line';

/** A response's head: what the router decides on, and the lines that pass to the client as they are. */
export class ResponseHead {
  status = 0;
  reason = '';
  /** header lines for the client, each with CRLF; without framing and hop-by-hop headers */
  passed = '';
  via = '';
  hasServer = false;
  body: BodyKind = 'close';
  /** null: none announced */
  contentLength: number | null = null;
  /** codings as announced, `chunked` or longer */
  transferEncoding = '';
  /** the dyno keeps its connection open after this response */
  keepAlive = true;
  fault: ResponseFault | null = null;

  get informational(): boolean {
    return this.status < 200;
  }
}

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: ([^\r]*))?$/;

/** Reads the head (lines with their CRLF) of a response to a `method` request. */
export function parseResponseHead(
  text: string,
  method: string,
  limits: RouterLimits,
  names: HeaderNames,
): ResponseHead {
  const head = new ResponseHead();
  let lineEnd = text.indexOf('\r\n');
  const match = STATUS_LINE.exec(text.slice(0, lineEnd));
  if (lineEnd > limits.statusLineBytes) return refuse(head, 'oversized status line');
  if (!match || hasForbiddenCharacter(text)) return refuse(head, 'malformed');
  head.status = Number(match[2]);
  head.reason = match[3] ?? '';
  head.keepAlive = match[1] === '1';

  let count = 0;
  // As in requests: lines that pass as they are, one after the other, are taken in one piece.
  let from = 0;
  let to = 0;
  for (let at = lineEnd + 2; at < text.length; at = lineEnd + 2) {
    lineEnd = text.indexOf('\r\n', at);
    const colon = text.indexOf(':', at);
    const name = colon < 0 || colon > lineEnd ? null : names.of(text.slice(at, colon));
    if (!name) return refuse(head, 'malformed');
    if (lineEnd - at > limits.responseHeaderBytes || ++count > limits.responseHeaderCount) {
      return refuse(head, 'oversized header');
    }
    if (name.asSent && isPlainLine(text, colon, lineEnd)) {
      if (to !== at) {
        if (to > 0) head.passed += text.slice(from, to);
        from = at;
      }
      to = lineEnd + 2;
      continue;
    }
    if (to > 0) head.passed += text.slice(from, to);
    to = 0;
    const value = trimBlanks(text, colon + 1, lineEnd);
    switch (name.kind) {
      case 'connection':
        head.keepAlive = keepsAlive(value, head.keepAlive);
        break;
      case 'content-length':
        takeContentLength(head, value);
        break;
      case 'transfer-encoding':
        head.transferEncoding = head.transferEncoding === '' ? value : head.transferEncoding + ', ' + value;
        break;
      case 'hop-by-hop':
        break;
      case 'via':
        head.via = head.via === '' ? value : head.via + ', ' + value;
        break;
      case 'set-cookie':
        if (lineEnd - at > limits.setCookieBytes) return refuse(head, 'oversized cookie');
        head.passed += name.trainCase + ': ' + value + '\r\n';
        break;
      case 'server':
        head.hasServer = true;
        head.passed += name.trainCase + ': ' + value + '\r\n';
        break;
      default:
        head.passed += name.trainCase + ': ' + value + '\r\n';
    }
  }
  if (to > 0) head.passed += text.slice(from, to);
  takeFraming(head, method);
  return head;
}

function refuse(head: ResponseHead, fault: ResponseFault): ResponseHead {
  head.fault = fault;
  return head;
}

function keepsAlive(connection: string, before: boolean): boolean {
  if (connection === 'keep-alive') return true;
  if (connection === 'close') return false;
  const tokens = parseTokenList(connection) ?? [];
  if (tokens.includes('close')) return false;
  return before || tokens.includes('keep-alive');
}

function takeContentLength(head: ResponseHead, value: string): void {
  const length = parseContentLength(value);
  if (length === null || (head.contentLength !== null && head.contentLength !== length)) {
    head.fault = 'invalid content length';
  }
  head.contentLength = length;
}

function takeFraming(head: ResponseHead, method: string): void {
  const {status} = head;
  if (head.transferEncoding !== '') {
    const codings = parseTokenList(head.transferEncoding);
    const last = codings ? codings.indexOf('chunked') : -1;
    if (!codings || (last >= 0 && last !== codings.length - 1)) head.fault ??= 'malformed';
    head.transferEncoding = codings?.join(', ') ?? '';
    head.body = last >= 0 ? 'chunked' : 'close';
    // With chunks, a length would let two readers see two ends.
    head.contentLength = null;
  } else if (head.contentLength !== null) {
    head.body = head.contentLength === 0 ? 'none' : 'length';
  }
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) head.body = 'none';
}
