import {DynoError} from '../../model/error.js';
import type {Route} from '../http/route.js';
import {route} from '../http/route.js';
import {buildJson} from './build-json.js';
import type {Builds} from './builds.js';

interface BuildBody {
  source_blob: {url?: string; version?: string | null; version_description?: string | null; checksum?: string | null};
  buildpacks?: {url?: string; name?: string}[] | null;
}

/** Builds and the build cache (platform-api.md 5.5). Bodies are checked against the published schema. */
export function buildRoutes(builds: Builds): Route[] {
  return [
    route('POST', '/apps/:app/builds', {title: 'build a source', answers: 'build', status: 201}, async (call) => {
      const app = call.context.store.apps.get(call.params.app!);
      const {source_blob: source, buildpacks} = call.body as unknown as BuildBody;
      if (!source.url) throw new DynoError('invalid_params', {message: 'source_blob.url is missing.'});
      const {build} = await builds.start(app, {
        source: {url: source.url},
        version: source.version ?? null,
        versionDescription: source.version_description ?? null,
        checksum: source.checksum ?? null,
        buildpacks: buildpacks?.map(buildpackText) ?? null,
      });
      return buildJson(call.context, build);
    }),

    route(
      'GET',
      '/apps/:app/builds',
      {title: 'list builds', answers: 'build', ranges: ['created_at', 'id']},
      ({context, params}) => {
        const app = context.store.apps.get(params.app!);
        return builds.rows.listOf(app.id).map((build) => buildJson(context, build));
      },
    ),

    route(
      'GET',
      '/pipelines/:pipeline/latest-builds',
      {title: 'newest builds', answers: 'pipeline-build', ranges: ['created_at', 'id']},
      ({context, params}) => {
        const {pipelines} = context.store;
        const {id} = pipelines.get(params.pipeline!);
        return pipelines.couplings.list('pipeline_id = @id', {id}).flatMap(({appId}) => {
          const build = builds.rows.listOf(appId).at(-1);
          return build ? [buildJson(context, build)] : [];
        });
      },
    ),

    route('GET', '/apps/:app/builds/:build', {title: 'show a build', answers: 'build'}, ({context, params}) => {
      const app = context.store.apps.get(params.app!);
      return buildJson(context, builds.rows.get(app.id, params.build!));
    }),

    route('DELETE', '/apps/:app/builds/:build', {title: 'cancel a build', answers: 'build'}, ({context, params}) => {
      const app = context.store.apps.get(params.app!);
      const build = builds.rows.get(app.id, params.build!);
      builds.cancel(build.id);
      return buildJson(context, build);
    }),

    route('DELETE', '/apps/:app/build-cache', {title: 'empty the build cache'}, async ({context, params}) => {
      const app = context.store.apps.get(params.app!);
      if (builds.rows.pending().some(({appId}) => appId === app.id)) {
        throw new DynoError('conflict', {
          message: 'A build of this app is using its cache. Wait for its end, or cancel it.',
        });
      }
      const client = await context.runtimes.clientFor(app);
      await client.removeBuildCache(app.id);
      return {};
    }),
  ];
}

function buildpackText(buildpack: {url?: string; name?: string}): string {
  const text = buildpack.url ?? buildpack.name;
  if (text === undefined) throw new DynoError('invalid_params', {message: 'A buildpack needs a url or a name.'});
  return text;
}
