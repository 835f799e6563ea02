import {appNameOf} from '../model/app-hosts.js';
import {routerCodes} from '../model/heroku-codes.js';
import type {HerokuCode} from '../model/heroku-codes.js';
import {limits} from '../model/limits.js';
import type {RequestRecord} from './request-record.js';
import type {RouterSettings} from './router-settings.js';

/** characters of a line up to which it is no longer than a log message may be, whatever characters they are */
const SURELY_SHORT = limits.logLineBytes / 3;

/**
 * The router line of a request that has ended (heroku-behaviour.md 3.10):
 * `at=info method=GET path="/" host=… request_id=… fwd="…" dyno=web.1 connect=0ms service=7ms status=200 bytes=974 …`
 * It is one log message: what a client sent is cut where it would make it longer.
 */
export function formatRouterLine(record: RequestRecord, style: RouterSettings['style']): string {
  let room: number = limits.requestLineBytes;
  let line = joinParts(record, style, room);
  while (line.length > SURELY_SHORT && Buffer.byteLength(line) > limits.logLineBytes) {
    room /= 2;
    line = joinParts(record, style, room);
  }
  // Kept in a log, a string made of forty pieces costs every garbage collection: this makes it one.
  Number(line);
  return line;
}

/** `room`: characters that path and fwd may have each */
function joinParts(record: RequestRecord, style: RouterSettings['style'], room: number): string {
  const connected = record.connectedAt > 0;
  const connect = connected ? record.connectedAt : record.endedAt;
  return (
    (record.code === null ? 'at=info' : formatCode(record, style)) +
    ' method=' +
    record.method +
    ' path="' +
    escapeQuoted(cut(style === 'legacy' ? record.target : decodePercent(record.target), room)) +
    '" host=' +
    record.host +
    ' request_id=' +
    record.requestId +
    ' fwd="' +
    escapeQuoted(cut(joinTightly(record.forwardedFor), room)) +
    '" dyno=' +
    (record.dyno ?? '') +
    // A dyno that was tried in vain is named, with the time that was lost on it.
    (record.dyno === null ? ' connect=' : ' connect=' + (connect - record.acceptedAt) + 'ms') +
    (connected ? ' service=' + (record.endedAt - record.connectedAt) + 'ms' : ' service=') +
    ' status=' +
    record.status +
    ' bytes=' +
    (record.bytes ?? '') +
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

function formatProtocol(record: RequestRecord, style: RouterSettings['style']): string {
  const {protocol, tlsVersion, inSpace} = record;
  if (tlsVersion === '') return style === 'legacy' ? ' protocol=http' : ' protocol=' + protocol + ' tls=false';
  // On the built-in domain the version is always unknown.
  const version = appNameOf(record.host) === undefined ? tlsVersion : 'unknown';
  if (style === 'router2') return ' protocol=' + protocol + ' tls=true tls_version=' + version;
  return (inSpace ? ' tls_version=' + version : '') + ' protocol=https';
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

function cut(text: string, room: number): string {
  return text.length <= room ? text : text.slice(0, room) + '…';
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
