import {execFile, execFileSync} from 'node:child_process';
import {existsSync, mkdirSync, writeFileSync} from 'node:fs';
import {homedir} from 'node:os';
import {delimiter, dirname, join} from 'node:path';
import type {Installation} from '../support/installation.js';

const VERSION = '11.10.0';

export interface Said {
  status: number;
  stdout: string;
  stderr: string;
}

/**
 * Path of the unmodified official CLI: `DYNO_HEROKU_CLI`, else a cache that is filled from the npm registry when
 * `DYNO_COMPAT` asks for it. Null: not here, and nobody asked.
 */
export function findOfficialCli(): string | null {
  const given = process.env.DYNO_HEROKU_CLI;
  if (given) return given;
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'dyno-compat', `heroku-${VERSION}`);
  const program = join(folder, 'node_modules/.bin/heroku');
  if (existsSync(program)) return program;
  if (!process.env.DYNO_COMPAT) return null;
  mkdirSync(folder, {recursive: true});
  writeFileSync(join(folder, 'package.json'), '{"private": true}\n');
  execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', `heroku@${VERSION}`], {cwd: folder});
  return program;
}

/** The official CLI, pointed at an installation by what `dyno env` says, with a home of its own. */
export class OfficialCli {
  readonly #program: string;
  readonly #env: Record<string, string>;
  readonly #directory: string;

  private constructor(program: string, env: Record<string, string>, directory: string) {
    this.#program = program;
    this.#env = env;
    this.#directory = directory;
  }

  static async at(installation: Installation, program: string, directory: string): Promise<OfficialCli> {
    const variables = await installation.json<Record<string, string>>('env');
    const env = {
      PATH: [dirname(program), dirname(process.execPath), process.env.PATH ?? ''].join(delimiter),
      HOME: directory,
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
    return this.#exec(this.#program, words(line), input);
  }

  git(line: string): Promise<Said> {
    return this.#exec('git', words(line), '');
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
