import type {FastifyInstance} from 'fastify';
import type {PlatformContext} from '../context.js';
import {addBuildRoutes} from './build-routes.js';
import {Builds} from './builds.js';
import {addSlugRoutes} from './slug-routes.js';
import {addSourceRoutes} from './upload-routes.js';

/** Adds sources, builds and slugs to the API. Answers the builds, which git pushes start as well. */
export function registerBuildRoutes(server: FastifyInstance, context: PlatformContext): Builds {
  const builds = new Builds(context);
  addSourceRoutes(server, context, builds.sources);
  addBuildRoutes(server, context, builds);
  addSlugRoutes(server, context);
  server.addHook('onReady', () => builds.open());
  server.addHook('preClose', () => builds.close());
  return builds;
}
