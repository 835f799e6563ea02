import type {Clock} from '../../src/model/clock.js';
import {VirtualClock} from '../support/virtual-clock.js';

/** A virtual clock that can leap, as a runtime's does for `dyno clock`: what waits in the real world does not notice. */
export class LeapingClock extends VirtualClock implements Clock {
  #offsetMs = 0;
  /** What does not leap: the machine, and with it the engine. */
  readonly machine: Clock = {
    now: () => super.now(),
    setTimeout: (fire, delayMs) => this.setTimeout(fire, delayMs),
  };

  override now(): number {
    return super.now() + this.#offsetMs;
  }

  get offsetMs(): number {
    return this.#offsetMs;
  }

  leap(ms: number): void {
    this.#offsetMs += ms;
  }
}
