import {formatLogHead, formatLogTime} from '../model/log.js';
import type {LogEntry, LogRecord} from '../model/log.js';

/** What many messages share: all lines of one chunk of a dyno's output have the same head. */
export class MessageHead {
  readonly time: number;
  readonly source: LogEntry['source'];
  readonly process: string;
  readonly pri: number;
  #start: string | null = null;
  #shown: string | null = null;

  constructor(time: number, source: LogEntry['source'], process: string, pri: number) {
    this.time = time;
    this.source = source;
    this.process = process;
    this.pri = pri;
  }

  /** `<190>1 2026-11-22T06:11:32.244000+00:00 `, made when the first drain asks for it. */
  get start(): string {
    return (this.#start ??= `<${this.pri}>1 ${formatLogTime(this.time)} `);
  }

  /** `2026-11-22T06:11:32.244000+00:00 app[web.1]: `, made when the first tail asks for it. */
  get shown(): string {
    return (this.#shown ??= formatLogHead(this));
  }

  is(time: number, source: LogEntry['source'], process: string, pri: number): boolean {
    return this.time === time && this.pri === pri && this.process === process && this.source === source;
  }
}

/** A log message as logplex keeps it: small, shared by history, tails and drains. */
export interface Message {
  /** place in the app's stream, from 1 */
  seq: number;
  head: MessageHead;
  text: string;
  unterminated: boolean;
}

export function entryOf({head, text, unterminated}: Message): LogEntry {
  const {time, source, process, pri} = head;
  return {time, source, process, message: text, pri, ...(unterminated ? {unterminated} : {})};
}

export function recordOf(message: Message): LogRecord {
  return {id: String(message.seq), ...entryOf(message)};
}
