import type {Clock, Timer} from '../../src/model/clock.js';

interface Pending {
  at: number;
  order: number;
  fire: () => void;
}

/** A clock that moves only when told to; timers fire in order of their time, then of their making. */
export class VirtualClock implements Clock {
  #now: number;
  #order = 0;
  readonly #pending = new Set<Pending>();

  constructor(now = Date.UTC(2026, 10, 22, 6, 17, 2)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  setTimeout(fire: () => void, delayMs: number): Timer {
    const pending = {at: this.#now + Math.max(0, delayMs), order: this.#order++, fire};
    this.#pending.add(pending);
    return {cancel: () => void this.#pending.delete(pending)};
  }

  /** Moves on by `ms`, firing what falls due and letting promises settle after each timer. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#pending.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.fire();
      await settle();
    }
    this.#now = end;
  }

  get pendingTimers(): number {
    return this.#pending.size;
  }

  #next(end: number): Pending | undefined {
    let first: Pending | undefined;
    for (const pending of this.#pending) {
      if (pending.at > end) continue;
      if (!first || pending.at < first.at || (pending.at === first.at && pending.order < first.order)) first = pending;
    }
    return first;
  }
}

/** Lets promise callbacks and immediates that are due run. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}
