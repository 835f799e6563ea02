import {createHash} from 'node:crypto';
import {createReadStream} from 'node:fs';
import {copyFile, link, rm} from 'node:fs/promises';
import {pipeline} from 'node:stream/promises';
import {DynoError} from '../../model/error.js';
import {download} from './download.js';
import type {SourceRows} from './source-rows.js';

/** Where the API takes and gives uploaded sources; what follows is the secret. */
export const SOURCE_PATH = '/sources/blobs/';

/** bytes of a source archive, packed; and unpacked, as Heroku's checkout of HEAD (heroku-behaviour.md 6.6) */
export const sourceLimits = {packed: 1024 ** 3, unpacked: 1024 ** 3};

/** Path of an uploaded source's archive. */
export function sourceFile(folder: string, sourceId: string): string {
  return `${folder}/${sourceId}.tgz`;
}

/** The uploaded archive that a URL means; null when it is not one of ours. @throws DynoError invalid_params */
export function uploadedSource(url: string, folder: string, sources: SourceRows): string | null {
  if (!URL.canParse(url)) throw new DynoError('invalid_params', {message: `source_blob.url is not a URL.`});
  const {protocol, pathname} = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new DynoError('invalid_params', {message: 'source_blob.url must start with http:// or https://.'});
  }
  if (!pathname.startsWith(SOURCE_PATH)) return null;
  const source = sources.findBySecret(pathname.slice(SOURCE_PATH.length));
  if (!source) return null;
  if (source.size === null)
    throw new DynoError('invalid_params', {message: 'Nothing was uploaded to that source yet.'});
  return sourceFile(folder, source.id);
}

/** Removes what was uploaded for a build, where it was; a `file:` URL is somebody's own. */
export async function removeUploaded(url: string, folder: string, sources: SourceRows): Promise<void> {
  const {pathname} = new URL(url);
  const source = pathname.startsWith(SOURCE_PATH)
    ? sources.findBySecret(pathname.slice(SOURCE_PATH.length))
    : undefined;
  if (!source) return;
  sources.delete(source.id);
  await rm(sourceFile(folder, source.id), {force: true});
}

/** Puts a source archive at `path`, as a file of its own name: preparing it leaves the original as it is. */
export async function takeSource(
  from: {file: string} | {url: string},
  path: string,
  signal: AbortSignal,
): Promise<void> {
  if ('url' in from) return download(from.url, path, sourceLimits.packed, signal);
  await link(from.file, path).catch(() => copyFile(from.file, path));
}

/** `SHA256:<hex>`, or the hex alone. @throws DynoError slug_invalid */
export async function verifyChecksum(path: string, checksum: string): Promise<void> {
  const wanted = /^(?:sha256:)?([0-9a-f]{64})$/i.exec(checksum)?.[1]?.toLowerCase();
  if (wanted === undefined)
    throw new DynoError('invalid_params', {message: 'A checksum looks like SHA256:<64 hex digits>.'});
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  const found = hash.digest('hex');
  if (found !== wanted)
    throw new DynoError('slug_invalid', {reason: `its checksum is SHA256:${found}, not the given one`});
}
