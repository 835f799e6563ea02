import {randomUUID} from 'node:crypto';
import Fastify = require('fastify');
import type {FastifyInstance} from 'fastify';
import {DynoError} from '../../model/error.js';
import type {PlatformContext, RegisterRoutes} from '../context.js';
import {SchemaChecks} from '../schema/hyper-schema.js';
import type {TokenCheck} from './credentials.js';
import {tokenOf} from './credentials.js';
import {errorBodyOf, toDynoError} from './error-body.js';
import {isServedHost} from './host-check.js';
import {registerRoute} from './register-route.js';
import type {Route} from './route.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** needs no token: the path holds a secret, or the route checks for itself */
    public?: boolean;
  }
}

/** bytes of a JSON body; source archives and slugs are not JSON and have limits of their own */
const BODY_BYTES = 1024 * 1024;
/** what Heroku grants; nobody is refused here (platform-api.md 3) */
const RATE_LIMIT = '4500';
/** characters of a path parameter: a drain's URL, encoded */
const PARAMETER_CHARACTERS = 8192;

export interface ServerOptions {
  context: PlatformContext;
  routes: readonly Route[];
  /** parts with routes of their own, each in a scope of its own */
  parts?: readonly RegisterRoutes[];
  isToken: TokenCheck;
}

/** The HTTP server of the platform. It listens to nothing yet. */
export async function createServer({context, routes, parts = [], isToken}: ServerOptions): Promise<FastifyInstance> {
  const server = Fastify({
    logger: false,
    bodyLimit: BODY_BYTES,
    routerOptions: {maxParamLength: PARAMETER_CHARACTERS, ignoreTrailingSlash: true},
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    // An upload may take as long as it takes.
    requestTimeout: 0,
    keepAliveTimeout: 65_000,
    schemaController: {compilersFactory: {buildValidator: unused, buildSerializer: unused}},
  });
  addHooks(server, context, isToken);
  acceptJson(server);
  const checks = new SchemaChecks();
  for (const route of routes) registerRoute(server, context, checks, route);
  for (const register of parts) await server.register(async (scope) => register(scope, context));
  await server.ready();
  return server;
}

/** Bodies are checked in registerRoute and written by JSON.stringify: fastify need not load what it would do both with. */
const unused = () => () => {
  throw new Error('Routes declare no schema to fastify: theirs is Route.body.');
};

function addHooks(server: FastifyInstance, context: PlatformContext, isToken: TokenCheck): void {
  server.addHook('onRequest', async (request, reply) => {
    reply.header('request-id', randomUUID()).header('ratelimit-remaining', RATE_LIMIT);
    const {host, authorization} = request.headers;
    if (!isServedHost(host, context.port)) throw new DynoError('host_refused', {host: (host ?? '').slice(0, 100)});
    if (request.is404 || request.routeOptions.config.public) return;
    const token = tokenOf(authorization);
    if (token === null || !isToken(token)) throw new DynoError('unauthorized');
  });
  server.setNotFoundHandler(async () => {
    throw new DynoError('endpoint_unknown');
  });
  server.setErrorHandler(async (thrown, request, reply) => {
    const error = toDynoError(thrown);
    if (error.status >= 500) context.log.error(`${request.method} ${request.routeOptions.url ?? '?'}`, thrown);
    if (reply.raw.headersSent) return reply.raw.destroy();
    return reply.code(error.status).header('content-type', 'application/json; charset=utf-8').send(errorBodyOf(error));
  });
}

/** Clients send JSON under many names, and none at all with an empty body. */
function acceptJson(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', {parseAs: 'string'}, (_request, text, done) => {
    if (text.length === 0) return done(null, undefined);
    try {
      done(null, JSON.parse(text as string, withoutPrototype));
    } catch {
      done(new DynoError('bad_request', {message: 'The body is not valid JSON.'}));
    }
  });
}

/** `__proto__` in a body is dropped. */
function withoutPrototype(this: unknown, key: string, value: unknown): unknown {
  return key === '__proto__' ? undefined : value;
}
