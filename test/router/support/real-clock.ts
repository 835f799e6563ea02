import type {Clock} from '../../../src/model/clock.js';

export const realClock: Clock = {
  now: () => Date.now(),
  setTimeout: (fire, delayMs) => {
    const timer = setTimeout(fire, delayMs);
    return {cancel: () => clearTimeout(timer)};
  },
};
