import {lstatSync, mkdirSync} from 'node:fs';

/**
 * Makes sure of a folder that nobody but this user can open, in a place where others may make theirs: a name that can be
 * guessed may have been taken by somebody who waits for us there.
 *
 * @throws Error with what is there instead
 */
export function makeOwnFolder(path: string): void {
  try {
    mkdirSync(path, {mode: 0o700});
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const reason = whyNotOwn(path);
  if (reason) throw new Error(`${path} is to be a folder of this user's alone, but ${reason}. Remove it.`);
}

/** Null for a folder that nobody but this user can open. */
export function whyNotOwn(path: string): string | null {
  const found = lstatSync(path, {throwIfNoEntry: false});
  if (!found) return 'it is not there';
  if (!found.isDirectory()) return 'it is no folder';
  if (process.getuid && found.uid !== process.getuid()) return 'it belongs to another user';
  return found.mode & 0o077 ? 'others can open it' : null;
}
