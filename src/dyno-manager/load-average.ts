/** ms of the three averages */
const PERIODS = [60_000, 300_000, 900_000] as const;

type Load = readonly [number, number, number];

/** Exponential average of runnable tasks over 1, 5 and 15 minutes: new = (1 − e)·count + e·old (heroku-behaviour.md 5.7). */
export function averageLoad(load: Load, runnable: number, intervalMs: number): Load {
  const next = (index: 0 | 1 | 2) => {
    const e = Math.exp(-intervalMs / PERIODS[index]);
    return (1 - e) * runnable + e * load[index];
  };
  return [next(0), next(1), next(2)];
}
