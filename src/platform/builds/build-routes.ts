import type {FastifyInstance} from 'fastify';
import {DynoError} from '../../model/error.js';
import type {PlatformContext} from '../context.js';
import {buildJson} from './build-json.js';
import type {Builds} from './builds.js';

interface BuildBody {
  source_blob: {url: string; version?: string | null; version_description?: string | null; checksum?: string | null};
  buildpacks?: {url?: string; name?: string}[] | null;
}

const nullable = (type: string) => ({type: [type, 'null'], maxLength: 10_000});

const buildBody = {
  type: 'object',
  required: ['source_blob'],
  properties: {
    source_blob: {
      type: 'object',
      required: ['url'],
      properties: {
        url: {type: 'string', maxLength: 10_000},
        version: nullable('string'),
        version_description: nullable('string'),
        checksum: nullable('string'),
      },
    },
    buildpacks: {
      type: ['array', 'null'],
      maxItems: 100,
      items: {
        type: 'object',
        properties: {url: {type: 'string', maxLength: 10_000}, name: {type: 'string', maxLength: 10_000}},
      },
    },
  },
};

type AppParams = {Params: {app: string}};
type BuildParams = {Params: {app: string; build: string}};

/** Builds and the build cache (platform-api.md 5.5). */
export function addBuildRoutes(server: FastifyInstance, context: PlatformContext, builds: Builds): void {
  const {store, runtimes} = context;

  server.post<AppParams & {Body: BuildBody}>(
    '/apps/:app/builds',
    {schema: {body: buildBody}},
    async (request, reply) => {
      const app = store.apps.get(request.params.app);
      const {source_blob: source, buildpacks} = request.body;
      const {build} = await builds.start(app, {
        source: {url: source.url},
        version: source.version ?? null,
        versionDescription: source.version_description ?? null,
        checksum: source.checksum ?? null,
        buildpacks: buildpacks?.map(buildpackText) ?? null,
      });
      return reply.code(201).send(buildJson(context, build));
    },
  );

  server.get<AppParams>('/apps/:app/builds', (request) => {
    const app = store.apps.get(request.params.app);
    return builds.rows.listOf(app.id).map((build) => buildJson(context, build));
  });

  server.get<BuildParams>('/apps/:app/builds/:build', (request) => {
    const app = store.apps.get(request.params.app);
    return buildJson(context, builds.rows.get(app.id, request.params.build));
  });

  server.delete<BuildParams>('/apps/:app/builds/:build', (request) => {
    const app = store.apps.get(request.params.app);
    const build = builds.rows.get(app.id, request.params.build);
    builds.cancel(build.id);
    return buildJson(context, build);
  });

  server.delete<AppParams>('/apps/:app/build-cache', async (request) => {
    const app = store.apps.get(request.params.app);
    const client = await runtimes.clientFor(app);
    await client.removeBuildCache(app.id);
    return {};
  });
}

function buildpackText(buildpack: {url?: string; name?: string}): string {
  const text = buildpack.url ?? buildpack.name;
  if (text === undefined) throw new DynoError('invalid_params', {message: 'A buildpack needs a url or a name.'});
  return text;
}
