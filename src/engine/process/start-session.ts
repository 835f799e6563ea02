import {spawn} from 'node:child_process';
import {constants} from 'node:os';
import {PassThrough} from 'node:stream';
import type {ExecSpec, Session} from '../engine.js';

export interface SessionOptions {
  command: string[];
  cwd: string;
  env: Record<string, string>;
  tty: ExecSpec['tty'];
}

/** A session and the pid of its first process, which leads a process group of its own. */
export type StartedSession = Session & {pid: number};

export async function startSession(options: SessionOptions): Promise<StartedSession> {
  return options.tty ? startOnTerminal(options, options.tty) : startOnPipes(options);
}

async function startOnTerminal(options: SessionOptions, tty: NonNullable<ExecSpec['tty']>): Promise<StartedSession> {
  // Loaded when a terminal is wanted: it brings native code.
  const pty = await import('@lydell/node-pty');
  const [file, ...args] = options.command;
  const terminal = pty.spawn(file!, args, {
    name: tty.term,
    cols: tty.columns,
    rows: tty.rows,
    cwd: options.cwd,
    env: options.env,
    // Bytes, not text: a character may be cut between two chunks.
    encoding: null,
  });
  const output = new PassThrough();
  const input = new PassThrough();
  input.on('data', (chunk: Buffer) => terminal.write(chunk.toString('utf8')));
  terminal.onData((data: string | Buffer) => {
    if (output.write(data)) return;
    terminal.pause();
    output.once('drain', () => terminal.resume());
  });
  const exited = new Promise<number>((resolve) =>
    terminal.onExit(({exitCode, signal}) => {
      output.end();
      resolve(signal ? 128 + signal : exitCode);
    }),
  );
  const resize = (columns: number, rows: number) => {
    terminal.resize(columns, rows);
    return Promise.resolve();
  };
  return {pid: terminal.pid, input, output, resize, exited};
}

function startOnPipes(options: SessionOptions): Promise<StartedSession> {
  const [file, ...args] = options.command;
  const child = spawn(file!, args, {cwd: options.cwd, env: options.env, detached: true, stdio: 'pipe'});
  const output = new PassThrough();
  let open = 2;
  for (const stream of [child.stdout, child.stderr]) {
    stream.pipe(output, {end: false});
    stream.once('close', () => --open === 0 && output.end());
  }
  child.stdin.on('error', () => undefined);
  const exited = new Promise<number>((resolve) =>
    child.once('close', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0))),
  );
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('spawn', () =>
      resolve({pid: child.pid!, input: child.stdin, output, resize: () => Promise.resolve(), exited}),
    );
  });
}
