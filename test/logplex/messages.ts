import {MessageHead} from '../../src/logplex/message.js';
import type {Message} from '../../src/logplex/message.js';
import {priority} from '../../src/model/log.js';
import type {LogEntry} from '../../src/model/log.js';

/** A fixed moment: 2026-11-22T06:11:32.244Z. */
export const TIME = Date.UTC(2026, 10, 22, 6, 11, 32, 244);

export function message(seq: number, text = `line ${seq}`): Message {
  return {seq, head: new MessageHead(TIME, 'app', 'web.1', priority.dyno), text, unterminated: false};
}

/** `count` messages from `first` on. */
export function messages(count: number, first = 1): Message[] {
  return Array.from({length: count}, (_, i) => message(first + i));
}

export function entry(message: string, over: Partial<LogEntry> = {}): LogEntry {
  return {time: TIME, source: 'app', process: 'web.1', message, pri: priority.dyno, ...over};
}
