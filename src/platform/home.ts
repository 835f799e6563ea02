import {randomBytes} from 'node:crypto';
import {chmodSync, existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
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
    if (!existsSync(home.token)) writeOnce(home.token, `${randomBytes(32).toString('hex')}\n`);
    return readFileSync(home.token, 'utf8').trim();
  } catch (error) {
    const {code, message} = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC') throw new DynoError('disk_full', {path: home.root}, error);
    throw new DynoError('platform_unavailable', {reason: `its home ${home.root} cannot be used: ${message}`}, error);
  }
}

export function writePlatformFile(home: HomeLayout, file: PlatformFile): void {
  writeWhole(home.platformFile, `${JSON.stringify(file)}\n`);
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

/** As writeWhole; of processes that race, one makes it, and all read the same. */
function writeOnce(path: string, text: string): void {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, text, {mode: 0o600});
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, {force: true});
  }
}

/** Appears with all its content, or not at all; readable by its owner only. */
function writeWhole(path: string, text: string): void {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, text, {mode: 0o600});
  renameSync(draft, path);
}
