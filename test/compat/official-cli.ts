import type {ChildProcess} from 'node:child_process';
import {execFile, spawn} from 'node:child_process';
import {delimiter, dirname, join} from 'node:path';
import type {Installation} from '../support/installation.js';

export interface Said {
  status: number;
  stdout: string;
  stderr: string;
}

/** The unmodified official CLI, pointed at an installation by what `dyno env` says, with a home of its own. */
export class OfficialCli {
  readonly program: string;
  readonly #env: Record<string, string>;
  readonly #directory: string;

  private constructor(program: string, env: Record<string, string>, directory: string) {
    this.program = program;
    this.#env = env;
    this.#directory = directory;
  }

  static async at(installation: Installation, program: string, directory: string): Promise<OfficialCli> {
    const variables = await installation.json<Record<string, string>>('env');
    const env = {
      PATH: [dirname(program), dirname(process.execPath), process.env.PATH ?? ''].join(delimiter),
      HOME: directory,
      EDITOR: join(directory, 'edit.sh'),
      TERM: 'dumb',
      NO_COLOR: '1',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_TERMINAL_PROMPT: '0',
      ...variables,
    };
    return new OfficialCli(program, env, directory);
  }

  /** `heroku …`, words by spaces; quoted ones stay whole. */
  run(line: string, input = ''): Promise<Said> {
    return this.#exec(this.program, words(line), input);
  }

  git(line: string): Promise<Said> {
    return this.#exec('git', words(line), '');
  }

  /** `heroku …` that goes on until it is killed. */
  start(line: string): ChildProcess {
    return spawn(this.program, words(line), {
      cwd: this.#directory,
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  #exec(program: string, args: string[], input: string): Promise<Said> {
    return new Promise((resolve) => {
      const options = {cwd: this.#directory, env: this.#env, timeout: 120_000, maxBuffer: 16 * 1024 * 1024};
      const child = execFile(program, args, options, (error, stdout, stderr) => {
        const status = error ? (typeof error.code === 'number' ? error.code : 1) : 0;
        resolve({status, stdout, stderr});
      });
      child.stdin!.on('error', () => undefined);
      child.stdin!.end(input);
    });
  }
}

function words(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
}

export const told = ({status, stdout, stderr}: Said): string =>
  `status ${status}\n--- stdout\n${stdout}\n--- stderr\n${stderr}`;
