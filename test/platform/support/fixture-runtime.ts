import {mkdirSync, rmSync} from 'node:fs';
import {createServer} from 'node:http';
import type {IncomingMessage, Server, ServerResponse} from 'node:http';
import {dirname} from 'node:path';
import type {Duplex} from 'node:stream';
import type {DrainStatus} from '../../../src/model/drain.js';
import type {AppSpec, RuntimeSpec} from '../../../src/model/spec.js';
import {formatLogEntry} from '../../../src/model/log.js';
import type {LogEntry} from '../../../src/model/log.js';
import {logForms} from '../../../src/model/log-form.js';
import type {LogFormName} from '../../../src/model/log-form.js';
import {encodeLogChunk} from '../../../src/runtime/log-chunks.js';
import type {DynoInfo, EngineImage, LogRecord, OneOffRequest} from '../../../src/runtime/protocol.js';

export interface Received {
  method: string;
  path: string;
  body: unknown;
}

const built = (size: number, procfile: string | null = null) => ({
  image: `image-${crypto.randomUUID()}`,
  size,
  procfile,
  defaultTypes: {},
  detected: null,
});

/**
 * A runtime for tests of the platform: it speaks src/runtime/protocol.ts over a real unix socket, records what it got,
 * shows one up dyno per quantity of its spec, and runs nothing.
 */
export class FixtureRuntime {
  readonly received: Received[] = [];
  spec: RuntimeSpec | null = null;
  readonly apps = new Map<string, AppSpec>();
  readonly logs = new Map<string, LogRecord[]>();
  readonly oneOffs = new Map<string, DynoInfo[]>();
  /** exit status and output of the next release phases */
  releasePhase: {status: number; output: string; wait?: Promise<void>} = {status: 0, output: 'migrated\n'};
  /** release images of its engine; that they were removed is in `received` */
  images: EngineImage[] = [];
  spacesHold = true;
  hasDirectAddress = true;
  /** whether its engine refuses a subnet */
  isTaken: (subnet: string) => boolean = () => false;
  /** whether histories break off from now on, as when it dies */
  breaksLogs = false;
  /** removals of what other spaces left that fail from now on */
  failingRemovals = 0;
  /** called when it has ended because it was asked to */
  onShutdown: () => void = () => undefined;
  version: string;
  readonly #server: Server;
  readonly #socketPath: string;
  readonly #sockets = new Set<Duplex>();
  readonly #waiting = new Set<() => void>();
  readonly #tails = new Set<ServerResponse>();
  #dynoIds = new Map<string, string>();

  constructor(socketPath: string, version: string) {
    this.#socketPath = socketPath;
    this.version = version;
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.#server.on('upgrade', (request: IncomingMessage, socket: Duplex) => this.#upgrade(request, socket));
  }

  async listen(): Promise<void> {
    mkdirSync(dirname(this.#socketPath), {recursive: true});
    rmSync(this.#socketPath, {force: true});
    await new Promise<void>((resolve) => this.#server.listen(this.#socketPath, resolve));
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  app(name: string): AppSpec | undefined {
    return [...this.apps.values()].find((app) => app.name === name);
  }

  lines(name: string): string[] {
    const app = this.app(name);
    return (this.logs.get(app?.id ?? '') ?? []).map(formatLogEntry);
  }

  calls(method: string, pattern: RegExp): Received[] {
    return this.received.filter((call) => call.method === method && pattern.test(call.path));
  }

  dynosOf(appId: string): DynoInfo[] {
    const app = this.apps.get(appId);
    const formation = Object.entries(app?.release ? app.formation : {}).flatMap(([type, {quantity, size, command}]) =>
      Array.from({length: quantity}, (_, index) => this.#dyno(app!, `${type}.${index + 1}`, type, size, command)),
    );
    return [...formation, ...(this.oneOffs.get(appId) ?? [])];
  }

  #dyno(app: AppSpec, name: string, type: string, size: string, command: string): DynoInfo {
    const key = `${app.id}/${name}`;
    if (!this.#dynoIds.has(key)) this.#dynoIds.set(key, crypto.randomUUID());
    const at = '2026-11-22T06:17:02.000Z';
    return {
      id: this.#dynoIds.get(key)!,
      name,
      type,
      kind: 'formation',
      state: 'up',
      command,
      size,
      release: app.release!.version,
      createdAt: at,
      updatedAt: at,
      address: '10.0.1.130',
    };
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const {method = '', url = ''} = request;
    const text = await readText(request);
    const body: unknown =
      text === '' || !/json/.test(request.headers['content-type'] ?? '') ? undefined : JSON.parse(text);
    const path = url.split('?')[0]!;
    if (path !== '/status' && path !== '/events') this.received.push({method, path: url, body});
    const json = (value: unknown, status = 200) => {
      response.writeHead(status, {'content-type': 'application/json'});
      response.end(value === undefined ? undefined : JSON.stringify(value));
    };
    const [, kind, id = '', verb] = path.split('/');
    if (path === '/status') return json(this.#status());
    if (path === '/visits') {
      return json({version: '1.1', status: 200, reason: 'OK', headers: [['A', 'b']], body: 'aGk=', truncated: false});
    }
    if (path === '/spec') {
      this.spec = body as RuntimeSpec;
      this.apps.clear();
      for (const app of this.spec.apps) this.apps.set(app.id, app);
      return json(undefined, 204);
    }
    if (path === '/events') {
      response.writeHead(200, {'content-type': 'application/x-ndjson'});
      return void response.write('{"kind":"heartbeat"}\n');
    }
    if (path === '/doctor') {
      const subnet = this.spec?.space?.subnet ?? '';
      if (!this.isTaken(subnet)) return json(this.#facts());
      return json({code: 'subnet_taken', details: {subnet, reason: 'taken'}, message: 'taken'}, 503);
    }
    if (kind === 'spaces' && this.failingRemovals-- > 0) {
      return json({code: 'unavailable', details: {message: 'busy'}, message: 'busy'}, 503);
    }
    if (path === '/clock') return json({now: '2026-11-22T06:17:02.000Z', advancedMs: 0});
    if (path === '/chaos') return json(undefined, 202);
    if (path === '/shutdown') {
      json(undefined, 202);
      return void setImmediate(() => void this.close().then(() => this.onShutdown()));
    }
    if (kind === 'images' && method === 'GET') return json(this.images);
    if (kind === 'images' || kind === 'build-cache' || kind === 'spaces') return json(undefined, 204);
    if (kind === 'slugs') return json(built(text.length));
    if (kind === 'builds')
      return void response.end(
        `${JSON.stringify({output: '-----> Built\n'})}\n${JSON.stringify({done: built(1, 'web: node web.js\n')})}\n`,
      );
    if (kind !== 'apps') return json({code: 'not_found', details: {resource: 'path'}, message: path}, 404);
    if (!verb && method === 'PUT') this.apps.set(id, body as AppSpec);
    if (!verb && method === 'DELETE') this.apps.delete(id);
    if (!verb) return json(undefined, 204);
    if (verb === 'dynos' && method === 'GET') return json(this.dynosOf(id));
    if (verb === 'dynos' && path.endsWith('/resize')) return json(undefined, 204);
    if (verb === 'dynos') return json(this.#runOneOff(id, body as OneOffRequest));
    if (verb === 'restart' || verb === 'stop') return json(undefined, 202);
    if (verb === 'drains') return json(this.#drainsOf(id));
    if (verb === 'requests') return json({id: path.split('/').at(-1), events: []});
    if (verb === 'sessions') return json({status: 7});
    if (verb === 'log' && method === 'POST') return json(this.#write(id, body as LogEntry[]), 204);
    if (verb === 'log') return this.#readLog(id, new URLSearchParams(url.split('?')[1]), response);
    if (verb === 'release-phase') return this.#phase(response);
    return json({code: 'not_found', details: {resource: 'path'}, message: path}, 404);
  }

  #status() {
    const {name = 'us', kind = 'common'} = this.spec ?? {};
    const dynos = [...this.apps.keys()].reduce((sum, id) => sum + this.dynosOf(id).length, 0);
    return {
      name,
      kind,
      pid: process.pid,
      version: this.version,
      engine: 'fixture',
      routerUrl: 'http://localhost:1',
      dynos,
      warnings: [],
    };
  }

  #facts() {
    const spaces = this.spacesHold ? {holds: true} : {holds: false, why: 'Start Docker.'};
    const direct = this.hasDirectAddress ? {holds: true} : {holds: false, why: 'Docker is elsewhere.'};
    return {engine: 'fixture', version: '1', abilities: {spaces, 'direct-address': direct}};
  }

  #runOneOff(appId: string, oneOff: OneOffRequest): DynoInfo {
    const at = '2026-11-22T06:17:02.000Z';
    const app = this.apps.get(appId)!;
    const list = this.oneOffs.get(appId) ?? [];
    const {command, size, type, kind} = oneOff;
    const dyno: DynoInfo = {
      ...{id: crypto.randomUUID(), name: `${type}.${4711 + list.length}`, type, kind, state: 'starting', command, size},
      ...{release: app.release!.version, createdAt: at, updatedAt: at},
    };
    this.oneOffs.set(appId, [...list, dyno]);
    return dyno;
  }

  #write(appId: string, entries: LogEntry[]): undefined {
    const list = this.logs.get(appId) ?? [];
    for (const entry of entries) list.push({...entry, id: String(list.length + 1)});
    this.logs.set(appId, list);
    for (const wake of [...this.#waiting]) wake();
  }

  /** Says something in an app's log. */
  say(name: string, message: string): void {
    this.#write(this.app(name)!.id, [
      {time: Date.UTC(2026, 10, 22, 6, 17, 2), source: 'app', process: 'web.1', message, pri: 190},
    ]);
  }

  /** Ends the connections of all tails, as when it dies. */
  breakTails(): void {
    for (const response of this.#tails) response.destroy();
  }

  #drainsOf(appId: string): DrainStatus[] {
    const counts = {state: 'idle', delivered: 0, dropped: 0, buffered: 0} as const;
    return (this.apps.get(appId)?.drains ?? []).map((drain) => ({...drain, ...counts}));
  }

  #readLog(appId: string, query: URLSearchParams, response: ServerResponse): void {
    response.writeHead(200, {'content-type': 'application/octet-stream'});
    response.flushHeaders();
    let sent = Number(query.get('after') ?? 0);
    const {line} = logForms[query.get('form') as LogFormName];
    const send = () => {
      const list = this.logs.get(appId) ?? [];
      for (const record of list.slice(sent)) {
        const text = Buffer.from(line(Number(record.id), formatLogEntry(record)));
        response.write(encodeLogChunk({lastId: record.id, text}));
      }
      sent = Math.max(sent, list.length);
    };
    send();
    if (this.breaksLogs) return void setImmediate(() => response.destroy());
    if (query.get('tail') !== 'true') return void response.end();
    this.#waiting.add(send);
    this.#tails.add(response);
    response.once('close', () => {
      this.#waiting.delete(send);
      this.#tails.delete(response);
    });
  }

  async #phase(response: ServerResponse): Promise<void> {
    const {status, output, wait} = this.releasePhase;
    response.writeHead(200, {'content-type': 'application/x-ndjson'});
    response.write(`${JSON.stringify({output})}\n`);
    await wait;
    response.end(`${JSON.stringify({done: {status}})}\n`);
  }

  /** Echoes what the client of a terminal says. */
  #upgrade(request: IncomingMessage, socket: Duplex): void {
    this.received.push({method: 'UPGRADE', path: request.url ?? '', body: request.headers['dyno-exec']});
    socket.on('error', () => socket.destroy());
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: dyno-session\r\ndyno-session: s-1\r\n\r\n',
    );
    socket.write('hello\n');
    socket.pipe(socket);
    // As a terminal does with the end of its input.
    socket.on('data', (chunk: Buffer) => void (chunk.includes(4) && socket.end()));
  }
}

async function readText(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
