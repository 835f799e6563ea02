import type {IncomingMessage} from 'node:http';
import {request as httpRequest} from 'node:http';
import type {Duplex} from 'node:stream';
import {connect as connectTls} from 'node:tls';
import {DynoError} from '../model/error.js';
import type {Visit, VisitAnswer} from '../model/visit.js';

/** Bytes of a body that are shown. */
const SHOWN_BYTES = 1 << 20;
/** ms of silence after which a request is given up; the router itself answers H12 and H15 before */
const PATIENCE_MS = 65_000;

/**
 * Makes one request through `connectAs` and answers all that came back.
 *
 * @throws DynoError unavailable: the connection ended without an answer
 */
export async function visit(
  {from, url, method, headers, body}: Visit,
  connectAs: (peer: string, role: 'http' | 'https') => Promise<Duplex>,
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
      });
      request.once('timeout', () => request.destroy(new Error('it does not answer')));
      request.once('error', (error) => reject(noAnswer(url, error)));
      request.once('upgrade', (response) => resolve(answerOf(response, [], false)));
      request.once('response', (response) => {
        readAnswer(response).then(resolve, (error: unknown) => reject(noAnswer(url, error)));
      });
      request.end(body);
    });
  } finally {
    raw.destroy();
  }
}

async function readAnswer(response: IncomingMessage): Promise<VisitAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk.subarray(0, SHOWN_BYTES - bytes));
    bytes += chunk.length;
    if (bytes > SHOWN_BYTES) break;
  }
  return answerOf(response, chunks, bytes > SHOWN_BYTES);
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
