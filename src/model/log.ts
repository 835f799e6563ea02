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
}

/** PRI values by producer (5.2): recommended local values of that section. */
export const priority = {dyno: 190, router: 158, dynoManager: 134, api: 133, addon: 134, l10: 172, l14: 188} as const;

/** `2026-11-22T06:11:32.244000+00:00`: microseconds and a numeric offset, as log-shuttle stamps (5.5). */
export function formatLogTime(time: number): string {
  const ms = Math.floor(time);
  const micros = Math.floor((time - ms) * 1000);
  return `${new Date(ms).toISOString().slice(0, 23)}${String(micros).padStart(3, '0')}+00:00`;
}

/** The display format of `heroku logs` (5.1), without the newline. */
export function formatLogEntry(entry: LogEntry): string {
  return `${formatLogTime(entry.time)} ${entry.source}[${entry.process}]: ${entry.message}`;
}
