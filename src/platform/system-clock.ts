import type {Clock} from '../model/clock.js';

/** This machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout(fire, delayMs) {
    const timer = setTimeout(fire, delayMs);
    return {cancel: () => clearTimeout(timer)};
  },
};
