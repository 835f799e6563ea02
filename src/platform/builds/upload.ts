import {mkdir, readdir, rename, rm} from 'node:fs/promises';
import type {Readable} from 'node:stream';
import type {FastifyInstance} from 'fastify';
import {DynoError} from '../../model/error.js';
import {newId} from '../store/identity.js';
import {store} from './download.js';
import {sourceLimits} from './find-source.js';

/** Routes whose body is a stream, whatever its content type says. */
export function addRawBodyRoutes(server: FastifyInstance, addRoutes: (scope: FastifyInstance) => void): void {
  void server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    // The official CLI sends an empty one, which fastify would refuse.
    scope.addHook('onRequest', async ({raw}) => {
      raw.headers['content-type'] ||= 'application/octet-stream';
    });
    addRoutes(scope);
  });
}

/** Removes what there is of uploads that the last platform did not see the end of. */
export async function removeParts(folder: string): Promise<void> {
  for (const name of await readdir(folder)) if (name.endsWith('.part')) await rm(`${folder}/${name}`, {force: true});
}

/** Bytes stored at `path`; a broken upload leaves what was there before. @throws DynoError slug_invalid, disk_full */
export async function takeUpload(body: Readable | undefined, path: string, folder: string): Promise<number> {
  if (!body || typeof body.pipe !== 'function') throw new DynoError('slug_invalid', {reason: 'there is nothing in it'});
  await mkdir(folder, {recursive: true, mode: 0o700});
  const part = `${path}.${newId()}.part`;
  try {
    const size = await store(body, part, sourceLimits.packed);
    await rename(part, path);
    return size;
  } finally {
    await rm(part, {force: true});
  }
}
