import {DynoError} from '../../model/error.js';
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

/** Colours the head of a line per process, and what went wrong in red. */
export function paintLogLine(line: string, palette: Palette): string {
  const parsed = parseLogLine(line);
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

export function matchesFilter(line: string, {since, code}: LineFilter): boolean {
  const parsed = parseLogLine(line);
  if (since !== undefined && !(parsed && Date.parse(parsed.time) >= since)) return false;
  if (code === undefined) return true;
  return parsed !== null && new RegExp(`\\bcode=${code}\\b|^Error ${code}\\b`).test(parsed.message);
}

/** `90s`, `10m`, `2h`, `1d`, or a date. Answers ms since the epoch. @throws DynoError usage */
export function parseSince(text: string, now: number): number {
  const [, amount, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  const since = amount ? now - Number(amount) * UNITS[unit!]! : Date.parse(text);
  if (!Number.isNaN(since)) return since;
  throw new DynoError('usage', {message: `${text} is no time: write 90s, 10m, 2h, 1d or 2026-11-22T06:00:00Z.`});
}

/** @throws DynoError usage */
export function parseCode(text: string): string {
  const code = text.toUpperCase();
  if (/^[HRL]\d{1,2}$/.test(code)) return code;
  throw new DynoError('usage', {message: `${text} is no code of Heroku's: write H12, R14 or L10, for example.`});
}
