import type {LogEntry, LogQuery} from './log.js';

/**
 * Whether a message passes a query (5.6): `source` is exact; `process` is exact, or a type, which matches its dynos:
 * `web` matches web.1 and not web2.1. All that are given must match.
 */
export function matchesQuery(query: LogQuery, entry: LogEntry): boolean {
  if (query.source !== undefined && entry.source !== query.source) return false;
  if (query.process !== undefined && !isOfProcess(entry.process, query.process)) return false;
  if (query.since !== undefined && entry.time < query.since) return false;
  return query.code === undefined || bearsCode(entry.message, query.code);
}

function isOfProcess(process: string, wanted: string): boolean {
  return process.startsWith(wanted) && (process.length === wanted.length || process[wanted.length] === '.');
}

/** `code=H12` in a router line, `Error R14 (Memory quota exceeded)` in a dyno manager's. */
function bearsCode(message: string, code: string): boolean {
  return new RegExp(`(?:\\bcode=|\\bError )${code.replace(/\W/g, '\\$&')}\\b`, 'i').test(message);
}
