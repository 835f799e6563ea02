import {getDefaultHighWaterMark} from 'node:stream';

/** A socket that holds less than this says nothing when it has let it go, so it must not be waited for. */
const FLOOR = getDefaultHighWaterMark(false);
/** of what is left of the budget, the share that one client may have */
const SHARE = 1 / 4;

/**
 * Shares the memory for responses whose clients read slowly: each may hold `perClient` bytes, fewer when little is left
 * of the budget, so that all together stay near it; but never less than a socket buffers anyway. Counted are the bytes
 * that wait for clients, whether their responses go on or have ended.
 */
export class SlowClients {
  #held = 0;
  readonly #perClient: number;
  readonly #budget: number;

  constructor(perClient: number, budget: number) {
    this.#perClient = perClient;
    this.#budget = budget;
  }

  /** bytes that one client may have waiting before its dyno is paused, and its next request waits */
  get allowance(): number {
    return Math.max(FLOOR, Math.min(this.#perClient, (this.#budget - this.#held) * SHARE));
  }

  /** One client's bytes were `before` (what the last call for it answered), and are `now`: answers what counts of them. */
  count(before: number, now: number): number {
    const counted = now > FLOOR ? now : 0;
    this.#held += counted - before;
    return counted;
  }
}
