import {resolve} from 'node:path';
import {Command} from '@oclif/core/command';
import {ExitError} from '@oclif/core/errors';
import type {Api} from '../client/api.js';
import {connectApi, findInstallation, type Installation} from '../client/connect.js';
import {findAnsweringPlatform} from '../client/running-platform.js';
import {DynoError, errors} from '../model/error.js';
import {resolveApp, type LinkPlace} from './app-link.js';
import {checkRemoteName} from './git-remotes.js';
import {loadPalette, plainPalette, wantsColour, type Palette} from './palette.js';
import type {Tell} from './long-progress.js';
import {withProgress} from './progress.js';

/** Columns below which a spinner's line would wrap at each turn. */
const NARROW = 40;

/**
 * What every command is: a view of one call. `run` returns the API's answer, which `--json` prints; `log` prints the
 * text form and is silent under `--json`. Data goes to stdout, everything else to stderr.
 * Exit codes: 0 done, 1 failed, 2 wrong usage.
 */
export abstract class DynoCommand extends Command {
  static override enableJsonFlag = true;

  /** false: a command that asks about the platform and must not start it */
  protected startsPlatform = true;
  protected palette: Palette = plainPalette;
  private connected?: Api;
  private found?: Installation;

  protected get installation(): Installation {
    this.found ??= findInstallation(process.env);
    return this.found;
  }

  protected get api(): Api {
    this.connected ??= connectApi(this.installation, {
      env: process.env,
      version: this.config.version,
      autoStart: this.startsPlatform,
      tell: (text) => this.tell(text),
    });
    return this.connected;
  }

  protected override async init(): Promise<void> {
    await super.init();
    if (wantsColour(process.stdout, process.env, this.argv)) this.palette = await loadPalette();
  }

  /** Of the platform of this installation; undefined when none answers. */
  protected async runningPid(): Promise<number | undefined> {
    return (await findAnsweringPlatform(this.installation.home))?.pid;
  }

  /** @throws DynoError no_app */
  protected appOf(flags: {app?: string; remote?: string}, directory = process.cwd()): string {
    return resolveApp({...flags, env: process.env, directory: resolve(directory), home: this.installation.home.root});
  }

  /** What links this directory, and git's remote in it, to an app. @throws DynoError usage */
  protected linkPlace(remote: string): LinkPlace {
    checkRemoteName(remote);
    const {root, ca} = this.installation.home;
    const program = process.argv[1] ?? this.config.bin;
    return {directory: process.cwd(), home: root, remote, caFile: `${ca}/ca.pem`, program};
  }

  /** `=== title` and the blank line under it */
  protected logHeading(title: string): void {
    this.log(`${this.palette.faint('===')} ${this.palette.heading(title)}\n`);
  }

  protected logLines(lines: readonly string[]): void {
    for (const line of lines) this.log(line);
  }

  /** Output of builds and release commands: data, but under `--json` the answer is. */
  protected readonly output = (text: string): void => {
    (this.jsonEnabled() ? process.stderr : process.stdout).write(text);
  };

  /** A line of progress or warning, on stderr. */
  protected tell(text: string): void {
    process.stderr.write(`${text}\n`);
  }

  protected progress<Result>(
    doing: string,
    work: () => Promise<Result>,
    done?: (result: Result) => string,
  ): Promise<Result> {
    return withProgress(process.stderr, doing, work, done);
  }

  /** For what takes seconds: a spinner on a terminal, the same line elsewhere. */
  protected async longProgress<Result>(
    doing: string,
    work: (tell: Tell) => Promise<Result>,
    done: (result: Result) => string = () => 'done',
  ): Promise<Result> {
    if (!process.stderr.isTTY || process.stderr.columns < NARROW) {
      return this.progress(doing, () => work((text) => this.tell(`\n${text}`)), done);
    }
    const {withSpinner} = await import('./long-progress.js');
    return withSpinner(process.stderr, doing, work, done);
  }

  /** Refuses to go on unless the user names what will be lost; nothing is asked without a terminal. */
  protected async confirm(name: string, given: string | undefined, warning: string): Promise<void> {
    if (given === name) return;
    if (given !== undefined)
      throw new DynoError('usage', {message: `Confirmation ${given} did not match ${name}. Aborted.`});
    if (!process.stdin.isTTY || !process.stderr.isTTY) throw new DynoError('confirmation_required', {name});
    this.tell(` ▸    ${warning}`);
    const {ask} = await import('./ask.js');
    const answer = await ask(` ▸    To proceed, type ${name} or re-run this command with --confirm ${name}\n\n> `);
    if (answer !== name) throw new DynoError('usage', {message: `Confirmation did not match ${name}. Aborted.`});
  }

  protected override async catch(error: Error & {exitCode?: number}): Promise<never> {
    if (!(error instanceof DynoError)) throw error;
    const remedy = error.remedy;
    this.tell(`${this.palette.bad('Error:')} ${error.message}${remedy ? `\n${remedy}` : ''}`);
    if (process.env.DEBUG && error.cause !== undefined) console.error(error.cause);
    throw new ExitError(isUsage(error) ? 2 : 1);
  }

  protected override async finally(error: Error | undefined): Promise<void> {
    this.connected?.close();
    await super.finally(error);
  }
}

const isUsage = (error: DynoError): boolean =>
  errors[error.code].id === 'usage' || error.code === 'confirmation_required' || error.code === 'formation_invalid';
