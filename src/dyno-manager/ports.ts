/** Below the range from which kernels take ports for outgoing connections. */
const FIRST = 10_000;
const LAST = 32_767;

/** $PORT values: random, high, another one at each start, never one that a living dyno has (heroku-behaviour.md 2.13). */
export class Ports {
  readonly #taken = new Set<number>();
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  take(): number {
    let port = FIRST + Math.floor(this.#random() * (LAST - FIRST + 1));
    while (this.#taken.has(port)) port = port === LAST ? FIRST : port + 1;
    this.#taken.add(port);
    return port;
  }

  /** A port that an adopted dyno has already. */
  reserve(port: number): void {
    this.#taken.add(port);
  }

  release(port: number): void {
    this.#taken.delete(port);
  }
}
