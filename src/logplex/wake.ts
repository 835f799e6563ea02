/** Lets one loop sleep until somebody has something for it. Waking an awake loop makes its next wait return at once. */
export class Wake {
  #woken = false;
  #resolve: (() => void) | null = null;

  wake(): void {
    this.#woken = true;
    this.#resolve?.();
    this.#resolve = null;
  }

  async wait(): Promise<void> {
    if (!this.#woken) await new Promise<void>((resolve) => (this.#resolve = resolve));
    this.#woken = false;
  }
}
