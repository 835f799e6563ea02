import {mkdir, rename, rm, stat, writeFile} from 'node:fs/promises';
import {DynoError} from '../../model/error.js';
import {KeyedQueue} from '../keyed-queue.js';

/**
 * Bare repositories, one per app, made when first asked for. Their settings come from here with every call, so that
 * nothing of the user's own git configuration matters.
 */
export class Repositories {
  readonly #folder: string;
  readonly #making = new KeyedQueue();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** What GIT_PROJECT_ROOT has to be. */
  get root(): string {
    return this.#folder;
  }

  /** Environment of every git process that works on a repository. */
  get environment(): Record<string, string> {
    const settings = {
      'core.hooksPath': `${this.#folder}/hooks`,
      // What git would do in the background, after its answer, is done by tidy().
      'receive.autogc': 'false',
      'gc.autoDetach': 'false',
      'receive.unpackLimit': '1',
      'receive.advertisePushOptions': 'false',
      'uploadpack.allowFilter': 'true',
    };
    const entries = Object.entries(settings);
    const numbered = entries.flatMap(([name, value], index) => [
      [`GIT_CONFIG_KEY_${index}`, name],
      [`GIT_CONFIG_VALUE_${index}`, value],
    ]);
    return {
      PATH: process.env.PATH ?? '',
      HOME: this.#folder,
      LC_ALL: 'C',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_COUNT: String(entries.length),
      ...Object.fromEntries(numbered),
    };
  }

  /** Makes the folder and the hook, which hands over to a script that each call names. */
  async open(): Promise<void> {
    await mkdir(`${this.#folder}/hooks`, {recursive: true, mode: 0o700});
    const hook = '#!/bin/sh\nexec "$DYNO_NODE" "$DYNO_PRE_RECEIVE"\n';
    await writeFile(`${this.#folder}/hooks/pre-receive`, hook, {mode: 0o700});
  }

  /** Name of the app's repository below the root. HEAD is main, so that a clone checks it out. */
  async ensure(appId: string): Promise<string> {
    const name = `${appId}.git`;
    await this.#making.run(appId, async () => {
      const path = `${this.#folder}/${name}`;
      if (await stat(path).catch(() => null)) return;
      const made = `${path}.new`;
      await rm(made, {recursive: true, force: true});
      await this.#git('init', '--quiet', '--bare', made);
      await this.#git('--git-dir', made, 'symbolic-ref', 'HEAD', 'refs/heads/main');
      await rename(made, path);
    });
    return name;
  }

  /** After a push: packs what has become many, answers the size in bytes. */
  async tidy(appId: string): Promise<number> {
    const path = `${this.#folder}/${appId}.git`;
    await this.#git('--git-dir', path, 'gc', '--auto', '--quiet');
    const counts = await this.#git('--git-dir', path, 'count-objects', '-v');
    const kilobytes = (name: string) => Number(new RegExp(`^${name}: (\\d+)$`, 'm').exec(counts)?.[1] ?? 0);
    return (kilobytes('size') + kilobytes('size-pack')) * 1024;
  }

  async remove(appId: string): Promise<void> {
    await rm(`${this.#folder}/${appId}.git`, {recursive: true, force: true});
  }

  async #git(...args: string[]): Promise<string> {
    const {execa} = await import('execa');
    const result = await execa('git', args, {
      env: this.environment,
      extendEnv: false,
      stdin: 'ignore',
      reject: false,
    });
    if (result.code === 'ENOENT') throw gitMissing();
    if (result.failed) throw new Error(`git ${args.slice(0, 3).join(' ')}: ${result.stderr}`);
    return result.stdout;
  }
}

export function gitMissing(): DynoError {
  return new DynoError('unsupported', {message: 'git is not installed on this machine.'});
}
