import {cpSync, existsSync, mkdtempSync, rmSync} from 'node:fs';
import {once} from 'node:events';
import {request} from 'node:http';
import type {IncomingMessage} from 'node:http';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {HomeLayout} from '../../../src/model/home-layout.js';
import {homeLayout} from '../../../src/model/home-layout.js';
import type {RegisterRoutes} from '../../../src/platform/context.js';
import type {Platform} from '../../../src/platform/platform.js';
import {startPlatform} from '../../../src/platform/platform.js';
import type {RuntimeProcesses} from '../../../src/platform/runtimes/runtime-process.js';
import {systemClock} from '../../../src/platform/system-clock.js';
import {FixtureRuntime} from './fixture-runtime.js';

// Bodies are JSON of any shape: tests say what they expect of them.
/* eslint-disable @typescript-eslint/no-explicit-any */

export interface Answer {
  status: number;
  headers: Headers;
  /** parsed when it is JSON */
  body: any;
}

export interface CallOptions {
  body?: unknown;
  headers?: Record<string, string>;
  /** null: none */
  token?: string | null;
}

const sharedAuthority = join(tmpdir(), `dyno-test-authority-${process.pid}`);
process.once('exit', () => rmSync(sharedAuthority, {recursive: true, force: true}));

/** A real platform in a home of its own, with fixture runtimes in place of runtime processes. */
export class TestPlatform {
  readonly home: HomeLayout;
  readonly port: number;
  readonly runtimes = new Map<string, FixtureRuntime>();
  readonly logged: string[] = [];
  /** whether the engines of new runtimes refuse a subnet */
  isTaken: (subnet: string) => boolean = () => false;
  readonly #parts: readonly RegisterRoutes[];
  #platform: Platform | undefined;

  private constructor(port: number, parts: readonly RegisterRoutes[]) {
    this.home = homeLayout(mkdtempSync(join(tmpdir(), 'dyno-platform-')));
    this.port = port;
    this.#parts = parts;
  }

  static async start(parts: readonly RegisterRoutes[] = []): Promise<TestPlatform> {
    const platform = new TestPlatform(await freePort(), parts);
    await platform.start();
    return platform;
  }

  async start(version = '1.0.0'): Promise<void> {
    // Making a certificate authority takes as long as all the rest.
    if (existsSync(sharedAuthority)) cpSync(sharedAuthority, this.home.ca, {recursive: true});
    const started = await startPlatform({
      home: this.home,
      port: this.port,
      version,
      clock: systemClock,
      log: {
        info: (message) => void this.logged.push(message),
        error: (message, error) => void this.logged.push(`${message}: ${(error as Error)?.stack ?? error}`),
      },
      processes: this.#processes(version),
      resolvesHost: (host) => Promise.resolve(!host.endsWith('.invalid')),
      parts: this.#parts,
    });
    if ('holder' in started) throw new Error(`the platform runs already, as ${started.holder}`);
    this.#platform = started;
    if (!existsSync(sharedAuthority)) cpSync(this.home.ca, sharedAuthority, {recursive: true});
  }

  /** Ends the platform; its runtimes go on. */
  async stop(): Promise<void> {
    await this.#platform?.close();
    this.#platform = undefined;
  }

  async close(): Promise<void> {
    await this.stop();
    for (const runtime of this.runtimes.values()) await runtime.close();
    rmSync(this.home.root, {recursive: true, force: true});
  }

  get running(): Platform {
    return this.#platform!;
  }

  get us(): FixtureRuntime {
    return this.runtimes.get('us')!;
  }

  async call(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    const token = options.token === undefined ? this.running.context.token : options.token;
    const body =
      options.body === undefined || typeof options.body === 'string' ? options.body : JSON.stringify(options.body);
    const headers = {
      host: `localhost:${this.port}`,
      accept: 'application/vnd.heroku+json; version=3',
      ...(token === null ? {} : {authorization: `Bearer ${token}`}),
      ...(body === undefined ? {} : {'content-type': 'application/json', 'content-length': Buffer.byteLength(body)}),
      ...options.headers,
    };
    // A connection each: the platform stops and starts within a test.
    const call = request({host: '127.0.0.1', port: this.port, method, path, headers, agent: false});
    call.end(body);
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) text += chunk;
    const isJson = /json/.test(response.headers['content-type'] ?? '') && text !== '';
    return {
      status: response.statusCode!,
      headers: new Headers(response.headers as Record<string, string>),
      body: isJson ? JSON.parse(text) : text,
    };
  }

  /** The body of a call that has to succeed. */
  async ok(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<any> {
    const answer = await this.call(method, path, {
      ...(body === undefined ? {} : {body}),
      ...(headers ? {headers} : {}),
    });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** An app with code: types by command. */
  async appWithCode(name: string, processTypes: Record<string, string>): Promise<void> {
    await this.ok('POST', '/apps', {name});
    await this.deploy(name, processTypes);
    // From now on the runtime hears of every change before the answer is sent.
    const {store, runtimes} = this.running.context;
    await runtimes.clientFor(store.apps.get(name));
  }

  /** What a finished build does. */
  async deploy(name: string, processTypes: Record<string, string>): Promise<void> {
    const {store, releases} = this.running.context;
    const built = {
      image: `image-${crypto.randomUUID()}`,
      size: 1000,
      processTypes,
      stack: 'heroku-24',
      commit: '71c09b0612',
    };
    const {done} = releases.createFromBuild(store.apps.get(name), built, {description: 'Deploy 71c09b06'});
    await done;
  }

  #processes(version: string): RuntimeProcesses {
    return {
      start: ({name}) => {
        const runtime = new FixtureRuntime(this.home.runtime(name).socket, version);
        runtime.isTaken = (subnet) => this.isTaken(subnet);
        runtime.onShutdown = () => {
          if (this.runtimes.get(name) === runtime) this.runtimes.delete(name);
        };
        this.runtimes.set(name, runtime);
        void runtime.listen();
      },
      pidOf: (name) => (this.runtimes.has(name) ? process.pid : null),
      kill: (name) => void this.runtimes.delete(name),
      lastWords: () => '',
    };
  }
}

/** Two free ports in a row are not needed: fixture runtimes route nothing. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const {port} = server.address() as {port: number};
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}
