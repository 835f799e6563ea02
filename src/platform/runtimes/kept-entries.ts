import type {Clock} from '../../model/clock.js';
import {priority} from '../../model/log.js';
import type {LogEntry} from '../../model/log.js';

/** calls whose entries are kept; the oldest go first */
const KEPT = 1000;

export interface KeptBatch {
  appId: string;
  entries: LogEntry[];
}

/**
 * Log entries that wait for a runtime that does not listen, in the order of the calls. What goes beyond the bound is
 * counted, and told of in the log it would have stood in (heroku-behaviour.md 4.3, L13).
 */
export class KeptEntries {
  readonly #clock: Clock;
  readonly #batches: KeptBatch[] = [];
  /** messages by app, and when the first of them was lost */
  readonly #lost = new Map<string, {count: number; since: number}>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  push(batch: KeptBatch): void {
    this.#batches.push(batch);
    while (this.#batches.length > KEPT) this.#lose(this.#batches.shift()!);
  }

  /** The next to be sent: losses first, for what is lost was older. */
  take(): KeptBatch | undefined {
    for (const [appId, {count, since}] of this.#lost) {
      this.#lost.delete(appId);
      const message = `Error L13: ${count} messages lost since ${new Date(since).toISOString().slice(0, 19)}+00:00`;
      const entry = {
        time: this.#clock.now(),
        source: 'app',
        process: 'log-shuttle',
        message,
        pri: priority.l12,
      } as const;
      return {appId, entries: [entry]};
    }
    return this.#batches.shift();
  }

  /** What could not be sent is the next again. */
  putBack(batch: KeptBatch): void {
    this.#batches.unshift(batch);
  }

  #lose({appId, entries}: KeptBatch): void {
    const {count, since} = this.#lost.get(appId) ?? {count: 0, since: this.#clock.now()};
    this.#lost.set(appId, {count: count + entries.length, since});
  }
}
