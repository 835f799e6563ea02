import {RequestHead, refusedHead} from '../request-head.js';
import type {RouterLimits} from '../router-limits.js';
import type {HeaderNames} from './header-names.js';
import {hasForbiddenCharacter, isPlainLine, trimBlanks} from './message-text.js';

const METHOD = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** what no request target contains, whatever its form */
const BAD_TARGET = /[^\x21-\x7e\x80-\xff]|#/;
const ABSOLUTE = /^https?:\/\/([^/?#@]+)([/?].*)?$/i;

/**
 * Reads a request's head (lines with their CRLF), strictly (heroku-behaviour.md 3.2): one blank between the parts of the request line, no folded
 * lines, no blank before a colon, no control characters. The result's `fault` says why it is refused.
 */
export function parseRequestHead(text: string, limits: RouterLimits, names: HeaderNames): RequestHead {
  if (hasForbiddenCharacter(text)) return refusedHead();
  let lineEnd = text.indexOf('\r\n');
  const head = parseRequestLine(text, lineEnd, limits);
  if (head.fault) return head;

  let count = 0;
  // Lines that pass as they are, one after the other, are taken in one piece.
  let from = 0;
  let to = 0;
  for (let at = lineEnd + 2; at < text.length; at = lineEnd + 2) {
    lineEnd = text.indexOf('\r\n', at);
    const colon = text.indexOf(':', at);
    if (colon < 0 || colon > lineEnd || colon - at > limits.headerNameBytes) return refusedHead();
    if (lineEnd - at > limits.headerLineBytes || ++count > limits.headerCount) return refusedHead();
    const name = names.of(text.slice(at, colon));
    if (!name) return refusedHead();
    if (name.asSent && isPlainLine(text, colon, lineEnd)) {
      if (to !== at) {
        if (to > 0) head.passed += text.slice(from, to);
        from = at;
      }
      to = lineEnd + 2;
    } else {
      if (to > 0) head.passed += text.slice(from, to);
      to = 0;
      head.add(name, trimBlanks(text, colon + 1, lineEnd));
    }
  }
  if (to > 0) head.passed += text.slice(from, to);
  const target = head.target;
  head.finish(limits.headerLineBytes);
  return target.startsWith('/') || target === '*' ? head : takeAbsoluteTarget(head);
}

function parseRequestLine(text: string, lineEnd: number, limits: RouterLimits): RequestHead {
  const first = text.indexOf(' ');
  const second = text.indexOf(' ', first + 1);
  if (lineEnd > limits.requestLineBytes || first < 1 || second < 0 || second > lineEnd) return refusedHead();
  const head = new RequestHead();
  head.textBytes = text.length;
  head.method = text.slice(0, first);
  head.target = text.slice(first + 1, second);
  const version = text.slice(second + 1, lineEnd);
  if (version === 'HTTP/1.0') head.minor = 0;
  else if (version !== 'HTTP/1.1') return refusedHead(/^HTTP\/\d\.\d$/.test(version) ? {status: 505} : undefined);
  if (head.method.length > limits.methodBytes || !METHOD.test(head.method)) return refusedHead();
  if (head.method === 'CONNECT' || head.target === '' || BAD_TARGET.test(head.target)) return refusedHead();
  if (head.target === '*' && head.method !== 'OPTIONS') return refusedHead();
  return head;
}

/** `GET http://host/path`: its host and the Host header have to agree, and the dyno sees the path alone. */
function takeAbsoluteTarget(head: RequestHead): RequestHead {
  if (head.fault) return head;
  const match = ABSOLUTE.exec(head.target);
  if (!match || match[1]!.toLowerCase() !== head.hostHeader.toLowerCase()) return refusedHead();
  const rest = match[2] ?? '/';
  head.target = rest.startsWith('?') ? '/' + rest : rest;
  return head;
}
