import type {IncomingMessage, ServerResponse} from 'node:http';
import type {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {DynoError} from '../model/error.js';
import type {ProgressEvent} from './protocol.js';

/** Bytes of a JSON body: a spec of a thousand apps with their config vars fits. */
const BODY_LIMIT = 256 * 1024 * 1024;

/** One call on the socket. */
export interface ControlCall<Body = undefined> {
  params: Record<string, string>;
  query: Record<string, string>;
  /** JSON; undefined without a body, and for archives, which the route reads from `request` */
  body: Body;
  request: IncomingMessage;
  response: ServerResponse;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

interface ControlRoute {
  method: Method;
  pattern: RegExp;
  names: string[];
  handle: (call: ControlCall<unknown>) => unknown;
}

/**
 * Calls by method and path, `/apps/:app/dynos`. What a route answers becomes the response: nothing 204, `accepted` 202,
 * a `Stream` its bytes, all else JSON; a DynoError its status and `{code, details, message}`. As small as
 * this because every runtime process carries it: a web framework took 9 MB of each (docs/decisions, memory).
 */
export class ControlRoutes {
  readonly #routes: ControlRoute[] = [];

  on<Body = undefined>(method: Method, path: string, handle: (call: ControlCall<Body>) => unknown): void {
    const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name!);
    const pattern = new RegExp(`^${path.replace(/:\w+/g, '([^/]+)')}$`);
    this.#routes.push({method, pattern, names, handle: handle as ControlRoute['handle']});
  }

  /** Answers one request, whatever it is. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const {pathname, searchParams} = new URL(request.url ?? '/', 'http://runtime');
      const found = this.#find(request.method ?? '', pathname);
      if (!found) throw new DynoError('not_found', {resource: 'path'});
      const body = await readBody(request);
      const query = Object.fromEntries(searchParams);
      await send(response, await found.route.handle({...found, query, body, request, response}));
    } catch (error) {
      if (response.headersSent) response.destroy();
      else sendJson(response, statusOf(error), errorBody(error));
    }
  }

  #find(method: string, path: string): {route: ControlRoute; params: Record<string, string>} | undefined {
    for (const route of this.#routes) {
      const match = route.method === method ? route.pattern.exec(path) : null;
      if (!match) continue;
      const values = route.names.map((name, index) => [name, decodeURIComponent(match[index + 1]!)]);
      return {route, params: Object.fromEntries(values) as Record<string, string>};
    }
    return undefined;
  }
}

/** Answer of a route: 202, the work goes on. */
export const accepted = Symbol('accepted');

/** Answer of a route: bytes as they come. The source is destroyed when the client goes away. */
export class Stream {
  constructor(
    readonly type: 'application/x-ndjson' | 'application/gzip' | 'application/octet-stream',
    readonly source: Readable,
  ) {}
}

async function send(response: ServerResponse, answer: unknown): Promise<void> {
  if (answer === undefined) return void response.writeHead(204).end();
  if (answer === accepted) return void response.writeHead(202).end();
  if (answer instanceof Stream) {
    response.writeHead(200, {'content-type': answer.type}).flushHeaders();
    return pipeline(answer.source, response);
  }
  sendJson(response, 200, answer);
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {'content-type': 'application/json', 'content-length': Buffer.byteLength(text)}).end(text);
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  if (!request.headers['content-type']?.startsWith('application/json')) return undefined;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_LIMIT) throw new DynoError('body_too_large');
    chunks.push(chunk);
  }
  if (bytes === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    throw new DynoError('bad_request', {message: 'The body is not valid JSON.'});
  }
}

export const statusOf = (error: unknown): number => (error instanceof DynoError ? error.status : 500);

export function errorBody(error: unknown): NonNullable<ProgressEvent['error']> {
  if (error instanceof DynoError) return {code: error.code, details: error.details, message: error.message};
  return {code: 'internal', details: {}, message: error instanceof Error ? error.message : String(error)};
}
