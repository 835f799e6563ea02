import type {ChildProcess} from 'node:child_process';
import {spawn} from 'node:child_process';
import type {ServerResponse} from 'node:http';
import type {Readable} from 'node:stream';
import {gitMissing} from './repositories.js';

/** bytes of a CGI answer's header */
const HEADER_LIMIT = 64 * 1024;

/**
 * Runs `git http-backend` for one request, streaming both ways, and resolves when it has ended. A client that goes
 * away does not end it: what it does to the repository, and the build in its hook, go on to their end. One that has
 * gone before is as one that sends nothing.
 *
 * @throws DynoError unsupported without git
 */
export async function runHttpBackend(
  env: Record<string, string>,
  body: Readable | null,
  response: ServerResponse,
): Promise<void> {
  const backend = spawn('git', ['http-backend'], {env, stdio: ['pipe', 'pipe', 'ignore']});
  const ended = new Promise<void>((resolve, reject) => {
    backend.once('error', (error: NodeJS.ErrnoException) => reject(error.code === 'ENOENT' ? gitMissing() : error));
    backend.once('close', () => resolve());
  });
  ended.catch(() => undefined);
  // git may answer before it has read everything.
  backend.stdin.on('error', () => undefined);
  // A stream that was destroyed says nothing more, not even that it ends.
  if (body && !body.destroyed) {
    body.pipe(backend.stdin);
    // An upload that breaks off must not look complete.
    body.once('error', () => backend.stdin.destroy());
    body.once('close', () => backend.stdin.end());
  } else {
    backend.stdin.end();
  }
  await answer(backend, response);
  await ended;
}

async function answer(backend: ChildProcess, response: ServerResponse): Promise<void> {
  const stdout = backend.stdout!;
  let header = Buffer.alloc(0);
  let isOpen = !response.destroyed;
  response.once('close', () => (isOpen = false));
  const drained = () =>
    new Promise<void>((resolve) => {
      const done = () => {
        response.off('drain', done).off('close', done);
        resolve();
      };
      response.on('drain', done).on('close', done);
    });

  for await (const chunk of stdout as AsyncIterable<Buffer>) {
    let content = chunk;
    if (!response.headersSent) {
      header = Buffer.concat([header, chunk]);
      const end = header.indexOf('\r\n\r\n');
      if (end === -1) {
        if (header.length > HEADER_LIMIT) break;
        continue;
      }
      const {status, headers} = parseHeader(header.subarray(0, end).toString('latin1'));
      if (isOpen) response.writeHead(status, headers);
      content = header.subarray(end + 4);
    }
    // A closed response is drained all the same, so that git never waits.
    if (isOpen && content.length > 0 && !response.write(content)) await drained();
  }
  if (!isOpen) return;
  if (!response.headersSent) response.writeHead(500, {'Content-Type': 'text/plain'});
  response.end();
}

/** Header of a CGI answer: `Status: 404 Not Found` is the status, 200 without one. */
export function parseHeader(text: string): {status: number; headers: Record<string, string>} {
  const headers: Record<string, string> = {};
  let status = 200;
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon === -1) continue;
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).trim();
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10) || 500;
    else headers[name] = value;
  }
  return {status, headers};
}
