import type {Readable} from 'node:stream';
import {setTimeout as wait} from 'node:timers/promises';
import {isGone, statusOf} from './connection.js';
import {followLog, type FollowOptions} from './follow.js';
import {AttachTracker} from './output-cursor.js';
import {FrameReader} from './raw-stream.js';

export interface AttachedOptions extends Omit<FollowOptions, 'cursor'> {
  stream: Readable;
  now: () => number;
}

/**
 * Delivers what an attached dyno writes. When the stream breaks while the dyno lives (the engine was restarted under
 * it), the rest is read from the log.
 */
export function deliverAttached(options: AttachedOptions): void {
  const {stream, output, signal, now} = options;
  const tracker = new AttachTracker();
  const frames = new FrameReader((piece, name) => {
    if (signal.aborted) return;
    const cursor = tracker.take(piece, name, Date.now());
    output.write(piece, name, now(), cursor);
  });
  stream.on('data', (chunk: Buffer) => frames.read(chunk));
  const abort = () => stream.destroy();
  signal.addEventListener('abort', abort);
  let over = false;
  const end = () => {
    if (over) return;
    over = true;
    signal.removeEventListener('abort', abort);
    if (signal.aborted) return;
    void endedCleanly(options).then((clean) => {
      if (signal.aborted) return;
      if (clean) output.end();
      else void followLog({...options, cursor: tracker.cursor()});
    });
  };
  stream.on('end', end);
  stream.on('error', end);
  stream.on('close', end);
}

/** Docker ends the stream a moment before it calls the container ended. */
async function endedCleanly({docker, engineId, signal}: AttachedOptions): Promise<boolean> {
  for (let turn = 0; turn < 40 && !signal.aborted; turn++) {
    try {
      const {State} = await docker.getContainer(engineId).inspect();
      if (!State.Running) return true;
    } catch (error) {
      if (isGone(error)) return true;
      if (statusOf(error) === undefined) return false;
    }
    await wait(50);
  }
  return false;
}
