import {createHmac, timingSafeEqual} from 'node:crypto';
import {createReadStream} from 'node:fs';
import {rm} from 'node:fs/promises';
import type {Readable} from 'node:stream';
import type {FastifyInstance} from 'fastify';
import {DynoError} from '../../model/error.js';
import type {PlatformContext} from '../context.js';
import {newId, timestamp} from '../store/identity.js';
import type {Slug} from '../store/slugs.js';
import {slugJson} from './build-json.js';
import {entryPath} from './archive-paths.js';
import {sourceLimits, verifyChecksum} from './find-source.js';
import {inspectSource} from './source-tree.js';
import {takeUpload, withRawBodies} from './upload-routes.js';
import {readArchive} from './read-archive.js';

interface SlugBody {
  process_types: Record<string, string>;
  buildpack_provided_description?: string | null;
  checksum?: string | null;
  commit?: string | null;
  commit_description?: string | null;
  stack?: string;
}

const text = {type: ['string', 'null'], maxLength: 10_000};

const slugBody = {
  type: 'object',
  required: ['process_types'],
  properties: {
    process_types: {
      type: 'object',
      propertyNames: {pattern: '^[A-Za-z0-9_-]+$'},
      additionalProperties: {type: 'string', minLength: 1, maxLength: 100_000},
    },
    buildpack_provided_description: text,
    checksum: text,
    commit: text,
    commit_description: text,
    stack: {type: 'string', maxLength: 100},
  },
};

type SlugParams = {Params: {app: string; slug: string}};
type BlobParams = {Params: {slug: string; signature: string}};

/**
 * Slugs made elsewhere: `POST` answers where to put a gzipped tar whose entries start with `./app/`; the PUT imports it
 * into the engine, and a release may name the slug from then on (platform-api.md 5.5). Blob URLs need no token: they
 * are signed with it.
 */
export function addSlugRoutes(server: FastifyInstance, context: PlatformContext): void {
  const {store, runtimes, apiUrl, token, clock, home} = context;
  const signatureOf = (slugId: string) => createHmac('sha256', token).update(`slug ${slugId}`).digest('hex');
  const blobUrl = (slug: Slug) => `${apiUrl}/slugs/blobs/${slug.id}/${signatureOf(slug.id)}`;
  const json = (slug: Slug) => slugJson(slug, {method: slug.image === null ? 'put' : 'get', url: blobUrl(slug)});

  const findSigned = ({slug: id, signature}: BlobParams['Params']): Slug => {
    const wanted = Buffer.from(signatureOf(id));
    const given = Buffer.from(signature);
    const slug = wanted.length === given.length && timingSafeEqual(wanted, given) ? store.slugs.find(id) : undefined;
    if (!slug) throw new DynoError('not_found', {resource: 'slug'});
    return slug;
  };

  server.post<{Params: {app: string}; Body: SlugBody}>(
    '/apps/:app/slugs',
    {schema: {body: slugBody}},
    async (request, reply) => {
      const app = store.apps.get(request.params.app);
      const now = timestamp(clock.now());
      const slug = store.slugs.insert({
        id: newId(),
        appId: app.id,
        stack: request.body.stack ?? app.buildStack,
        image: null,
        size: null,
        checksum: request.body.checksum ?? null,
        commit: request.body.commit ?? null,
        commitDescription: request.body.commit_description ?? null,
        buildpackDescription: request.body.buildpack_provided_description ?? null,
        processTypes: request.body.process_types,
        createdAt: now,
        updatedAt: now,
      });
      return reply.code(201).send(json(slug));
    },
  );

  server.get<SlugParams>('/apps/:app/slugs/:slug', (request) => {
    const app = store.apps.get(request.params.app);
    return json(store.slugs.get(app.id, request.params.slug));
  });

  server.get<BlobParams>('/slugs/blobs/:slug/:signature', {config: {public: true}}, async (request, reply) => {
    const slug = findSigned(request.params);
    if (slug.image === null) throw new DynoError('not_found', {resource: 'slug'});
    const client = await runtimes.clientFor(store.apps.get(slug.appId));
    return reply.type('application/gzip').send(await client.exportSlug(slug.image));
  });

  withRawBodies(server, (scope) => {
    scope.put<BlobParams & {Body: Readable | undefined}>(
      '/slugs/blobs/:slug/:signature',
      {config: {public: true}, bodyLimit: sourceLimits.packed},
      async (request, reply) => {
        const slug = findSigned(request.params);
        if (slug.image !== null) throw new DynoError('conflict', {message: 'This slug has its archive already.'});
        const path = `${home.slugs}/${newId()}.tgz`;
        try {
          await takeUpload(request.body, path, home.slugs);
          await inspectSlug(path);
          if (slug.checksum) await verifyChecksum(path, slug.checksum);
          const app = store.apps.get(slug.appId);
          const client = await runtimes.clientFor(app);
          const spec = {id: slug.id, appId: app.id, app: app.name, stack: slug.stack};
          const {image, size, checksum} = await client.importSlug(spec, createReadStream(path));
          const updatedAt = timestamp(clock.now());
          store.slugs.update(slug.id, {image, size, checksum: checksum ?? slug.checksum, updatedAt});
        } finally {
          await rm(path, {force: true});
        }
        return reply.code(200).send();
      },
    );
  });
}

/** @throws DynoError slug_invalid unless everything lies in ./app/ */
async function inspectSlug(path: string): Promise<void> {
  await inspectSource(path, false, 2 * sourceLimits.unpacked);
  await readArchive(path, async (header, content) => {
    content.resume();
    const entry = entryPath(header.name) ?? '';
    if (entry !== '' && entry !== 'app' && !entry.startsWith('app/')) {
      throw new DynoError('slug_invalid', {reason: `${header.name} lies outside of ./app/`});
    }
  });
}
