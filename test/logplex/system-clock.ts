import type {Clock} from '../../src/model/clock.js';

/** The real one, for tests with real receivers. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (fire, delayMs) => {
    const timer = setTimeout(fire, delayMs);
    return {cancel: () => clearTimeout(timer)};
  },
};
