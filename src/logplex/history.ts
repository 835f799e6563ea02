import {limits} from '../model/limits.js';
import type {Message} from './message.js';

/** The last messages of an app (heroku-behaviour.md 5.6): a ring. */
export class History {
  readonly #ring: Message[] = [];
  /** where the next message goes, once the ring is full */
  #next = 0;

  push(messages: readonly Message[]): void {
    for (let i = Math.max(0, messages.length - limits.logHistory); i < messages.length; i++) {
      if (this.#ring.length < limits.logHistory) this.#ring.push(messages[i]!);
      else {
        this.#ring[this.#next] = messages[i]!;
        this.#next = (this.#next + 1) % limits.logHistory;
      }
    }
  }

  /** In order of arrival. */
  last(count: number): Message[] {
    const all = this.#ring.slice(this.#next).concat(this.#ring.slice(0, this.#next));
    return count >= all.length ? all : all.slice(all.length - count);
  }

  after(seq: number): Message[] {
    return this.last(limits.logHistory).filter((message) => message.seq > seq);
  }

  get newest(): Message | null {
    return this.#ring.at(this.#next - 1) ?? null;
  }

  get oldest(): Message | null {
    return this.#ring[this.#next] ?? null;
  }
}
