import type {FastifyInstance} from 'fastify';
import {registerBuildRoutes} from '../builds/register-build-routes.js';
import type {PlatformContext} from '../context.js';
import {registerGitRoutes} from './git-routes.js';

/** All ways in which code arrives: builds and slugs through the API, pushes through git. */
export function registerDeploys(server: FastifyInstance, context: PlatformContext): void {
  registerGitRoutes(server, context, registerBuildRoutes(server, context));
}
