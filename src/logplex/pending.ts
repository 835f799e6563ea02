import type {Clock} from '../model/clock.js';
import {priority} from '../model/log.js';
import type {LogEntry} from '../model/log.js';
import {formatSecond} from './frames.js';
import {MessageHead} from './message.js';
import type {Message} from './message.js';

/** bytes, nearly, that wait for the disk at most */
const CEILING = 16 * 1024 * 1024;
/** bytes, nearly, that a message takes beside its text */
const OVERHEAD = 100;

/** Messages that wait for the disk. What is beyond the ceiling is lost, and told of in an L12 (heroku-behaviour.md 4.3). */
export class Pending {
  readonly #clock: Clock;
  #messages: Message[] = [];
  #bytes = 0;
  #lost = 0;
  #lostSince = 0;
  /** of the last entry: those that follow often have the same */
  #head: MessageHead | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isEmpty(): boolean {
    return this.#messages.length === 0;
  }

  add(head: MessageHead, text: string, unterminated: boolean): void {
    if (this.#bytes > CEILING) {
      if (this.#lost === 0) this.#lostSince = this.#clock.now();
      this.#lost++;
      return;
    }
    this.#bytes += text.length + OVERHEAD;
    this.#messages.push({seq: 0, head, text, unterminated});
  }

  /** A message is one line; its own last newline does not count. */
  addEntry({time, source, process, message, pri, unterminated = false}: LogEntry): void {
    const name = process.replace(/\s/g, '_');
    if (!this.#head?.is(time, source, name, pri)) this.#head = new MessageHead(time, source, name, pri);
    const lines = message.includes('\n') ? message.replace(/\n$/, '').split('\n') : [message];
    for (const line of lines) this.add(this.#head, line, unterminated);
  }

  /** All of them, numbered from `firstSeq` on. */
  take(firstSeq: number): Message[] {
    const messages = this.#messages;
    if (this.#lost > 0) messages.push(this.#lossMessage());
    this.#messages = [];
    this.#bytes = 0;
    this.#lost = 0;
    for (const [index, message] of messages.entries()) message.seq = firstSeq + index;
    return messages;
  }

  #lossMessage(): Message {
    const head = new MessageHead(this.#clock.now(), 'app', 'log-shuttle', priority.l12);
    const text = `Error L12: ${this.#lost} messages dropped since ${formatSecond(this.#lostSince)}`;
    return {seq: 0, head, text, unterminated: false};
  }
}
