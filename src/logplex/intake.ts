interface Item {
  cost: number;
  take: () => void;
}

/**
 * What came in and has not been worked on, in order of arrival. An app that writes faster than this process works fills
 * it with raw chunks, the smallest form its output has; they are worked on a little per turn of the event loop, so that
 * drains and tails get their turn in between.
 */
export class Intake {
  #items: Item[] = [];
  /** first item that is still here */
  #first = 0;
  #cost = 0;
  #accepted = 0;
  #done = 0;
  #waiters: {goal: number; resolve: () => void}[] = [];

  get isEmpty(): boolean {
    return this.#first === this.#items.length;
  }

  /** sum of the items' costs */
  get cost(): number {
    return this.#cost;
  }

  push(cost: number, take: () => void): void {
    this.#items.push({cost, take});
    this.#cost += cost;
    this.#accepted++;
  }

  /** Works on items of about this cost, and on one at least. */
  take(cost: number): void {
    let left = cost;
    do {
      const item = this.#items[this.#first];
      if (!item) break;
      this.#first++;
      this.#cost -= item.cost;
      left -= item.cost;
      item.take();
    } while (left > 0);
    if (this.#first < this.#items.length / 2) return;
    this.#items = this.#items.slice(this.#first);
    this.#first = 0;
  }

  /** How many items have been taken, ever. */
  get taken(): number {
    return this.#accepted - (this.#items.length - this.#first);
  }

  /** The first `taken` items are done: on disk, and seen by everybody. */
  done(taken: number): void {
    this.#done = taken;
    const due = this.#waiters.filter(({goal}) => goal <= this.#done);
    if (due.length === 0) return;
    this.#waiters = this.#waiters.filter(({goal}) => goal > this.#done);
    for (const {resolve} of due) resolve();
  }

  /** Resolves once all that has come in until now is done; what comes later is not waited for. */
  settled(): Promise<void> {
    const goal = this.#accepted;
    if (goal <= this.#done) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({goal, resolve}));
  }
}
