import {Readable} from 'node:stream';
import {errorBody, Stream} from './control-routes.js';
import type {ProgressEvent} from './protocol.js';

/** bytes that wait for a platform that is slower than the work; ours */
const MOST_WAITING = 32 * 1024 * 1024;

/**
 * Long work as NDJSON: its output as it comes, then its result or its error. Work does not wait for its reader: output
 * that finds too much waiting is lost, and the stream says so.
 * A platform that goes away does not stop it by itself; only a request that is aborted before the end does.
 */
export function progressOf<Result>(
  work: (onOutput: (text: string) => void, signal: AbortSignal) => Promise<Result>,
): Stream {
  const gone = new AbortController();
  const stream = new Readable({
    read: () => undefined,
    destroy: (error, done) => (gone.abort(), done(error)),
  });
  let lost = 0;
  const push = (event: ProgressEvent<Result>) => {
    if (stream.destroyed) return;
    if (lost > 0) stream.push(lineOf({output: `\n !     ${lost} characters were lost: they came too fast.\n`}));
    lost = 0;
    stream.push(lineOf(event));
  };
  const pushOutput = (output: string) => {
    if (stream.readableLength > MOST_WAITING) lost += output.length;
    else push({output});
  };
  work(pushOutput, gone.signal)
    .then(
      (done) => push({done}),
      (error: unknown) => push({error: errorBody(error)}),
    )
    .finally(() => {
      if (!stream.destroyed) stream.push(null);
    });
  return new Stream('application/x-ndjson', stream);
}

function lineOf(event: object): string {
  return `${JSON.stringify(event)}\n`;
}
