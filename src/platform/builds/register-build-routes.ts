import type {FastifyInstance} from 'fastify';
import type {PlatformContext} from '../context.js';
import {registerRoute} from '../http/register-route.js';
import type {Route} from '../http/route.js';
import {SchemaChecks} from '../schema/hyper-schema.js';
import {buildRoutes} from './build-routes.js';
import {Builds} from './builds.js';
import {addSlugArchives, slugRoutes} from './slug-routes.js';
import {addSourceArchives, sourceRoutes} from './source-routes.js';

/** Every JSON route of this part, for the server and for the tables that are made of the routes. */
export function allBuildRoutes(builds: Builds): Route[] {
  return [...sourceRoutes(builds.sources), ...buildRoutes(builds), ...slugRoutes];
}

/** Adds sources, builds and slugs to the API. Answers the builds, which git pushes start as well. */
export function registerBuildRoutes(server: FastifyInstance, context: PlatformContext): Builds {
  const builds = new Builds(context);
  const checks = new SchemaChecks();
  for (const route of allBuildRoutes(builds)) registerRoute(server, context, checks, route);
  addSourceArchives(server, context, builds.sources);
  addSlugArchives(server, context);
  context.appEnds.push((app) => builds.forget(app));
  server.addHook('onReady', () => builds.open());
  server.addHook('preClose', () => builds.close());
  return builds;
}
