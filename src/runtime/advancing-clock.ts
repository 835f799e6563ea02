import type {Clock} from '../model/clock.js';
import {leapOf, leftAfter} from '../model/leap.js';
import type {Leap} from '../model/leap.js';
import {OffsetClock} from './offset-clock.js';

/**
 * The machine's clock, which `dyno clock:advance` can push ahead: what falls due on the way happens now. One clock with
 * two faces, for policy and for work in flight (docs/decisions/2026-11-26-leaps-of-the-clock.md).
 */
export class AdvancingClock implements Clock {
  readonly #policy = new OffsetClock();
  readonly #work = new OffsetClock();
  readonly #onLeap = new Set<(leap: Leap) => void>();

  /** For limits of what happens in the real world, as those of a router: they let work in flight end (model/leap.ts). */
  get work(): Clock {
    return this.#work;
  }

  now(): number {
    return this.#policy.now();
  }

  get advancedMs(): number {
    return this.#policy.offsetMs;
  }

  setTimeout(fire: () => void, delayMs: number) {
    return this.#policy.setTimeout(fire, delayMs);
  }

  /** Moves on by `ms`; timers that fall due fire in the next turns of the event loop, in the order of their time. */
  advance(ms: number): void {
    const leap = leapOf(ms);
    this.#policy.move(ms, () => 0);
    this.#work.move(leap.workMs, (leftMs) => leftAfter(leftMs, leap));
    for (const listener of this.#onLeap) listener(leap);
  }

  /** Called at each leap, before anything that has fallen due. Answers with what ends it. */
  onLeap(listener: (leap: Leap) => void): () => void {
    this.#onLeap.add(listener);
    return () => void this.#onLeap.delete(listener);
  }

  /** Back to the machine's time. Timers keep the delay that is left of them. */
  reset(): void {
    this.#policy.reset();
    this.#work.reset();
  }

  /** Forgets every timer. */
  close(): void {
    this.#policy.close();
    this.#work.close();
    this.#onLeap.clear();
  }
}
