import {createWriteStream} from 'node:fs';
import {rename} from 'node:fs/promises';
import type {Readable, Writable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {createGzip} from 'node:zlib';
import tarStream = require('tar-stream');
import {DynoError} from '../../model/error.js';
import {parseProcfile} from '../../model/procfile.js';
import {entryPath, pathBelow} from './archive-paths.js';
import {readArchive} from './read-archive.js';
import type {SourceTree} from './source-tree.js';
import {inspectSource} from './source-tree.js';

/**
 * Makes the archive at `path` what an engine may unpack without a second look: nothing leads out of it, its root is
 * the root of the app, .slugignore is applied. The file is replaced only when that changes something.
 *
 * @throws DynoError slug_invalid, procfile_invalid; the archive is left as it was
 */
export async function prepareSource(path: string, options: {unwrap: boolean; sizeLimit: number}): Promise<SourceTree> {
  const tree = await inspectSource(path, options.unwrap, options.sizeLimit);
  if (tree.texts.Procfile !== undefined) parseProcfile(tree.texts.Procfile);
  if (!tree.plain || tree.root !== '' || tree.texts['.slugignore'] !== undefined) {
    const patterns = tree.texts['.slugignore'];
    await rewrite(
      path,
      tree.root,
      patterns === undefined ? () => false : (await import('./slug-ignore.js')).slugIgnore(patterns),
    );
  }
  return tree;
}

async function rewrite(path: string, root: string, isIgnored: (path: string) => boolean): Promise<void> {
  const pack = tarStream.pack();
  const written = pipeline(
    pack as unknown as Readable,
    createGzip({level: 1}),
    createWriteStream(`${path}.prepared`, {mode: 0o600}),
  );
  // An error on either side ends the other: the pack is destroyed, or the reader sees that it was.
  written.catch(() => pack.destroy());
  try {
    await readArchive(path, async (header, content) => {
      const name = pathBelow(root, entryPath(header.name)!);
      const isDirectory = header.type === 'directory';
      if (name === null || isIgnored(isDirectory ? `${name}/` : name)) {
        content.resume();
        return;
      }
      const linkname = header.type === 'link' ? pathBelow(root, entryPath(header.linkname)!) : header.linkname;
      if (header.type === 'link' && linkname === null) {
        throw new DynoError('slug_invalid', {reason: `link ${header.name} leads out of it`});
      }
      const {mode, mtime, type, size} = header;
      const to = {name, mode: mode & 0o777, mtime, ...(linkname ? {linkname} : {})};
      if (type === 'file' || type === 'contiguous-file') {
        await pipeline(content, pack.entry({...to, type: 'file', size}) as unknown as Writable);
      } else {
        content.resume();
        pack.entry({...to, type});
      }
    });
    pack.finalize();
  } catch (error) {
    pack.destroy(error as Error);
    await written.catch((cause: unknown) => {
      if ((cause as NodeJS.ErrnoException).code === 'ENOSPC') throw new DynoError('disk_full', {path}, cause);
    });
    throw error;
  }
  await written;
  await rename(`${path}.prepared`, path);
}
