import {mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {Config} from '@oclif/core/config';
import {bareConfig} from '../../../src/cli/known-command.js';
import {FixtureApi} from './fixture-api.js';

export interface CommandClass {
  id: string;
  new (argv: string[], config: Config): {_run(): Promise<unknown>};
}

export interface CommandResult {
  stdout: string;
  stderr: string;
  /** what the program would end with */
  exitCode: number;
}

const root = fileURLToPath(new URL('../../../..', import.meta.url));

/** A directory, an installation and an API of their own for one test; `close` removes all of it. */
export class CommandBench {
  readonly directory = realpathSync(mkdtempSync(join(tmpdir(), 'dyno-cli-test-')));
  readonly home = realpathSync(mkdtempSync(join(tmpdir(), 'dyno-cli-home-')));
  /** beyond DYNO_HOME and DYNO_PORT */
  env: Record<string, string | undefined> = {};

  private constructor(readonly api: FixtureApi) {
    writeFileSync(join(this.home, 'token'), 'a-token\n');
    this.platformRuns(true);
  }

  static async open(): Promise<CommandBench> {
    return new CommandBench(await FixtureApi.start());
  }

  /** The fixture stands for the platform of this home, of this very version, or for none. */
  platformRuns(runs: boolean): void {
    const path = join(this.home, 'platform.json');
    const {version} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {version: string};
    if (runs) writeFileSync(path, JSON.stringify({pid: process.pid, version, port: this.api.port}));
    else rmSync(path, {force: true});
  }

  /** Runs the class as bin/run.js does, in this bench's directory, and compares nothing by itself. */
  async run(command: unknown, ...argv: string[]): Promise<CommandResult> {
    const Command = command as CommandClass;
    const before = {cwd: process.cwd(), env: {...process.env}, exitCode: process.exitCode};
    const clean = {NO_COLOR: '1', TZ: 'UTC', DYNO_APP: undefined, HEROKU_APP: undefined, DEBUG: undefined};
    setEnv({...clean, DYNO_HOME: this.home, DYNO_PORT: String(this.api.port), ...this.env});
    process.chdir(this.directory);
    process.exitCode = undefined;
    const captured = captureOutput();
    let failure: unknown;
    try {
      await new Command(argv, bareConfig(root, Config))._run();
    } catch (error) {
      failure = error;
    } finally {
      captured.release();
      process.chdir(before.cwd);
    }
    const exitCode = failure === undefined ? Number(process.exitCode ?? 0) : exitCodeOf(failure);
    process.exitCode = before.exitCode;
    setEnv({...Object.fromEntries(Object.keys(process.env).map((name) => [name, undefined])), ...before.env});
    if (failure !== undefined && exitCode < 0) throw failure;
    return {stdout: captured.stdout(), stderr: captured.stderr(), exitCode};
  }

  async close(): Promise<void> {
    await this.api.close();
    rmSync(this.directory, {recursive: true, force: true});
    rmSync(this.home, {recursive: true, force: true});
  }
}

function captureOutput() {
  const texts = {stdout: '', stderr: ''};
  const originals = {stdout: process.stdout.write, stderr: process.stderr.write};
  for (const name of ['stdout', 'stderr'] as const) {
    process[name].write = ((text: string | Uint8Array) => {
      texts[name] += typeof text === 'string' ? text : Buffer.from(text).toString();
      return true;
    }) as typeof process.stdout.write;
  }
  return {
    stdout: () => texts.stdout,
    stderr: () => texts.stderr,
    release: () => {
      process.stdout.write = originals.stdout;
      process.stderr.write = originals.stderr;
    },
  };
}

function setEnv(changes: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

/** oclif keeps the exit code in the error; -1 for an error that is none of the CLI's. */
function exitCodeOf(error: unknown): number {
  return (error as {oclif?: {exit?: number}}).oclif?.exit ?? -1;
}
