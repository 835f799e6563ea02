import type {IncomingMessage} from 'node:http';
import {request as httpRequest} from 'node:http';
import type {Duplex} from 'node:stream';
import {connect as connectTls} from 'node:tls';
import {DynoError} from '../model/error.js';
import type {Visit, VisitAnswer} from '../model/visit.js';

/** Bytes of a body that are shown. */
const SHOWN_BYTES = 1 << 20;
/** ms of silence after which a request is given up; the router itself answers before: H20 and H12 together take 105 s */
const PATIENCE_MS = 120_000;
/** ms for which a body is listened to: one without end is shown as far as it came */
const LISTENING_MS = 60_000;

/**
 * Makes one request through `connectAs` and answers all that came back, in `listeningMs` at most once its head is
 * here. Aborted, it ends the request.
 *
 * @throws DynoError unavailable: the connection ended without an answer
 */
export async function visit(
  {from, url, method, headers, body}: Visit,
  connectAs: (peer: string, role: 'http' | 'https') => Promise<Duplex>,
  signal?: AbortSignal,
  listeningMs = LISTENING_MS,
): Promise<VisitAnswer> {
  const {protocol, hostname, host, pathname, search} = new URL(url);
  const secure = protocol === 'https:';
  const raw = await connectAs(from, secure ? 'https' : 'http');
  // Both ends are this runtime's own: there is nobody to be proven.
  const stream = secure ? connectTls({socket: raw, servername: hostname, rejectUnauthorized: false}) : raw;
  const given = headers.some(([name]) => name.toLowerCase() === 'host') ? headers : [['Host', host], ...headers];
  const length = body === undefined ? [] : ['Content-Length', `${Buffer.byteLength(body)}`];
  try {
    return await new Promise<VisitAnswer>((resolve, reject) => {
      const request = httpRequest({
        createConnection: () => stream,
        method,
        path: `${pathname}${search}`,
        headers: [...given.flat(), ...length] as unknown as Record<string, string>,
        timeout: PATIENCE_MS,
        signal,
      });
      request.once('timeout', () => request.destroy(new Error('it does not answer')));
      request.once('error', (error) => reject(noAnswer(url, error)));
      request.once('upgrade', (response) => resolve(answerOf(response, [], false)));
      request.once('response', (response) => {
        readAnswer(response, listeningMs).then(resolve, (error: unknown) => reject(noAnswer(url, error)));
      });
      request.end(body);
    });
  } finally {
    raw.destroy();
  }
}

function readAnswer(response: IncomingMessage, listeningMs: number): Promise<VisitAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let room = SHOWN_BYTES;
    const end = (truncated: boolean) => {
      clearTimeout(timer);
      resolve(answerOf(response, chunks, truncated));
    };
    const timer = setTimeout(() => end(true), listeningMs);
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk.subarray(0, room));
      if (chunk.length > room) end(true);
      room = Math.max(0, room - chunk.length);
    });
    response.once('end', () => end(false));
    response.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}

function answerOf(response: IncomingMessage, chunks: Buffer[], truncated: boolean): VisitAnswer {
  const {rawHeaders} = response;
  const pairs = rawHeaders.flatMap((name, index): [string, string][] =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1]!]] : [],
  );
  return {
    version: response.httpVersion,
    status: response.statusCode ?? 0,
    reason: response.statusMessage ?? '',
    headers: pairs,
    body: Buffer.concat(chunks).toString('base64'),
    truncated,
  };
}

function noAnswer(url: string, cause: unknown): DynoError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new DynoError('unavailable', {message: `${url} gave no answer: ${reason}.`}, cause);
}
