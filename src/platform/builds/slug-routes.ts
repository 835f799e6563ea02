import {createHmac, timingSafeEqual} from 'node:crypto';
import {createReadStream} from 'node:fs';
import {mkdir, rm} from 'node:fs/promises';
import type {Readable} from 'node:stream';
import type {FastifyInstance} from 'fastify';
import {DynoError} from '../../model/error.js';
import type {PlatformContext} from '../context.js';
import type {Route} from '../http/route.js';
import {route} from '../http/route.js';
import {newId, timestamp} from '../store/identity.js';
import type {Slug} from '../store/slugs.js';
import {slugJson} from './build-json.js';
import {entryPath} from './archive-paths.js';
import {sourceLimits, verifyChecksum} from './find-source.js';
import {inspectSource} from './source-tree.js';
import {addRawBodyRoutes, takeUpload} from './upload.js';
import {readArchive} from './read-archive.js';

interface SlugBody {
  process_types: Record<string, string>;
  buildpack_provided_description?: string | null;
  checksum?: string | null;
  commit?: string | null;
  commit_description?: string | null;
  stack?: string;
}

type BlobParams = {Params: {slug: string; signature: string}};

/** Blob URLs need no token: they are signed with it. */
function signatureOf(context: PlatformContext, slugId: string): string {
  return createHmac('sha256', context.token).update(`slug ${slugId}`).digest('hex');
}

function slugAnswer(context: PlatformContext, slug: Slug): Record<string, unknown> {
  const url = `${context.apiUrl}/slugs/blobs/${slug.id}/${signatureOf(context, slug.id)}`;
  return slugJson(slug, {method: slug.image === null ? 'put' : 'get', url});
}

/**
 * Slugs made elsewhere: POST answers where to put a gzipped tar whose entries start with `./app/`, and after that a
 * release may name the slug (platform-api.md 5.5).
 */
export const slugRoutes: Route[] = [
  route(
    'POST',
    '/apps/:app/slugs',
    {title: 'create a slug', answers: 'slug', status: 201},
    ({context, params, body}) => {
      const {store, clock} = context;
      const app = store.apps.get(params.app!);
      const wanted = body as unknown as SlugBody;
      const now = timestamp(clock.now());
      const slug = store.slugs.insert({
        id: newId(),
        appId: app.id,
        stack: wanted.stack ?? app.buildStack,
        image: null,
        size: null,
        checksum: wanted.checksum ?? null,
        commit: wanted.commit ?? null,
        commitDescription: wanted.commit_description ?? null,
        buildpackDescription: wanted.buildpack_provided_description ?? null,
        processTypes: wanted.process_types,
        createdAt: now,
        updatedAt: now,
      });
      return slugAnswer(context, slug);
    },
  ),

  route('GET', '/apps/:app/slugs/:slug', {title: 'show a slug', answers: 'slug'}, ({context, params}) => {
    const app = context.store.apps.get(params.app!);
    return slugAnswer(context, context.store.slugs.get(app.id, params.slug!));
  }),
];

/** The archive of a slug: PUT imports it into the engine, GET reads it back. */
export function addSlugArchives(server: FastifyInstance, context: PlatformContext): void {
  const {store, runtimes, clock, home} = context;
  const path = '/slugs/blobs/:slug/:signature';

  // Archives lie there only while they are imported: those found were the last platform's.
  server.addHook('onReady', async () => {
    await rm(home.slugs, {recursive: true, force: true});
    await mkdir(home.slugs, {recursive: true, mode: 0o700});
  });

  const find = ({slug: id, signature}: BlobParams['Params']): Slug => {
    const wanted = Buffer.from(signatureOf(context, id));
    const given = Buffer.from(signature);
    const slug = wanted.length === given.length && timingSafeEqual(wanted, given) ? store.slugs.find(id) : undefined;
    if (!slug) throw new DynoError('not_found', {resource: 'slug'});
    return slug;
  };

  server.get<BlobParams>(path, {config: {public: true}}, async (request, reply) => {
    const slug = find(request.params);
    if (slug.image === null) throw new DynoError('not_found', {resource: 'slug'});
    const client = await runtimes.clientFor(store.apps.get(slug.appId));
    return reply.type('application/gzip').send(await client.exportSlug(slug.image));
  });

  const importSlug = async (slug: Slug, archive: string) => {
    await inspectSlug(archive);
    if (slug.checksum) await verifyChecksum(archive, slug.checksum);
    const app = store.apps.get(slug.appId);
    const client = await runtimes.clientFor(app);
    const spec = {id: slug.id, appId: app.id, app: app.name, stack: slug.stack};
    const {image, size, checksum} = await client.importSlug(spec, createReadStream(archive));
    store.slugs.update(slug.id, {image, size, checksum: checksum ?? slug.checksum, updatedAt: timestamp(clock.now())});
  };

  addRawBodyRoutes(server, (scope) => {
    scope.put<BlobParams & {Body: Readable | undefined}>(
      path,
      {config: {public: true}, bodyLimit: sourceLimits.packed},
      async (request, reply) => {
        const slug = find(request.params);
        if (slug.image !== null) throw new DynoError('conflict', {message: 'This slug has its archive already.'});
        const archive = `${home.slugs}/${newId()}.tgz`;
        try {
          await takeUpload(request.body, archive, home.slugs);
          await importSlug(slug, archive);
        } finally {
          await rm(archive, {force: true});
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
