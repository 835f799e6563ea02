import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

export interface TempHome {
  path: string;
  /** Removes the folder. What runs in it must have been stopped. */
  remove(): Promise<void>;
}

/** A new folder to be DYNO_HOME, named by us: what a killed run leaves there, the next one removes. Its path is short: sockets lie below, and theirs may have 107 bytes at most. */
export async function tempHome(): Promise<TempHome> {
  const path = await mkdtemp(join(tmpdir(), `dyno-p${process.pid}-`));
  // A process that is just ending may still write: rm then tries again.
  return {path, remove: () => rm(path, {recursive: true, force: true, maxRetries: 5, retryDelay: 100})};
}
