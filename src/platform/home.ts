import {randomBytes} from 'node:crypto';
import {chmodSync, existsSync, mkdirSync, readFileSync, rmSync} from 'node:fs';
import {writeOnce} from '../files/write-once.js';
import {writeWhole} from '../files/write-whole.js';
import {DynoError} from '../model/error.js';
import type {HomeLayout} from '../model/home-layout.js';

/** What platform.json says of the platform that runs. */
export interface PlatformFile {
  pid: number;
  version: string;
  port: number;
  startedAt: string;
}

/** Makes the folders of a home, for its owner only, and the token at the first start; answers the token. */
export function prepareHome(home: HomeLayout): string {
  try {
    mkdirSync(home.root, {recursive: true, mode: 0o700});
    chmodSync(home.root, 0o700);
    for (const folder of [home.runtimes, home.sources, home.slugs, home.cache]) {
      mkdirSync(folder, {recursive: true, mode: 0o700});
    }
    const found = existsSync(home.token) ? readFileSync(home.token, 'utf8') : null;
    return (found ?? writeOnce(home.token, `${randomBytes(32).toString('hex')}\n`)).trim();
  } catch (error) {
    const {code, message} = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC') throw new DynoError('disk_full', {path: home.root}, error);
    throw new DynoError('platform_unavailable', {reason: `its home ${home.root} cannot be used: ${message}`}, error);
  }
}

export function writePlatformFile(home: HomeLayout, file: PlatformFile): void {
  writeWhole(home.platformFile, `${JSON.stringify(file)}\n`, 0o600);
}

/** Only when it is this process's. */
export function removePlatformFile(home: HomeLayout): void {
  try {
    const {pid} = JSON.parse(readFileSync(home.platformFile, 'utf8')) as PlatformFile;
    if (pid === process.pid) rmSync(home.platformFile, {force: true});
  } catch {
    // Not there, or nobody's.
  }
}
