import {priority} from '../model/log.js';
import type {Message} from './message.js';

/** Writes one message in a drain's wire format, its length in front (heroku-behaviour.md 5.2). */
export type FrameOf = (message: Message) => string;

/** `<length> <PRI>1 <time> host <source> <process> - <message>`: no structured data, the literal host, the message's own newline. */
export const httpsFrame: FrameOf = ({head, text, unterminated}) =>
  counted(`${head.start}host ${head.source} ${head.process} - ${text}${unterminated ? '' : '\n'}`);

/** `<length> <PRI>1 <time> <drain token> <source> <process> - - <message>\n` */
export function syslogFrameFor(token: string): FrameOf {
  return ({head, text}) => counted(`${head.start}${token} ${head.source} ${head.process} - - ${text}\n`);
}

/** The loss notice of an https drain; it has no newline of its own. */
export function httpsLossFrame(lost: number, since: number, now: number): string {
  return counted(`<${priority.l10}>1 ${formatSecond(now)} host heroku logplex - ${lossText(lost, since)}`);
}

export function syslogLossFrame(token: string, lost: number, since: number, now: number): string {
  return counted(`<${priority.l10}>1 ${formatSecond(now)} ${token} heroku logplex - - ${lossText(lost, since)}\n`);
}

function lossText(lost: number, since: number): string {
  return `Error L10 (output buffer overflow): ${lost} messages dropped since ${formatSecond(since)}.`;
}

/** logplex stamps what it says itself in whole seconds (logplex_syslog_utils, datetime/1). */
export function formatSecond(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}+00:00`;
}

function counted(frame: string): string {
  return `${Buffer.byteLength(frame)} ${frame}`;
}
