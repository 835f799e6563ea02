import {PassThrough, pipeline} from 'node:stream';
import type {Session} from '../engine/engine.js';
import type {Clock, Timer} from '../model/clock.js';

/** bytes of output held for a client that is yet to come, or slow */
const EARLY_OUTPUT_BYTES = 1024 * 1024;

export interface AttachedOptions {
  clock: Clock;
  /** ms without a byte in either direction until the client is hung up on */
  idleMs: number;
  /** it has a terminal, whose input has no end but the client's */
  isTerminal: boolean;
  /** the client has gone away, or was hung up on, before the dyno's output ended */
  onLost: () => void;
}

/**
 * The session of an attached one-off dyno, watched: the end of the client's input is no loss without a terminal (a
 * pipe ends too), but its output closed early is (heroku-behaviour.md 2.15).
 */
export function attachedSession(session: Session, {clock, idleMs, isTerminal, onLost}: AttachedOptions): Session {
  const input = new PassThrough();
  // Before the client is there this is all that its dyno can say; then it waits.
  const output = new PassThrough({highWaterMark: EARLY_OUTPUT_BYTES});
  let lastActivity = clock.now();
  let timer: Timer | null = null;
  const touch = () => void (lastActivity = clock.now());
  const watchIdle = () => {
    const idleFor = clock.now() - lastActivity;
    if (idleFor >= idleMs) output.destroy();
    else timer = clock.setTimeout(watchIdle, idleMs - idleFor);
  };
  input.on('data', touch);
  session.output.on('data', touch);
  if (isTerminal) input.once('end', () => output.destroy());
  watchIdle();

  // Errors of either side end in 'close' of the output, which is what is looked at.
  pipeline(input, session.input, () => undefined);
  pipeline(session.output, output, () => undefined);
  output.once('close', () => {
    timer?.cancel();
    if (output.readableEnded) return;
    input.destroy();
    onLost();
  });
  void session.exited.finally(() => timer?.cancel()).catch(() => undefined);
  return {input, output, resize: (columns, rows) => session.resize(columns, rows), exited: session.exited};
}
