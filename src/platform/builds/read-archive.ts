import {createReadStream} from 'node:fs';
import type {Readable, Writable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {createGunzip} from 'node:zlib';
import tarStream = require('tar-stream');
import {DynoError} from '../../model/error.js';

/** Gets every entry in the order of the archive, and must read its content to the end (or `resume()` it). */
export type OnEntry = (header: tarStream.Header, content: Readable) => Promise<void>;

/**
 * Reads a gzipped tar from disk, one entry at a time.
 *
 * @throws DynoError slug_invalid when it is not one, or breaks off; whatever `onEntry` throws
 */
export async function readArchive(path: string, onEntry: OnEntry): Promise<void> {
  const extract = tarStream.extract();
  let entryError: unknown;
  let entries = 0;
  extract.on('entry', (header, content, next) => {
    entries++;
    // The archive's own error tells; without a listener it would end the process.
    content.on('error', () => undefined);
    // streamx streams, which Node's own functions take as they are.
    onEntry(header, content as unknown as Readable).then(
      () => next(),
      (error: unknown) => {
        entryError ??= error;
        next(error as Error);
      },
    );
  });
  try {
    await pipeline(createReadStream(path), createGunzip(), extract as unknown as Writable);
  } catch (error) {
    if (entryError !== undefined) throw entryError;
    throw unreadable(error);
  }
  if (entries === 0) throw new DynoError('slug_invalid', {reason: 'there is nothing in it'});
}

function unreadable(error: unknown): unknown {
  const {code, message} = error as NodeJS.ErrnoException;
  if (code === 'Z_DATA_ERROR') return new DynoError('slug_invalid', {reason: 'it is not gzip data, or damaged'}, error);
  if (code === 'Z_BUF_ERROR' || /unexpected end/i.test(message)) {
    return new DynoError('slug_invalid', {reason: 'it ends too early'}, error);
  }
  if (/tar header/i.test(message)) return new DynoError('slug_invalid', {reason: 'it is not a tar archive'}, error);
  return error;
}
