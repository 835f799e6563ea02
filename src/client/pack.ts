import {accessSync, constants, lstatSync, statSync} from 'node:fs';
import {relative, sep} from 'node:path';
import {PassThrough, type Readable} from 'node:stream';
import {createGzip} from 'node:zlib';
import tar from 'tar-fs';
import {DynoError} from '../model/error.js';
import {IgnoreFiles} from './ignore-files.js';

export interface Packing {
  /** gzipped tar of the directory; destroyed with a DynoError when a file turns out unreadable */
  archive: Readable;
  /** counts what has been packed so far */
  files: number;
  bytes: number;
}

/**
 * Packs a directory as `git archive` would if all of the work tree were committed. Sockets, devices and pipes are left
 * out; symbolic links stay links; owners are not carried.
 *
 * @throws DynoError directory_unreadable
 */
export function packDirectory(directory: string): Packing {
  checkDirectory(directory);
  const ignored = new IgnoreFiles(directory);
  const pack = tar.pack(directory, {
    ignore: (path) => {
      const name = relative(directory, path).split(sep).join('/');
      return name !== '' && ignored.ignores(name, isFolder(path));
    },
    map: (header) => {
      if (header.type === 'file') packing.files++;
      return Object.assign(header, {uid: 0, gid: 0});
    },
    strict: false,
  });
  const archive = new PassThrough();
  const packing: Packing = {archive, files: 0, bytes: 0};
  const fail = (error: Error) => archive.destroy(unreadable(directory, error));
  const gzip = createGzip();
  gzip.on('data', (chunk: Buffer) => (packing.bytes += chunk.length)).on('error', fail);
  pack.on('error', fail).pipe(gzip).pipe(archive);
  // Whoever reads the archive, and be it later, gets the error; until then it has no other listener.
  archive.on('error', () => undefined).on('close', () => pack.destroy());
  return packing;
}

function checkDirectory(directory: string): void {
  try {
    if (!statSync(directory).isDirectory()) {
      throw new DynoError('directory_unreadable', {directory, reason: 'it is not a directory'});
    }
    accessSync(directory, constants.R_OK | constants.X_OK);
  } catch (error) {
    throw error instanceof DynoError ? error : unreadable(directory, error as Error);
  }
}

function unreadable(directory: string, error: NodeJS.ErrnoException): DynoError {
  const reasons: Record<string, string> = {
    ENOENT: `${error.path ?? 'it'} does not exist`,
    EACCES: `permission denied on ${error.path ?? 'it'}`,
  };
  return new DynoError('directory_unreadable', {directory, reason: reasons[error.code ?? ''] ?? error.message}, error);
}

/** False for what is gone or cannot be looked at: reading it will say why. */
function isFolder(path: string): boolean {
  try {
    return lstatSync(path).isDirectory();
  } catch {
    return false;
  }
}
