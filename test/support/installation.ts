import {execFile} from 'node:child_process';
import {readFile} from 'node:fs/promises';
import {request as httpRequest} from 'node:http';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {freePortBase} from './free-port.js';
import type {TempHome} from './temp-home.js';
import {tempHome} from './temp-home.js';

/** Root of the checkout, seen from dist/test/support. */
export const checkout = fileURLToPath(new URL('../../../', import.meta.url));

export interface Ran {
  status: number;
  stdout: string;
  stderr: string;
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** A whole `dyno` of its own: folder, ports, platform and runtimes, driven by the real command. */
export class Installation {
  readonly home: string;
  readonly port: number;
  readonly engine: 'docker' | 'process';
  readonly #program: string;
  readonly #remove: () => Promise<void>;

  private constructor(home: TempHome, port: number, engine: 'docker' | 'process', program: string) {
    this.home = home.path;
    this.port = port;
    this.engine = engine;
    this.#program = program;
    this.#remove = home.remove;
  }

  /** `program`: path of the command, the checkout's if none is given */
  static async make(engine: 'docker' | 'process', program = join(checkout, 'bin/run.js')): Promise<Installation> {
    return new Installation(await tempHome(), await freePortBase(), engine, program);
  }

  get routerPort(): number {
    return this.port + 10;
  }

  get env(): Record<string, string> {
    return {
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(DYNO|HEROKU)_/.test(name))),
      DYNO_HOME: this.home,
      DYNO_PORT: String(this.port),
      DYNO_ENGINE: this.engine,
    } as Record<string, string>;
  }

  /** Runs `dyno …`; answers with its status, never rejects for it. */
  dyno(...args: string[]): Promise<Ran> {
    return new Promise((resolve) => {
      const options = {cwd: checkout, env: this.env, maxBuffer: 64 * 1024 * 1024};
      execFile(process.execPath, [this.#program, ...args], options, (error, stdout, stderr) => {
        const status = error ? (typeof error.code === 'number' ? error.code : 1) : 0;
        resolve({status, stdout, stderr});
      });
    });
  }

  /** Runs `dyno …`, which must succeed. */
  async ok(...args: string[]): Promise<string> {
    const {status, stdout, stderr} = await this.dyno(...args);
    if (status === 0) return stdout;
    throw new Error(`dyno ${args.join(' ')}: status ${status}\n${stdout}\n${stderr}${await this.#logs()}`);
  }

  async json<T>(...args: string[]): Promise<T> {
    return JSON.parse(await this.ok(...args, '--json')) as T;
  }

  /** One request to the us router, as a client that resolves `<app>.localhost` to loopback. */
  request(app: string, path = '/', headers: Record<string, string> = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const request = httpRequest({
        host: '127.0.0.1',
        port: this.routerPort,
        path,
        agent: false,
        headers: {host: `${app}.localhost:${this.routerPort}`, ...headers},
      });
      request.once('error', reject);
      request.once('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        );
      });
      request.end();
    });
  }

  /** Starts what is not there: `dyno platform` alone only tells. */
  async pidOf(part: 'platform' | 'us' | 'eu'): Promise<number> {
    await this.ok('platform:start');
    const {pid, runtimes} = await this.json<{pid: number; runtimes: {name: string; pid: number}[]}>('platform');
    return part === 'platform' ? pid : (runtimes.find(({name}) => name === part)?.pid ?? 0);
  }

  /** Ends everything, dynos too, and removes the folder. */
  async remove(): Promise<void> {
    // Release images outlive a stop in Docker; what the process engine has lies in the folder.
    const apps = this.engine === 'docker' ? await this.json<{name: string}[]>('apps').catch(() => []) : [];
    for (const {name} of apps) await this.dyno('destroy', name, '--confirm', name);
    await this.dyno('platform:stop');
    await this.#remove();
  }

  async #logs(): Promise<string> {
    const files = ['platform.log', 'runtimes/us/log'];
    const texts = await Promise.all(files.map((file) => readFile(join(this.home, file), 'utf8').catch(() => '')));
    return files.map((file, index) => `\n--- ${file}\n${texts[index]!.slice(-3000)}`).join('');
  }
}
