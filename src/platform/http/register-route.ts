import type {FastifyInstance, FastifyReply, FastifyRequest} from 'fastify';
import {DynoError} from '../../model/error.js';
import type {PlatformContext} from '../context.js';
import type {SchemaChecks} from '../schema/hyper-schema.js';
import {PathParameters} from '../schema/path-parameters.js';
import {listOf, variantOf} from './accept.js';
import {etagOf, matchesTag} from './etag.js';
import {pageOf, parseRange} from './ranges.js';
import type {ApiCall, Route} from './route.js';

/** Puts a route on the server: reads the call, checks its path and body, pages and tags its answer. */
export function registerRoute(
  server: FastifyInstance,
  context: PlatformContext,
  checks: SchemaChecks,
  route: Route,
): void {
  context.served.push(route);
  const parameters = new PathParameters(checks, route.method, route.path);
  server.route({
    method: route.method,
    url: route.path,
    config: {public: route.public === true},
    handler: async (request, reply) => {
      const call = readCall(context, request, reply);
      // A range that cannot be read is told before anything happens.
      const range = route.ranges && parseRange(headerOf(request, 'range'), route.ranges);
      checkPath(parameters, call);
      checkBody(checks, route, call);
      const answer = await route.handle(call);
      if (answer === undefined || reply.sent) return reply;
      if (!range) return sendJson(request, reply, route.status ?? 200, answer);
      const page = pageOf(answer as Record<string, unknown>[], range);
      reply.header('accept-ranges', route.ranges!.join(', '));
      if (page.contentRange !== null) reply.header('content-range', page.contentRange);
      if (page.nextRange !== null) reply.header('next-range', page.nextRange);
      return sendJson(request, reply, page.nextRange === null ? 200 : 206, page.items);
    },
  });
}

function readCall(context: PlatformContext, request: FastifyRequest, reply: FastifyReply): ApiCall {
  const {headers} = request;
  return {
    context,
    params: request.params as Record<string, string>,
    query: request.query as Record<string, string>,
    body: (request.body ?? {}) as Record<string, unknown>,
    variant: variantOf(headers.accept),
    expansions: new Set([...listOf(headers['accept-expansion']), ...listOf(headers['accept-inclusion'])]),
    request,
    reply,
  };
}

/** @throws DynoError not_found */
function checkPath(parameters: PathParameters, {params}: ApiCall): void {
  const resource = parameters.misnamed(params);
  if (resource !== null) throw new DynoError('not_found', {resource});
}

/** @throws DynoError bad_request, invalid_params */
function checkBody(checks: SchemaChecks, route: Route, {body}: ApiCall): void {
  if (route.method === 'GET') return;
  if (typeof body !== 'object' || Array.isArray(body)) {
    throw new DynoError('bad_request', {message: 'The body must be a JSON object.'});
  }
  const check = route.body
    ? checks.of(`${route.method} ${route.path}`, route.body)
    : checks.ofBody(route.method, route.path);
  const message = check?.(body);
  if (message) throw new DynoError('invalid_params', {message});
}

function sendJson(request: FastifyRequest, reply: FastifyReply, status: number, answer: unknown): FastifyReply {
  const body = JSON.stringify(answer);
  const etag = etagOf(body);
  reply.header('etag', etag).header('cache-control', 'private, no-cache');
  if (request.method === 'GET' && matchesTag(headerOf(request, 'if-none-match'), etag)) return reply.code(304).send();
  return reply.code(status).header('content-type', 'application/json; charset=utf-8').send(body);
}

function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}
