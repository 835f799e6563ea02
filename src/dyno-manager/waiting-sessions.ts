import type {Session} from '../engine/engine.js';
import type {Clock, Timer} from '../model/clock.js';
import type {Dyno} from './dyno.js';

interface Waiting {
  dyno: Dyno;
  session: Session;
  timer: Timer;
}

/**
 * Sessions of attached one-off dynos until their client comes. One outlives its dyno for a while: a short command is
 * over before its client is there, and the client still wants its output and its exit status.
 */
export class WaitingSessions {
  readonly #clock: Clock;
  readonly #waiting = new Map<string, Waiting>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(dyno: Dyno, session: Session, forMs: number): void {
    const forget = () => {
      this.#waiting.delete(dyno.name);
      session.output.destroy();
    };
    this.#waiting.set(dyno.name, {dyno, session, timer: this.#clock.setTimeout(forget, forMs)});
  }

  /** Once for each dyno. */
  take(name: string): {dyno: Dyno; session: Session} | undefined {
    const waiting = this.#waiting.get(name);
    waiting?.timer.cancel();
    this.#waiting.delete(name);
    return waiting;
  }

  has(name: string): boolean {
    return this.#waiting.has(name);
  }

  close(): void {
    for (const {timer} of this.#waiting.values()) timer.cancel();
    this.#waiting.clear();
  }
}
