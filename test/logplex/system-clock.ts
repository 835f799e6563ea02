import type {Clock} from '../../src/model/clock.js';

/** The real one, for tests with real receivers; `speed` times faster, so that Heroku's minutes pass in seconds. */
export function systemClock(speed = 1): Clock {
  const start = Date.now();
  return {
    now: () => start + (Date.now() - start) * speed,
    setTimeout: (fire, delayMs) => {
      const timer = setTimeout(fire, delayMs / speed);
      return {cancel: () => clearTimeout(timer)};
    },
  };
}
