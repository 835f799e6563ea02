import {DynoError} from '../../model/error.js';
import {plainPalette} from '../palette.js';
import type {Palette} from '../palette.js';

/** A line of an app's log, taken apart. */
export interface LogLine {
  time: string;
  source: string;
  process: string;
  message: string;
}

const LINE = /^(\S+) (\w+)\[([^\]]+)\]: (.*)$/s;
const UNITS: Record<string, number> = {s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000};

/** Null for a line that has not the display form (heroku-behaviour.md 5.1). */
export function parseLogLine(line: string): LogLine | null {
  const match = LINE.exec(line);
  return match && {time: match[1]!, source: match[2]!, process: match[3]!, message: match[4]!};
}

/** A line as an object of NDJSON. */
export function logLineJson(line: string): string {
  return JSON.stringify(parseLogLine(line) ?? {message: line});
}

/** Colours the head of a line per process, and what went wrong in red. */
export function paintLogLine(line: string, palette: Palette): string {
  const parsed = palette === plainPalette ? null : parseLogLine(line);
  if (!parsed) return line;
  const head = `${parsed.time} ${parsed.source}[${parsed.process}]:`;
  const bad = parsed.source === 'heroku' && /\bat=error\b|^Error [A-Z]\d+|to crashed$/.test(parsed.message);
  return `${palette.styleOf(parsed.process)(head)} ${bad ? palette.bad(parsed.message) : parsed.message}`;
}

export interface LineFilter {
  /** ms since the epoch */
  since?: number;
  /** `H12`, `R14`, `L10` */
  code?: string;
}

/** What a tail has lost passes every filter: nobody can say whether it would have been among that. */
const LOSS = /^Error L11 \(Tail buffer overflow\)/;

export function filterOf({since, code}: LineFilter): (line: string) => boolean {
  if (since === undefined && code === undefined) return () => true;
  const bearsCode = code === undefined ? null : new RegExp(`\\bcode=${code}\\b|^Error ${code}\\b`);
  return (line) => {
    const parsed = parseLogLine(line);
    if (!parsed) return false;
    if (parsed.process === 'logplex' && LOSS.test(parsed.message)) return true;
    if (since !== undefined && !(Date.parse(parsed.time) >= since)) return false;
    return !bearsCode || bearsCode.test(parsed.message);
  };
}

/** `90s`, `10m`, `2h`, `1d`, or a date. Answers ms since the epoch. @throws DynoError usage */
export function parseSince(text: string, now: number): number {
  const [, amount, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  // What begins otherwise, Date.parse guesses at: it takes 10 for an October.
  const date = /^\d{4}-/.test(text) ? Date.parse(text) : NaN;
  const since = amount ? now - Number(amount) * UNITS[unit!]! : date;
  if (!Number.isNaN(since)) return since;
  throw new DynoError('usage', {message: `${text} is no time: write 90s, 10m, 2h, 1d or 2026-11-22T06:00:00Z.`});
}

/** @throws DynoError usage */
export function parseCode(text: string): string {
  const code = text.toUpperCase();
  if (/^[HRL]\d{1,2}$/.test(code)) return code;
  throw new DynoError('usage', {message: `${text} is no code of Heroku's: write H12, R14 or L10, for example.`});
}
