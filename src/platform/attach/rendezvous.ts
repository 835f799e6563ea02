import {Transform} from 'node:stream';
import type {Duplex} from 'node:stream';
import type {PlatformContext} from '../context.js';
import {openTarget} from './session-io.js';

/** `SECRET?query\r\n`: what a rendezvous client sends first. */
const FIRST_LINE = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(\?[^\r\n]*)?\r?\n/i;

/** End of transmission: the client's word for "my input has ended", with a terminal or without. */
const EOT = 0x04;

/** ms that the connection outlives a dyno whose client has not said anything yet */
const GRACE_MS = 250;

/** Whether bytes are, or may become, the first line of a rendezvous. */
export function looksLikeRendezvous(bytes: Buffer): boolean {
  return /^[0-9a-f]{8}-/i.test(bytes.subarray(0, 9).toString('latin1'));
}

/**
 * Serves one rendezvous client (platform-api.md 5.2). The client throws away the first chunk it gets, whatever it
 * holds: so our greeting leaves alone, and only then is the dyno's terminal opened.
 */
export async function serveRendezvous(context: PlatformContext, socket: Duplex): Promise<void> {
  const first = await readLine(socket);
  const secret = FIRST_LINE.exec(first.toString('latin1'));
  const target = secret && context.attach.take(secret[1]!);
  if (!target) return void socket.destroy();
  const rest = first.subarray(secret[0].length);
  if (rest.length > 0) socket.unshift(rest);
  await new Promise<void>((resolve) => socket.write('rendezvous\r\n', () => resolve()));
  try {
    const dyno = await openTarget(context, target);
    let heard = false;
    socket.once('data', () => (heard = true));
    socket.on('error', () => dyno.destroy()).on('close', () => dyno.destroy());
    dyno.on('error', () => socket.destroy());
    if (target.hasTerminal) socket.pipe(dyno);
    else socket.pipe(endAtEot()).pipe(dyno);
    dyno.pipe(socket, {end: false});
    // A client whose input has ended says so at once, and breaks when nobody listens any more.
    dyno.once('end', () => setTimeout(() => socket.end(), heard ? 0 : GRACE_MS));
  } catch (error) {
    context.log.error('rendezvous', error);
    socket.end(error instanceof Error ? `${error.message}\r\n` : undefined);
  }
}

/** Without a terminal nothing downstream knows that 0x04 is the end: it is made one. */
function endAtEot(): Transform {
  let ended = false;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (ended) return done();
      const at = chunk.indexOf(EOT);
      if (at < 0) return done(null, chunk);
      ended = true;
      this.push(chunk.subarray(0, at));
      this.push(null);
      done();
    },
    flush: (done) => done(),
  });
}

/** Bytes up to and with the first line's end, and what came along. */
function readLine(socket: Duplex): Promise<Buffer> {
  return new Promise((resolve) => {
    let bytes = Buffer.alloc(0);
    const onData = (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      if (!bytes.includes(0x0a) && bytes.length < 4096) return;
      socket.off('data', onData);
      socket.pause();
      resolve(bytes);
    };
    socket.on('data', onData);
    socket.once('close', () => resolve(bytes));
  });
}
