import {createReadStream} from 'node:fs';
import {rm} from 'node:fs/promises';
import type {Readable} from 'node:stream';
import type {FastifyInstance} from 'fastify';
import {DynoError} from '../../model/error.js';
import type {PlatformContext} from '../context.js';
import type {Route} from '../http/route.js';
import {route} from '../http/route.js';
import {newId, timestamp} from '../store/identity.js';
import {SOURCE_PATH, sourceFile, sourceLimits} from './find-source.js';
import type {Source, SourceRows} from './source-rows.js';
import {addRawBodyRoutes, removeParts, takeUpload} from './upload.js';

/** ms that an uploaded source is kept, as Heroku's URLs are valid; a build that began has its own copy */
const KEPT_MS = 60 * 60 * 1000;

/** `POST /sources` answers URLs that need no token, because their secret is in them (platform-api.md 5.5). */
export function sourceRoutes(sources: SourceRows): Route[] {
  const create = async (context: PlatformContext) => {
    const now = context.clock.now();
    for (const old of sources.listBefore(timestamp(now - KEPT_MS))) {
      await rm(sourceFile(context.home.sources, old.id), {force: true});
      sources.delete(old.id);
    }
    const source = sources.insert(newId(), timestamp(now));
    const url = `${context.apiUrl}${SOURCE_PATH}${source.secret}`;
    return {source_blob: {get_url: url, put_url: url}};
  };
  return [
    route('POST', '/sources', {title: 'get a place for a source', answers: 'source', status: 201}, ({context}) =>
      create(context),
    ),
    route(
      'POST',
      '/apps/:app/sources',
      {title: 'get a place for a source of an app', answers: 'source', status: 201},
      ({context, params}) => {
        context.store.apps.get(params.app!);
        return create(context);
      },
    ),
  ];
}

/** The archive itself: PUT takes a gzipped tar of any content type, or none, and streams it to disk. */
export function addSourceArchives(server: FastifyInstance, context: PlatformContext, sources: SourceRows): void {
  const folder = context.home.sources;
  server.addHook('onReady', () => removeParts(folder));
  const find = (secret: string): Source => {
    const source = sources.findBySecret(secret);
    if (!source) throw new DynoError('not_found', {resource: 'source'});
    return source;
  };

  server.get<{Params: {secret: string}}>(`${SOURCE_PATH}:secret`, {config: {public: true}}, async (request, reply) => {
    const source = find(request.params.secret);
    if (source.size === null) throw new DynoError('not_found', {resource: 'source'});
    reply.header('content-length', source.size).type('application/gzip');
    return reply.send(createReadStream(sourceFile(folder, source.id)));
  });

  addRawBodyRoutes(server, (scope) => {
    scope.put<{Params: {secret: string}; Body: Readable | undefined}>(
      `${SOURCE_PATH}:secret`,
      {config: {public: true}, bodyLimit: sourceLimits.packed},
      async (request, reply) => {
        const source = find(request.params.secret);
        const size = await takeUpload(request.body, sourceFile(folder, source.id), folder);
        sources.update(source.id, {size});
        return reply.code(200).send();
      },
    );
  });
}
