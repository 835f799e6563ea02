import {createReadStream} from 'node:fs';
import {mkdir, rename, rm, stat} from 'node:fs/promises';
import type {Readable} from 'node:stream';
import type {FastifyInstance, FastifyReply} from 'fastify';
import {DynoError} from '../../model/error.js';
import type {PlatformContext} from '../context.js';
import {newId, timestamp} from '../store/identity.js';
import {store as storeStream} from './download.js';
import {SOURCE_PATH, sourceFile, sourceLimits} from './find-source.js';
import type {SourceRows} from './source-rows.js';

/** ms that an uploaded source is kept; a build that began keeps its own copy */
const KEPT_MS = 24 * 60 * 60 * 1000;

/**
 * Sources: `POST /sources` answers URLs that need no token, because their secret is in them. A PUT takes a gzipped tar
 * of any content type, or none, and streams it to disk (platform-api.md 5.5).
 */
export function addSourceRoutes(server: FastifyInstance, context: PlatformContext, sources: SourceRows): void {
  const folder = context.home.sources;

  const create = async (reply: FastifyReply) => {
    await removeOld();
    const source = sources.insert(newId(), timestamp(context.clock.now()));
    const url = `${context.apiUrl}${SOURCE_PATH}${source.secret}`;
    return reply.code(201).send({source_blob: {get_url: url, put_url: url}});
  };

  const removeOld = async () => {
    for (const source of sources.listBefore(timestamp(context.clock.now() - KEPT_MS))) {
      await rm(sourceFile(folder, source.id), {force: true});
      sources.delete(source.id);
    }
  };

  server.post('/sources', (_request, reply) => create(reply));
  server.post<{Params: {app: string}}>('/apps/:app/sources', (request, reply) => {
    context.store.apps.get(request.params.app);
    return create(reply);
  });

  server.get<{Params: {secret: string}}>(`${SOURCE_PATH}:secret`, {config: {public: true}}, async (request, reply) => {
    const source = find(sources, request.params.secret);
    if (source.size === null) throw new DynoError('not_found', {resource: 'source'});
    reply.header('content-length', source.size).type('application/gzip');
    return reply.send(createReadStream(sourceFile(folder, source.id)));
  });

  withRawBodies(server, (scope) => {
    scope.put<{Params: {secret: string}; Body: Readable | undefined}>(
      `${SOURCE_PATH}:secret`,
      {config: {public: true}, bodyLimit: sourceLimits.packed},
      async (request, reply) => {
        const source = find(sources, request.params.secret);
        const size = await takeUpload(request.body, sourceFile(folder, source.id), folder);
        sources.update(source.id, {size});
        return reply.code(200).send();
      },
    );
  });
}

/** Routes whose body is a stream, whatever its content type says. */
export function withRawBodies(server: FastifyInstance, addRoutes: (scope: FastifyInstance) => void): void {
  void server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    addRoutes(scope);
  });
}

/** Bytes stored at `path`; a broken upload leaves what was there before. */
export async function takeUpload(body: Readable | undefined, path: string, folder: string): Promise<number> {
  if (!body || typeof body.pipe !== 'function') throw new DynoError('slug_invalid', {reason: 'there is nothing in it'});
  await mkdir(folder, {recursive: true, mode: 0o700});
  const part = `${path}.${newId()}.part`;
  try {
    await storeStream(body, part, sourceLimits.packed);
    await rename(part, path);
  } finally {
    await rm(part, {force: true});
  }
  return (await stat(path)).size;
}

function find(sources: SourceRows, secret: string) {
  const source = sources.findBySecret(secret);
  if (!source) throw new DynoError('not_found', {resource: 'source'});
  return source;
}
