/** Holds back bytes to send until it is told to let them go. */
export interface Sender {
  /** Hands what it holds back to the kernel; does nothing when it holds nothing. */
  sendNow(): void;
}

/**
 * What a turn of the event loop has to send leaves at its end, all of it together. A peer on this machine is then woken
 * once and finds one message after the other, where a write in the middle of the turn would wake it for each: a fifth of
 * what a small request costs (docs/router-profile.md). Nothing waits for more to come.
 */
export class WriteTurn {
  readonly #report: (error: unknown) => void;
  #senders: Sender[] = [];
  #sending: Sender[] = [];

  constructor(report: (error: unknown) => void) {
    this.#report = report;
  }

  /** Calls `sendNow` at the end of this turn; once for each time it is added. */
  add(sender: Sender): void {
    if (this.#senders.length === 0) setImmediate(this.#end);
    this.#senders.push(sender);
  }

  readonly #end = (): void => {
    const senders = this.#senders;
    this.#senders = this.#sending;
    this.#sending = senders;
    for (const sender of senders) {
      try {
        sender.sendNow();
      } catch (error) {
        this.#report(error);
      }
    }
    senders.length = 0;
  };
}
