import {spawn} from 'node:child_process';
import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Readable} from 'node:stream';
import {setTimeout as delay} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {freePortBase} from '../../support/free-port.js';
import {tempHome, type TempHome} from '../../support/temp-home.js';

export interface LiveResult {
  stdout: string;
  stderr: string;
  exitCode: number | null;
}

export interface RunningCommand {
  ended: Promise<LiveResult>;
  /** how often stdout holds a text by now */
  count: (text: string) => number;
  printed: (text: string, times?: number) => Promise<void>;
  stdout: Readable;
}

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const run = join(root, 'bin/run.js');

/** bin/run.js with an installation of its own, on the process engine; `close` stops all that it started. */
export class LiveCli {
  readonly env: NodeJS.ProcessEnv;

  private constructor(
    readonly home: TempHome,
    readonly port: number,
    readonly directory: string,
  ) {
    const {HEROKU_APP: _app, DYNO_APP: _dynoApp, DEBUG: _debug, ...env} = process.env;
    this.env = {...env, DYNO_HOME: home.path, DYNO_PORT: String(port), DYNO_ENGINE: 'process', NO_COLOR: '1'};
  }

  static async open(): Promise<LiveCli> {
    const directory = await mkdtemp(join(tmpdir(), 'dyno-live-'));
    return new LiveCli(await tempHome(), await freePortBase(), directory);
  }

  dyno(args: string[], options: {input?: string; env?: NodeJS.ProcessEnv} = {}): Promise<LiveResult> {
    return this.start(args, options).ended;
  }

  /** `printed` waits until stdout holds a text more often than `times` says. */
  start(args: string[], options: {input?: string; env?: NodeJS.ProcessEnv} = {}): RunningCommand {
    const child = spawn(process.execPath, [run, ...args], {cwd: this.directory, env: {...this.env, ...options.env}});
    child.stdin.end(options.input ?? '');
    const texts = {stdout: '', stderr: ''};
    child.stdout.on('data', (chunk: Buffer) => (texts.stdout += String(chunk)));
    child.stderr.on('data', (chunk: Buffer) => (texts.stderr += String(chunk)));
    const count = (text: string) => texts.stdout.split(text).length - 1;
    return {
      stdout: child.stdout,
      count,
      printed: async (text, times = 0) => {
        while (count(text) <= times && child.exitCode === null) await delay(50);
        if (count(text) <= times) throw new Error(`it ended without ${text}: ${texts.stdout}${texts.stderr}`);
      },
      ended: new Promise((resolve, reject) => {
        child.on('error', reject).on('close', (exitCode) => resolve({...texts, exitCode}));
      }),
    };
  }

  /** As `dyno`, for commands that must work. */
  async must(...args: string[]): Promise<LiveResult> {
    const result = await this.dyno(args);
    if (result.exitCode === 0) return result;
    const log = await readFile(join(this.home.path, 'platform.log'), 'utf8').catch(() => '');
    throw new Error(`dyno ${args.join(' ')} ended with ${result.exitCode}\n${result.stdout}${result.stderr}\n${log}`);
  }

  async platform(): Promise<{pid: number; version: string; port: number}> {
    return JSON.parse(await readFile(join(this.home.path, 'platform.json'), 'utf8')) as {
      pid: number;
      version: string;
      port: number;
    };
  }

  /** How often a platform began to serve, from its log; the last may still be about to write so. */
  async platformStarts(): Promise<number> {
    const count = async () =>
      (await readFile(join(this.home.path, 'platform.log'), 'utf8')).match(/ serves http:/g)?.length ?? 0;
    for (let tries = 0; tries < 100 && (await count()) === 0; tries++) await delay(100);
    return count();
  }

  async close(): Promise<void> {
    await this.must('platform:stop');
    await this.home.remove();
    await rm(this.directory, {recursive: true, force: true});
  }
}
