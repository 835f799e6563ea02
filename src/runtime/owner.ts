import {randomUUID} from 'node:crypto';
import {link, mkdir, readFile, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';

/**
 * Id of this installation, made at first need. Everything made in an engine carries it, so that two installations
 * on one machine (two users, a test beside a developer) never touch each other's dynos.
 */
export async function ownerOf(home: string): Promise<string> {
  const path = join(home, 'owner');
  await mkdir(home, {recursive: true, mode: 0o700});
  const draft = join(home, `owner.${randomUUID()}`);
  await writeFile(draft, `${randomUUID()}\n`, {mode: 0o600});
  try {
    // A link appears whole or not at all: of processes that race, one makes it and all read the same.
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, {force: true});
  }
  return (await readFile(path, 'utf8')).trim();
}
