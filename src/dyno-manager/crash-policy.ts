import type {Limits} from '../model/app-limits.js';

/**
 * Number of consecutive crashes after one more (heroku-behaviour.md 2.5). A dyno that started correctly, that is,
 * stayed up for `crashResetMs`, begins anew. `upForMs` is null for a dyno that never came up.
 */
export function crashesAfter(crashes: number, upForMs: number | null, limits: Limits): number {
  return upForMs !== null && upForMs >= limits.crashResetMs ? 1 : crashes + 1;
}

/** ms to wait before the restart after the n-th consecutive crash. Spaces restart continuously. */
export function crashWait(crashes: number, runtime: 'common' | 'space', limits: Limits): number {
  if (runtime === 'space') return limits.spaceCrashFloorMs;
  const waits = limits.crashBackoffMs;
  return waits[Math.min(crashes, waits.length) - 1] ?? 0;
}

/** ms to wait after the n-th consecutive failure of the engine. No crash of the dyno's: nothing is counted. */
export function engineWait(failures: number, limits: Limits): number {
  const waits = limits.engineRetryMs;
  return waits[Math.min(failures, waits.length) - 1] ?? 0;
}
