import type {Clock, Timer} from '../model/clock.js';

/** The longest delay that Node's timers take, ms. */
const LONGEST_DELAY = 2 ** 31 - 1;

interface Pending {
  /** ms since the epoch of this clock */
  due: number;
  /** ms since the epoch of the machine: a timer that a move passes may be held until then */
  notBefore: number;
  fire: () => void;
  handle: NodeJS.Timeout | undefined;
}

/** The machine's clock and an offset, which can be moved ahead while timers wait. */
export class OffsetClock implements Clock {
  #offsetMs = 0;
  readonly #pending = new Set<Pending>();

  now(): number {
    return Date.now() + this.#offsetMs;
  }

  get offsetMs(): number {
    return this.#offsetMs;
  }

  setTimeout(fire: () => void, delayMs: number): Timer {
    const pending: Pending = {due: this.now() + Math.max(0, delayMs), notBefore: 0, fire, handle: undefined};
    this.#pending.add(pending);
    this.#arm(pending);
    return {
      cancel: () => {
        clearTimeout(pending.handle);
        this.#pending.delete(pending);
      },
    };
  }

  /** `leftOf`: real ms after which a timer fires at the earliest, from the ms that were left of it. */
  move(ms: number, leftOf: (leftMs: number) => number): void {
    const now = this.now();
    for (const pending of this.#pending) {
      pending.notBefore = Math.max(pending.notBefore, Date.now() + leftOf(Math.max(0, pending.due - now)));
    }
    this.#offsetMs += ms;
    this.#rearm();
  }

  /** Back to the machine's time. Timers keep the delay that is left of them. */
  reset(): void {
    for (const pending of this.#pending) pending.due -= this.#offsetMs;
    this.#offsetMs = 0;
    this.#rearm();
  }

  /** Forgets every timer. */
  close(): void {
    for (const {handle} of this.#pending) clearTimeout(handle);
    this.#pending.clear();
  }

  /** Node fires timers of one delay in the order in which they were set. */
  #rearm(): void {
    for (const pending of [...this.#pending].sort((a, b) => a.due - b.due)) {
      clearTimeout(pending.handle);
      this.#arm(pending);
    }
  }

  #arm(pending: Pending): void {
    pending.handle = setTimeout(
      () => {
        // Node may fire a fraction of a millisecond early, and long delays come in pieces.
        if (this.#leftOf(pending) > 1) return this.#arm(pending);
        this.#pending.delete(pending);
        pending.fire();
      },
      Math.min(Math.max(0, this.#leftOf(pending)), LONGEST_DELAY),
    );
  }

  #leftOf({due, notBefore}: Pending): number {
    return Math.max(due - this.now(), notBefore - Date.now());
  }
}
