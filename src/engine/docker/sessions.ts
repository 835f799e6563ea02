import type Docker from 'dockerode';
import {type Duplex, PassThrough, type Readable, Writable} from 'node:stream';
import {setTimeout as wait} from 'node:timers/promises';
import type {ExecSpec, Session} from '../engine.js';
import {call, callUnlessGone, isGone} from './connection.js';
import {FrameReader} from './raw-stream.js';

/** Attaches to the terminal or the pipes of a dyno that is created and not started yet, or that waits for a client. */
export async function attach(docker: Docker, id: string): Promise<Duplex> {
  const options = {stream: true, stdin: true, stdout: true, stderr: true, hijack: true};
  return (await call('attach to a dyno', () => docker.getContainer(id).attach(options))) as Duplex;
}

/** The client's side of an attached one-off. */
export function attachedSession(docker: Docker, id: string, stream: Duplex, tty: boolean): Session {
  const container = docker.getContainer(id);
  return {
    input: inputOf(stream),
    output: outputOf(stream, tty),
    resize: async (columns, rows) => {
      await callUnlessGone('resize a terminal', () => container.resize({h: rows, w: columns}));
    },
    exited: statusWhenEnded(stream, async () => {
      const {State} = await container.inspect();
      return State.Running ? null : State.ExitCode;
    }),
  };
}

/** Runs a further command in a dyno, after its profile scripts. */
export async function execSession(docker: Docker, id: string, spec: ExecSpec): Promise<Session> {
  const tty = spec.tty !== null;
  const term = spec.tty ? {TERM: spec.tty.term} : {};
  return call('run a command in a dyno', async () => {
    const exec = await docker.getContainer(id).exec({
      Cmd: ['/.dyno/launch', spec.command],
      Env: Object.entries({...term, ...spec.env}).map(([name, value]) => `${name}=${value}`),
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      Tty: tty,
    });
    const stream = await exec.start({hijack: true, stdin: true, Tty: tty});
    const resize = async (columns: number, rows: number) => {
      await callUnlessGone('resize a terminal', () => exec.resize({h: rows, w: columns}));
    };
    // A short command is through by now: a terminal without a size is no reason to lose what it said.
    if (spec.tty) await resize(spec.tty.columns, spec.tty.rows).catch(() => undefined);
    return {
      input: inputOf(stream),
      output: outputOf(stream, tty),
      resize,
      exited: statusWhenEnded(stream, async () => {
        const {Running, ExitCode} = await exec.inspect();
        return Running || ExitCode === null ? null : ExitCode;
      }),
    };
  });
}

/** Its end is the end of the process' input, not of the connection. */
function inputOf(stream: Duplex): Writable {
  const input = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      // A process that reads no more makes the rest of its input pointless, not wrong.
      if (stream.writable) stream.write(chunk, () => done());
      else done();
    },
    final: (done) => {
      stream.end(() => done());
    },
  });
  stream.on('error', () => undefined);
  return input;
}

function outputOf(stream: Duplex, tty: boolean): Readable {
  const output = new PassThrough();
  const frames = new FrameReader((piece) => {
    if (!output.write(piece)) {
      stream.pause();
      output.once('drain', () => stream.resume());
    }
  });
  stream.on('end', () => output.end());
  stream.on('close', () => output.end());
  if (tty) stream.pipe(output, {end: false});
  else stream.on('data', (chunk: Buffer) => frames.read(chunk));
  return output;
}

/** Asks for the status until there is one, once the stream is over. A process that is gone counts as killed. */
function statusWhenEnded(stream: Duplex, status: () => Promise<number | null>): Promise<number> {
  const over = new Promise<void>((resolve) => {
    for (const event of ['end', 'close', 'error']) stream.once(event, resolve);
  });
  const exited = over.then(async () => {
    for (;;) {
      try {
        const ended = await status();
        if (ended !== null) return ended;
      } catch (error) {
        if (isGone(error)) return 137;
        throw error;
      }
      await wait(30);
    }
  });
  // Not everybody asks.
  exited.catch(() => undefined);
  return exited;
}
