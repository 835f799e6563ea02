import {randomUUID} from 'node:crypto';
import {linkSync, readFileSync, rmSync, writeFileSync} from 'node:fs';

/**
 * Makes a file for its owner only, unless it is there, and answers what it holds. A link appears whole or not at all:
 * of processes that race, one makes it and all read the same.
 */
export function writeOnce(path: string, text: string): string {
  const draft = `${path}.${randomUUID()}`;
  try {
    writeFileSync(draft, text, {mode: 0o600});
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, {force: true});
  }
  return readFileSync(path, 'utf8');
}
