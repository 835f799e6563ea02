/** Waits between two tries to reach an engine that is down. Real time: a virtual clock does not start Docker. */
export class Retry {
  readonly #waits = new Set<() => void>();
  #closed = false;

  /** Resolves after the delay, or at once when closed. */
  wait(delayMs = 300): Promise<void> {
    if (this.#closed) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waits.delete(done);
        resolve();
      };
      const timer = setTimeout(done, delayMs);
      this.#waits.add(done);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const done of this.#waits) done();
  }
}
