import type {Clock, Timer} from '../model/clock.js';
import {limits} from '../model/limits.js';

/** ms by which no timer is late of itself */
const LEAP_MS = 1000;

/**
 * One time at which to ring, set and cleared for each request. Setting costs next to nothing: the timer beneath is left
 * to run, and looks when it fires whether the time has come; only an earlier time needs a new one.
 */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  /** ms since the epoch; infinite: not set */
  #at = Infinity;
  #timer: Timer | null = null;
  #timerAt = Infinity;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** @param at ms since the epoch; replaces what was set before */
  set(at: number): void {
    this.#at = at;
    if (at < this.#timerAt) this.#arm(at, at - this.#clock.now());
  }

  clear(): void {
    this.#at = Infinity;
  }

  /** Clears it for good: no timer is left. */
  close(): void {
    this.#at = Infinity;
    this.#timer?.cancel();
    this.#timer = null;
    this.#timerAt = Infinity;
  }

  #arm(at: number, delayMs: number): void {
    this.#timer?.cancel();
    this.#timerAt = at;
    this.#timer = this.#clock.setTimeout(() => this.#look(at), delayMs);
  }

  #look(firedFor: number): void {
    this.#timer = null;
    this.#timerAt = Infinity;
    const at = this.#at;
    if (at === Infinity) return;
    const now = this.#clock.now();
    if (at > now) return this.#arm(at, at - now);
    // The clock leapt past both times: this one gets the patience that a timer of its own would have had (model/leap.ts).
    if (at > firedFor && now - firedFor > LEAP_MS) return this.#arm(at, limits.leapPatienceMs);
    this.#at = Infinity;
    this.#ring();
  }
}
