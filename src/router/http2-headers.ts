import type {IncomingHttpHeaders, OutgoingHttpHeaders} from 'node:http2';
import type {HeaderNames} from './http1/header-names.js';
import {RequestHead, refusedHead} from './request-head.js';
import type {RouterLimits} from './router-limits.js';

/** A stream's header fields in their order, as a request's head. `endsAtOnce`: the stream has no body. */
export function requestHeadOf(
  headers: IncomingHttpHeaders,
  raw: string[],
  endsAtOnce: boolean,
  limits: RouterLimits,
  names: HeaderNames,
): RequestHead {
  const head = new RequestHead();
  head.method = headers[':method'] ?? '';
  head.target = headers[':path'] ?? '';
  const authority = headers[':authority'];
  if (head.method === 'CONNECT' || head.method.length > limits.methodBytes) return refusedHead();
  if (!head.target.startsWith('/') && head.target !== '*') return refusedHead();
  if (head.target.length + head.method.length + ' HTTP/1.1 '.length > limits.requestLineBytes) return refusedHead();
  if (authority !== undefined) head.add(names.of('host')!, authority);
  const cookies: string[] = [];
  let count = 0;
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const [field, value] = [raw[index]!, raw[index + 1]!];
    if (field.startsWith(':')) continue;
    const name = names.of(field);
    const size = field.length + value.length + 2;
    if (!name || field.length > limits.headerNameBytes || size > limits.headerLineBytes) return refusedHead();
    if (++count > limits.headerCount || /[\r\n\0]/.test(value)) return refusedHead();
    // `host` next to :authority says the same, or the request is refused.
    if (name.kind === 'host' && authority !== undefined) {
      if (value.toLowerCase() !== authority.toLowerCase()) return refusedHead();
    } else if (name.kind === 'cookie') cookies.push(value);
    else head.add(name, value);
  }
  const cookie = cookies.join('; ');
  if (cookie.length > limits.headerLineBytes) return refusedHead();
  if (cookies.length > 0) head.add(names.of('cookie')!, cookie);
  head.finish(limits.headerLineBytes);
  return head.fault || endsAtOnce ? withoutBody(head) : withBody(head);
}

function withoutBody(head: RequestHead): RequestHead {
  head.body = 'none';
  return head;
}

function withBody(head: RequestHead): RequestHead {
  if (head.body !== 'none') return head;
  head.body = 'chunked';
  head.passed += 'Transfer-Encoding: chunked\r\n';
  return head;
}

/** connection-specific: an HTTP/2 response must not carry them */
const FORBIDDEN = new Set([
  'connection',
  'upgrade',
  'transfer-encoding',
  'keep-alive',
  'proxy-connection',
  'http2-settings',
  'te',
]);
/**
 * Node throws where one of these comes twice (its kSingleValueHeaders; `server` is ours): a dyno that sends it twice
 * means the first.
 */
const SINGLE = new Set(
  (
    'access-control-allow-credentials access-control-max-age access-control-request-method age authorization ' +
    'content-encoding content-language content-length content-location content-md5 content-range content-type date dnt ' +
    'etag expires from host if-match if-modified-since if-none-match if-range if-unmodified-since last-modified location ' +
    'max-forwards proxy-authorization range referer retry-after server tk upgrade-insecure-requests user-agent ' +
    'x-content-type-options'
  ).split(' '),
);

/** Header lines (each with CRLF, or none of them) as HTTP/2 fields. */
export function responseHeaders(lines: string[]): OutgoingHttpHeaders {
  // Without a prototype: a dyno may call a header anything, `constructor` too.
  const headers = Object.create(null) as Record<string, string | string[]>;
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 0) continue;
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    const before = headers[name];
    if (FORBIDDEN.has(name)) continue;
    if (before === undefined) headers[name] = value;
    else if (!SINGLE.has(name)) headers[name] = Array.isArray(before) ? [...before, value] : [before, value];
  }
  return headers;
}
