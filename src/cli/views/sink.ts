import {DynoError} from '../../model/error.js';
import type {LogplexFrame} from '../../model/logplex-frame.js';
import type {SinkBehaviour} from '../drain-sink/sink-options.js';

/** `accept`, `500`, `slow:3`, `hang`, `close`. @throws DynoError usage */
export function sinkBehaviour(answer: string): SinkBehaviour {
  if (answer === 'accept' || answer === 'hang' || answer === 'close') return {kind: answer};
  const [, seconds] = /^slow:(\d{1,5}(?:\.\d+)?)$/.exec(answer) ?? [];
  if (seconds !== undefined) return {kind: 'slow', delayMs: Number(seconds) * 1000};
  if (/^[2-5]\d\d$/.test(answer)) return {kind: 'status', status: Number(answer)};
  throw new DynoError('usage', {
    message: `${answer} is no answer: write accept, slow:SECONDS, hang, close, or a status.`,
  });
}

/** `<190>1 2026-… host app web.1 - text`: the frame as it came, without its length, on one line. */
export function layoutFrame({pri, time, host, source, process, message}: LogplexFrame): string {
  // Only a syslog drain sends structured data, and only the NIL of it.
  const data = host === 'host' ? '' : '- ';
  return `<${pri}>1 ${time} ${host} ${source} ${process} - ${data}${message.replace(/\n$/, '')}`;
}
