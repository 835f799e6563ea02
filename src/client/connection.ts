import {Agent, request} from 'node:http';
import type {ClientRequest, IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, RequestOptions} from 'node:http';
import type {Duplex, Readable} from 'node:stream';
import {DynoError} from '../model/error.js';
import {readChunks} from './streams.js';
import {codeOf, unavailable} from './unavailable.js';

export type Method = 'DELETE' | 'GET' | 'PATCH' | 'POST' | 'PUT';

export interface CallOptions {
  /** sent as JSON */
  body?: unknown;
  /** sent as it is */
  payload?: Readable;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

export interface ConnectionOptions {
  /** of the API on 127.0.0.1 */
  port: number;
  /** read at every call: the first start of a platform makes it */
  token: () => string | undefined;
  /** called once, before the first call */
  prepare?: () => Promise<void>;
  /** called once when nothing listens; the call is then tried again */
  revive?: () => Promise<void>;
}

/**
 * Calls to the Platform API. On node:http: undici's import alone costs more than the whole `dyno ps` may
 * (88 ms against 3 ms, measured on Node 20).
 */
export class Connection {
  private readonly agent = new Agent({keepAlive: true});
  private prepared?: Promise<void>;
  private reviving?: Promise<void>;
  private revivals = 0;
  private mayRevive = true;

  constructor(private readonly options: ConnectionOptions) {}

  /** @throws DynoError api for an answer that says no, platform_unavailable for none */
  async call<Body>(method: Method, path: string, options: CallOptions = {}): Promise<Body> {
    const response = await this.open(method, path, options);
    return parseBody(await readText(response), response) as Body;
  }

  /** A whole list, however many pages the API makes of it. */
  async list<Item>(path: string): Promise<Item[]> {
    const items: Item[] = [];
    for (let range = ''; ;) {
      const response = await this.open('GET', path, {headers: range ? {range} : {}});
      items.push(...(parseBody(await readText(response), response) as Item[]));
      range = String(response.headers['next-range'] ?? '');
      if (!range) return items;
    }
  }

  /** The answer's body is the caller's to read; an answer that says no throws as in `call`. */
  async open(method: Method, path: string, options: CallOptions = {}): Promise<IncomingMessage> {
    this.prepared ??= this.options.prepare?.() ?? Promise.resolve();
    await this.prepared;
    const revivals = this.revivals;
    const response = await this.send(method, path, options).catch(async (error: unknown) => {
      if (codeOf(error) !== 'ECONNREFUSED' || !this.options.revive || !this.mayRevive) throw unavailable(error);
      // One start for all calls that found nobody. An upload could not be sent again, and is never the first call.
      if (revivals === this.revivals) await this.revive(this.options.revive);
      return this.send(method, path, options).catch((again: unknown) => Promise.reject(unavailable(again)));
    });
    const status = response.statusCode ?? 0;
    if (status >= 200 && status < 300) return response;
    throw refusal(status, await readText(response));
  }

  /** Streams and uploads come as absolute URLs; those of this API are called here, whatever the name for loopback. */
  async openUrl(method: Method, url: string, options: CallOptions = {}): Promise<IncomingMessage> {
    const {pathname, search, hostname} = new URL(url);
    if (!isLoopback(hostname)) throw new DynoError('unavailable', {message: `${hostname} is not on this machine.`});
    return this.open(method, pathname + search, options);
  }

  /** From now on a platform that was stopped stays so: for what goes on in the background, such as a tail. */
  stopReviving(): void {
    this.mayRevive = false;
  }

  close(): void {
    this.agent.destroy();
  }

  /** Switches to another protocol: raw bytes both ways from then on. */
  async upgrade(
    method: Method,
    path: string,
    protocol: string,
    headers: Record<string, string> = {},
  ): Promise<{stream: Duplex; headers: IncomingHttpHeaders}> {
    const call = this.request(method, path, {...headers, connection: 'Upgrade', upgrade: protocol}, {agent: false});
    call.end();
    return new Promise((resolve, reject) => {
      call.once('upgrade', (response, stream: Duplex, head: Buffer) => {
        if (head.length > 0) stream.unshift(head);
        resolve({stream, headers: response.headers});
      });
      call.once('response', (response) => {
        readText(response).then((text) => reject(refusal(response.statusCode ?? 0, text)), reject);
      });
      call.once('error', (error) => reject(unavailable(error)));
    });
  }

  private revive(start: () => Promise<void>): Promise<void> {
    this.reviving ??= start().finally(() => {
      this.reviving = undefined;
      this.revivals++;
    });
    return this.reviving;
  }

  private send(method: Method, path: string, options: CallOptions): Promise<IncomingMessage> {
    const body = options.body === undefined ? undefined : JSON.stringify(options.body);
    const content =
      body === undefined ? {} : {'content-type': 'application/json', 'content-length': Buffer.byteLength(body)};
    return new Promise((resolve, reject) => {
      const call = this.request(method, path, {...content, ...options.headers}, {signal: options.signal});
      call.on('response', resolve).on('error', reject);
      if (!options.payload) return void call.end(body);
      options.payload.on('error', (error) => call.destroy(error)).pipe(call);
    });
  }

  private request(method: Method, path: string, headers: OutgoingHttpHeaders, options: RequestOptions): ClientRequest {
    const {port} = this.options;
    const token = this.options.token();
    const common = {
      host: `localhost:${port}`,
      accept: 'application/vnd.heroku+json; version=3.sdk',
      ...(token ? {authorization: `Bearer ${token}`} : {}),
    };
    return request({
      agent: this.agent,
      host: '127.0.0.1',
      port,
      method,
      path,
      headers: {...common, ...headers},
      ...options,
    });
  }
}

export async function readText(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of readChunks(stream)) text += chunk;
  return text;
}

function parseBody(text: string, {headers}: {headers: IncomingHttpHeaders}): unknown {
  if (text === '') return {};
  if (/json/.test(headers['content-type'] ?? '')) return JSON.parse(text);
  throw new DynoError('platform_unavailable', {reason: 'what answers on its port is not the platform'});
}

function refusal(status: number, text: string): DynoError {
  const body = tryParse(text);
  if (typeof body?.message !== 'string') {
    return new DynoError('platform_unavailable', {reason: `it answered ${status} without a message`});
  }
  if (status === 401) return new DynoError('unauthorized');
  const {id, message, remedy} = body as {id?: string; message: string; remedy?: string};
  return new DynoError('api', {status, id: id ?? 'error', message, remedy: remedy ?? ''});
}

function tryParse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host.endsWith('.localhost') || host === '127.0.0.1' || host === '[::1]';
