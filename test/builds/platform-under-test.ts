import {execFile} from 'node:child_process';
import {once} from 'node:events';
import {request} from 'node:http';
import type {IncomingMessage} from 'node:http';
import {join} from 'node:path';
import {text} from 'node:stream/consumers';
import {promisify} from 'node:util';
import {homeLayout} from '../../src/model/home-layout.js';
import {commonRouterPorts} from '../../src/model/ports.js';
import {resolvesHost} from '../../src/platform/host-names.js';
import {platformLog} from '../../src/platform/platform-log.js';
import {startPlatform} from '../../src/platform/platform.js';
import {registerDeploys} from '../../src/platform/git/register-deploys.js';
import {runtimeProcesses} from '../../src/platform/runtimes/runtime-process.js';
import {systemClock} from '../../src/platform/system-clock.js';
import {freePortBase} from '../support/free-port.js';
import {tempHome} from '../support/temp-home.js';

type Json = Record<string, unknown>;

/** A platform in this process, its runtimes in processes of their own, in a home and on ports that nobody else has. */
export interface PlatformUnderTest {
  url: string;
  token: string;
  routerPort: number;
  home: string;
  /** what the platform has logged so far */
  log(): string;
  /** Calls the API; answers the JSON, whatever the status. */
  api<T = Json>(method: string, path: string, body?: unknown): Promise<T>;
  createApp(name: string): Promise<void>;
  /** Packs a directory with tar and uploads it; answers the URL for `source_blob`. */
  upload(directory: string): Promise<string>;
  uploadBytes(tgz: Buffer): Promise<string>;
  /** Builds to the end. */
  build(app: string, sourceUrl: string, options?: Json): Promise<{build: Json; output: string}>;
  /** Asks the router for a page of an app until it answers 200. */
  get(app: string, path?: string): Promise<string>;
  close(): Promise<void>;
}

export async function startPlatformUnderTest(engine: 'process' | 'docker'): Promise<PlatformUnderTest> {
  const directory = await tempHome();
  const port = await freePortBase();
  const home = homeLayout(directory.path);
  const lines: string[] = [];
  const env = {...process.env, DYNO_HOME: home.root, DYNO_PORT: String(port), DYNO_ENGINE: engine};
  const platform = await startPlatform({
    home,
    port,
    version: '0.0.0-test',
    clock: systemClock,
    log: platformLog((line) => lines.push(line)),
    processes: runtimeProcesses(home, join(process.cwd(), 'bin/runtime.js'), env),
    resolvesHost,
    parts: [registerDeploys],
  });
  if ('holder' in platform) throw new Error('a new home has a platform already');
  const {context} = platform;
  const url = `http://127.0.0.1:${port}`;
  const routerPort = commonRouterPorts(port, 'us').httpPort;

  const call = (method: string, path: string, body?: unknown) =>
    fetch(`${url}${path}`, {
      method,
      headers: {authorization: `Bearer ${context.token}`, accept: 'application/vnd.heroku+json; version=3'},
      ...(body === undefined ? {} : {body: JSON.stringify(body)}),
    });
  const api = async <T>(method: string, path: string, body?: unknown) =>
    (await (await call(method, path, body)).json()) as T;

  const uploadBytes = async (tgz: Buffer) => {
    const {source_blob: blob} = await api<{source_blob: {put_url: string; get_url: string}}>('POST', '/sources');
    const {status} = await fetch(blob.put_url, {
      method: 'PUT',
      body: new Uint8Array(tgz),
      headers: {'content-type': ''},
    });
    if (status !== 200) throw new Error(`upload: ${status}`);
    return blob.get_url;
  };

  // Not every resolver knows *.localhost.
  const page = async (app: string, path: string) => {
    const options = {host: '127.0.0.1', port: routerPort, path, headers: {host: `${app}.localhost:${routerPort}`}};
    const [response] = (await once(request(options).end(), 'response')) as [IncomingMessage];
    return {status: response.statusCode ?? 0, body: await text(response)};
  };

  return {
    url,
    token: context.token,
    routerPort,
    home: home.root,
    log: () => lines.join(''),
    api,
    createApp: async (name) => {
      const app = await api<{name?: string}>('POST', '/apps', {name});
      if (app.name !== name) throw new Error(JSON.stringify(app));
    },
    uploadBytes,
    upload: async (source) => {
      const options = {encoding: 'buffer', maxBuffer: 1024 ** 3} as const;
      return uploadBytes((await promisify(execFile)('tar', ['-cz', '-C', source, '.'], options)).stdout);
    },
    build: async (app, sourceUrl, options = {}) => {
      const {version, ...more} = options;
      const request = {source_blob: {url: sourceUrl, ...(version ? {version} : {})}, ...more};
      const started = await api<{id: string; output_stream_url?: string}>('POST', `/apps/${app}/builds`, request);
      if (!started.output_stream_url) return {build: started, output: ''};
      const output = await (await fetch(started.output_stream_url)).text();
      return {build: await api('GET', `/apps/${app}/builds/${started.id}`), output};
    },
    get: async (app, path = '/') => {
      let last = '';
      for (let attempt = 0; attempt < 300; attempt++) {
        const {status, body} = await page(app, path).catch((error: Error) => ({status: 0, body: error.message}));
        if (status === 200) return body;
        last = `${status} ${body}`;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      throw new Error(`${app}${path} does not answer: ${last}\n${lines.join('')}`);
    },
    close: async () => {
      for (const {id} of context.store.apps.list()) await call('DELETE', `/apps/${id}`);
      await platform.close('stop');
      await directory.remove();
    },
  };
}
