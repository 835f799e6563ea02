/** One message of an app's log stream (heroku-behaviour.md 5.1). */
export interface LogEntry {
  /** ms since the epoch, fractions allowed (microseconds) */
  time: number;
  source: 'app' | 'heroku';
  /** `web.1`, `router`, `api`, `logplex`, `heroku-postgres` */
  process: string;
  /** without its newline */
  message: string;
  /** syslog PRI, by producer (5.2) */
  pri: number;
  /**
   * The sender wrote no newline after it: an inner piece of a line above `logLineBytes`, or the last words of a dyno.
   * An https drain's frame then ends without one (5.2, 5.5).
   */
  unterminated?: boolean;
}

/** `id` grows within one app and survives restarts of the runtime. */
export interface LogRecord extends LogEntry {
  id: string;
}

/** The last `lines` messages are taken first and filtered then, as Heroku does (5.6). */
export interface LogQuery {
  /** 1..1500, default 100 */
  lines?: number;
  tail?: boolean;
  source?: string;
  /** `web.1`, or a bare type */
  process?: string;
  /** only after this id: resumes a broken tail */
  after?: string;
  /** only messages of this time or later, ms since the epoch */
  since?: number;
  /** only messages that bear this error code: `H12` */
  code?: string;
}

/** PRI values by producer (5.2): recommended local values of that section. */
export const priority = {
  dyno: 190,
  router: 158,
  dynoManager: 134,
  api: 133,
  addon: 134,
  l10: 172,
  l12: 172,
  l14: 188,
} as const;

/** `2026-11-22T06:11:32.244000+00:00`: microseconds and a numeric offset, as log-shuttle stamps (5.5). */
export function formatLogTime(time: number): string {
  const ms = Math.floor(time);
  // A double holds microseconds of this century only nearly.
  const micros = Math.min(999, Math.round((time - ms) * 1000));
  return `${new Date(ms).toISOString().slice(0, 23)}${String(micros).padStart(3, '0')}+00:00`;
}

/** The display format of `heroku logs` (5.1), without the newline. */
export function formatLogEntry(entry: LogEntry): string {
  return formatLogHead(entry) + entry.message;
}

/** What stands before the message in the display format: `2026-11-22T06:11:32.244000+00:00 app[web.1]: `. */
export function formatLogHead({time, source, process}: Pick<LogEntry, 'time' | 'source' | 'process'>): string {
  return `${formatLogTime(time)} ${source}[${process}]: `;
}
