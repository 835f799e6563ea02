import {getDefaultHighWaterMark} from 'node:stream';

/** A socket that holds less than this says nothing when it has let it go, so it must not be waited for. */
const FLOOR = getDefaultHighWaterMark(false);

/**
 * Shares the memory for responses whose clients read slowly: each may hold `perClient` bytes, fewer when many are slow,
 * so that all together stay near the budget; but never less than a socket buffers anyway.
 */
export class SlowClients {
  #count = 0;
  readonly #perClient: number;
  readonly #budget: number;

  constructor(perClient: number, budget: number) {
    this.#perClient = perClient;
    this.#budget = budget;
  }

  /** bytes one client may have waiting before its dyno is paused */
  get allowance(): number {
    return Math.max(FLOOR, Math.min(this.#perClient, this.#budget / (this.#count + 1)));
  }

  add(): void {
    this.#count++;
  }

  remove(): void {
    this.#count--;
  }
}
