import {DynoError} from '../model/error.js';
import {limits} from '../model/limits.js';

const UNITS: Record<string, number> = {ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000};

/** `90s`, `25h`, `1d12h` in ms: what the clock may be advanced by. @throws DynoError usage */
export function parseDuration(text: string): number {
  if (!/^(\d+(ms|s|m|h|d))+$/.test(text)) {
    throw new DynoError('usage', {message: `${text} is no duration: write 90s, 25m, 24h or 1d12h.`});
  }
  const total = [...text.matchAll(/(\d+)(ms|s|m|h|d)/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * UNITS[unit!]!,
    0,
  );
  if (total > 0 && total <= limits.longestLeapMs) return total;
  const most = limits.longestLeapMs / UNITS.d!;
  throw new DynoError('usage', {message: `${text} is out of range: more than nothing, at most ${most}d.`});
}

/** `1d 2h 3m 4s`, leaving out what is zero. */
export function formatDuration(ms: number): string {
  const units: [string, number][] = [
    ['d', UNITS.d!],
    ['h', UNITS.h!],
    ['m', UNITS.m!],
    ['s', UNITS.s!],
  ];
  let rest = Math.round(ms / 1000) * 1000;
  const parts = units.flatMap(([unit, length]) => {
    const count = Math.floor(rest / length);
    rest -= count * length;
    return count > 0 ? [`${count}${unit}`] : [];
  });
  return parts.join(' ') || '0s';
}
