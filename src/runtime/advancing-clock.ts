import type {Clock, Timer} from '../model/clock.js';

/** The longest delay that Node's timers take, ms. */
const LONGEST_DELAY = 2 ** 31 - 1;

interface Pending {
  due: number;
  fire: () => void;
  handle: NodeJS.Timeout | undefined;
}

/** The machine's clock, which `dyno clock:advance` can push ahead: what falls due on the way happens now. */
export class AdvancingClock implements Clock {
  #advancedMs = 0;
  readonly #pending = new Set<Pending>();

  now(): number {
    return Date.now() + this.#advancedMs;
  }

  get advancedMs(): number {
    return this.#advancedMs;
  }

  setTimeout(fire: () => void, delayMs: number): Timer {
    const pending: Pending = {due: this.now() + Math.max(0, delayMs), fire, handle: undefined};
    this.#pending.add(pending);
    this.#arm(pending);
    return {
      cancel: () => {
        clearTimeout(pending.handle);
        this.#pending.delete(pending);
      },
    };
  }

  /** Moves on by `ms`; timers that fall due fire in the next turns of the event loop. */
  advance(ms: number): void {
    this.#advancedMs += ms;
    this.#rearm();
  }

  /** Back to the machine's time. Timers keep the delay that is left of them. */
  reset(): void {
    for (const pending of this.#pending) pending.due -= this.#advancedMs;
    this.#advancedMs = 0;
    this.#rearm();
  }

  /** Forgets every timer. */
  close(): void {
    for (const {handle} of this.#pending) clearTimeout(handle);
    this.#pending.clear();
  }

  #rearm(): void {
    for (const pending of this.#pending) {
      clearTimeout(pending.handle);
      this.#arm(pending);
    }
  }

  #arm(pending: Pending): void {
    const delay = Math.min(Math.max(0, pending.due - this.now()), LONGEST_DELAY);
    pending.handle = setTimeout(() => {
      // Node may fire a fraction of a millisecond early, and long delays come in pieces.
      if (pending.due > this.now() + 1) return this.#arm(pending);
      this.#pending.delete(pending);
      pending.fire();
    }, delay);
  }
}
