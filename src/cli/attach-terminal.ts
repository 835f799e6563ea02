import {once} from 'node:events';
import {DynoError} from '../model/error.js';
import type {AttachedSession, TerminalSize} from '../client/local-api.js';

/** The user's side of a session: the process in the program. */
export interface Terminal {
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
}

/** Ctrl-C this often within a second leaves a session that answers no more. */
const LEAVE_PRESSES = 4;

/** Size and kind of the terminal, or null when input or output is none: then no pty is asked for. */
export function describeTerminal(
  {stdin, stdout}: Terminal,
  env: NodeJS.ProcessEnv,
): (TerminalSize & {term: string}) | null {
  if (!stdin.isTTY || !stdout.isTTY) return null;
  return {columns: stdout.columns, rows: stdout.rows, term: env.TERM || 'xterm'};
}

/** `left`: by its user or by the reader of its output; the process may go on, and has no exit status to wait for. */
export type SessionEnd = 'ended' | 'left';

/** Joins terminal and session until the process has ended; raw mode and resizes only with a pty. */
export async function attachTerminal(
  session: AttachedSession,
  {stdin, stdout}: Terminal,
  options: {tty: boolean; resize: (size: TerminalSize) => void},
): Promise<SessionEnd> {
  const {stream} = session;
  let end: SessionEnd = 'ended';
  const leave = () => {
    end = 'left';
    stream.destroy();
  };
  const onResize = () => options.resize({columns: stdout.columns, rows: stdout.rows});
  const onKeys = countLeavePresses(leave);
  if (options.tty) {
    stdin.setRawMode(true);
    stdin.on('data', onKeys);
    stdout.on('resize', onResize);
  }
  // `dyno run yes | head -1`: the reader has what it wanted.
  stdout.on('error', leave).on('close', leave);
  stdin.pipe(stream);
  stream.pipe(stdout, {end: false});
  try {
    await Promise.race([once(stream, 'end'), once(stream, 'close')]);
    return end;
  } catch (error) {
    throw new DynoError(
      'unavailable',
      {message: 'The connection to the dyno is lost; its processes get SIGHUP.'},
      error,
    );
  } finally {
    stdin.unpipe(stream);
    stdin.off('data', onKeys);
    stdout.off('resize', onResize).off('error', leave).off('close', leave);
    if (options.tty) stdin.setRawMode(false);
    stdin.pause();
    stream.destroy();
  }
}

function countLeavePresses(leave: () => void): (keys: Buffer) => void {
  let presses: number[] = [];
  return (keys) => {
    if (!keys.includes(3)) return;
    const now = Date.now();
    presses = [...presses.filter((time) => now - time < 1000), now];
    if (presses.length >= LEAVE_PRESSES) leave();
  };
}
