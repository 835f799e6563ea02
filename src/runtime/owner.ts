import {randomUUID} from 'node:crypto';
import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {writeOnce} from '../files/write-once.js';

/**
 * Id of this installation, made at first need. Everything made in an engine carries it, so that two installations
 * on one machine (two users, a test beside a developer) never touch each other's dynos.
 */
export function ownerOf(home: string): string {
  mkdirSync(home, {recursive: true, mode: 0o700});
  return writeOnce(join(home, 'owner'), `${randomUUID()}\n`).trim();
}
