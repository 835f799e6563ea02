import {routerCodes} from '../model/heroku-codes.js';
import type {HerokuCode} from '../model/heroku-codes.js';
import type {RequestRecord} from './request-record.js';
import type {RouterSettings} from './router-settings.js';

/**
 * The router line of a request that has ended (heroku-behaviour.md 3.10):
 * `at=info method=GET path="/" host=… request_id=… fwd="…" dyno=web.1 connect=0ms service=7ms status=200 bytes=974 …`
 */
export function formatRouterLine(record: RequestRecord, style: RouterSettings['style']): string {
  const line = joinParts(record, style);
  // Kept in a log, a string made of forty pieces costs every garbage collection: this makes it one.
  Number(line);
  return line;
}

function joinParts(record: RequestRecord, style: RouterSettings['style']): string {
  const connected = record.connectedAt > 0;
  const connect = connected ? record.connectedAt : record.endedAt;
  return (
    (record.code === null ? 'at=info' : formatCode(record, style)) +
    ' method=' +
    record.method +
    ' path="' +
    escapeQuoted(style === 'legacy' ? record.target : decodePercent(record.target)) +
    '" host=' +
    record.host +
    ' request_id=' +
    record.requestId +
    ' fwd="' +
    escapeQuoted(joinTightly(record.forwardedFor)) +
    '" dyno=' +
    (record.dyno ?? '') +
    // A dyno that was tried in vain is named, with the time that was lost on it.
    (record.dyno === null ? ' connect=' : ' connect=' + (connect - record.acceptedAt) + 'ms') +
    (connected ? ' service=' + (record.endedAt - record.connectedAt) + 'ms' : ' service=') +
    ' status=' +
    record.status +
    ' bytes=' +
    (record.bytes ?? '') +
    ' protocol=' +
    formatProtocol(record, style)
  );
}

function formatCode(record: RequestRecord, style: RouterSettings['style']): string {
  const code = record.code!;
  // Router 2.0 of the Common Runtime has no H26, a private space's router no H80 and H81: those are ordinary lines.
  if (record.inSpace ? code === 'H80' || code === 'H81' : code === 'H26' && style === 'router2') return 'at=info';
  const {desc, level, sock}: HerokuCode = routerCodes[code];
  const side = sock ? `sock=${sock} ` : '';
  const limit = record.restriction ? `: ${record.restriction}` : '';
  const cause = record.cause ? ` cause="${record.cause}"` : '';
  return `${side}at=${level ?? 'error'} code=${code} desc="${desc}${limit}"${cause}`;
}

function formatProtocol({protocol, tlsVersion}: RequestRecord, style: RouterSettings['style']): string {
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

/** The log joins with `,` where the header has `, `. */
function joinTightly(chain: string): string {
  return chain.includes(', ') ? chain.replaceAll(', ', ',') : chain;
}

/** The values of a line that formatRouterLine made, by their keys; quoted ones as they were before. */
export function parseRouterLine(line: string): Record<string, string | undefined> {
  const values: Record<string, string> = {};
  for (const [, key, quoted, bare] of line.matchAll(/(\w+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))/g)) {
    values[key!] = quoted === undefined ? bare! : (JSON.parse(`"${quoted}"`) as string);
  }
  return values;
}

const UNSAFE = /["\\\x00-\x1f\x7f-\x9f\u2028\u2029]/g;

/** No request can end its value, or its line, early. */
function escapeQuoted(text: string): string {
  return text.replace(UNSAFE, (character) => {
    if (character === '"' || character === '\\') return '\\' + character;
    return '\\u' + character.charCodeAt(0).toString(16).padStart(4, '0');
  });
}
