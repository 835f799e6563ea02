import {routerCodes} from '../model/heroku-codes.js';
import type {HerokuCode, RouterCode} from '../model/heroku-codes.js';
import type {RouterSettings} from './router-settings.js';

/** What the router line tells of a request (heroku-behaviour.md 3.10); null is an empty value. */
export interface RouterLine {
  code?: RouterCode;
  /** H25: which limit; appended to `desc` */
  restriction?: string;
  /** H26 */
  cause?: string;
  method: string;
  /** path and query as sent */
  target: string;
  host: string;
  requestId: string;
  /** the whole X-Forwarded-For chain */
  forwardedFor: string;
  dyno: string | null;
  /** ms */
  connect: number | null;
  /** ms */
  service: number | null;
  status: number;
  bytes: number | null;
  protocol: string;
  /** empty without TLS */
  tlsVersion: string;
}

/** `at=info method=GET path="/" host=… request_id=… fwd="…" dyno=web.1 connect=0ms service=7ms status=200 bytes=974 …` */
export function formatRouterLine(line: RouterLine, style: RouterSettings['style']): string {
  return (
    (line.code === undefined ? 'at=info' : formatCode(line.code, line)) +
    ' method=' +
    line.method +
    ' path="' +
    (style === 'legacy' ? escapeQuoted(line.target) : escapeQuoted(decodePercent(line.target))) +
    '" host=' +
    line.host +
    ' request_id=' +
    line.requestId +
    ' fwd="' +
    escapeQuoted(line.forwardedFor.replaceAll(', ', ',')) +
    '" dyno=' +
    (line.dyno ?? '') +
    ' connect=' +
    (line.connect === null ? '' : line.connect + 'ms') +
    ' service=' +
    (line.service === null ? '' : line.service + 'ms') +
    ' status=' +
    line.status +
    ' bytes=' +
    (line.bytes ?? '') +
    ' protocol=' +
    formatProtocol(line, style)
  );
}

function formatCode(code: RouterCode, {restriction, cause}: RouterLine): string {
  const {desc, level, sock}: HerokuCode = routerCodes[code];
  const side = sock ? `sock=${sock} ` : '';
  const limit = restriction ? `: ${restriction}` : '';
  return `${side}at=${level ?? 'error'} code=${code} desc="${desc}${limit}"${cause ? ` cause="${cause}"` : ''}`;
}

function formatProtocol({protocol, tlsVersion}: RouterLine, style: RouterSettings['style']): string {
  if (style === 'legacy') return tlsVersion === '' ? 'http' : 'https';
  return tlsVersion === '' ? protocol + ' tls=false' : protocol + ' tls=true tls_version=' + tlsVersion;
}

/** Router 2.0 logs the path decoded; what does not decode stays as it was sent. */
function decodePercent(target: string): string {
  if (!target.includes('%')) return target;
  try {
    return decodeURIComponent(target);
  } catch {
    return target;
  }
}

const UNSAFE = /["\\\x00-\x1f\x7f-\x9f\u2028\u2029]/g;

/** No request can end its value, or its line, early. */
function escapeQuoted(text: string): string {
  return text.replace(UNSAFE, (character) => {
    if (character === '"' || character === '\\') return '\\' + character;
    return '\\u' + character.charCodeAt(0).toString(16).padStart(4, '0');
  });
}
