import {lstatSync, readdirSync, readFileSync, readlinkSync} from 'node:fs';
import {join} from 'node:path';
import type {Pack} from 'tar-stream';

/** Adds what is below a folder of this machine to an archive: scripts, not gigabytes. */
export function packTree(archive: Pack, folder: string, name: string, owner: {uid: number; gid: number}): void {
  for (const entry of readdirSync(folder)) {
    const path = join(folder, entry);
    const inside = `${name}/${entry}`;
    const stats = lstatSync(path);
    const mode = stats.mode & 0o777;
    if (stats.isDirectory()) {
      archive.entry({name: inside, type: 'directory', mode: mode | 0o700, ...owner});
      packTree(archive, path, inside, owner);
    } else if (stats.isSymbolicLink()) {
      archive.entry({name: inside, type: 'symlink', linkname: readlinkSync(path), ...owner});
    } else if (stats.isFile()) {
      archive.entry({name: inside, mode, ...owner}, readFileSync(path));
    }
  }
}
