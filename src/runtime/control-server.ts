import {mkdir, rm} from 'node:fs/promises';
import type {IncomingMessage} from 'node:http';
import {dirname} from 'node:path';
import {Readable} from 'node:stream';
import type {Duplex} from 'node:stream';
import fastify from 'fastify';
import type {FastifyInstance, FastifyReply} from 'fastify';
import {DynoError} from '../model/error.js';
import type {LogEntry} from '../model/log.js';
import type {
  AppSpec,
  BuildSpec,
  ChaosRequest,
  DynoSelector,
  LogQuery,
  OneOffRequest,
  ProgressEvent,
  ReleasePhaseRequest,
  RuntimeEvent,
  RuntimeSpec,
  SlugSpec,
} from './protocol.js';
import type {Runtime} from './runtime.js';
import {Sessions} from './sessions.js';

/** Bytes of a JSON body: a spec of a thousand apps with their config vars fits. */
const BODY_LIMIT = 256 * 1024 * 1024;

/** ms between heartbeats on /events */
const HEARTBEAT_MS = 15_000;

export interface ControlServer {
  close(): Promise<void>;
}

/**
 * Serves src/runtime/protocol.ts on a unix socket, 0600. Whoever can open the socket is the owner.
 * `onShutdown` is called after the answer to POST /shutdown.
 */
export async function startControlServer(
  runtime: Runtime,
  socketPath: string,
  onShutdown: (dynos: 'keep' | 'stop') => void,
): Promise<ControlServer> {
  const server = fastify({bodyLimit: BODY_LIMIT, forceCloseConnections: true, routerOptions: {maxParamLength: 500}});
  const sessions = new Sessions();
  const ended = new AbortController();

  server.setErrorHandler((error, _request, reply) => sendError(reply, error));
  server.addContentTypeParser('application/gzip', (_request, payload, done) => done(null, payload));
  addStateRoutes(server, runtime, onShutdown);
  addAppRoutes(server, runtime, sessions);
  addLogRoutes(server, runtime, ended.signal);
  addImageRoutes(server, runtime);
  server.server.on('upgrade', (request, socket) => void upgrade(runtime, sessions, request, socket));

  await mkdir(dirname(socketPath), {recursive: true, mode: 0o700});
  await rm(socketPath, {force: true});
  const mask = process.umask(0o177);
  try {
    await server.listen({path: socketPath});
  } finally {
    process.umask(mask);
  }
  return {
    close: async () => {
      ended.abort();
      sessions.close();
      await server.close();
    },
  };
}

type AppParams = {Params: {app: string}};
type DynoParams = {Params: {app: string; dyno: string}};

function addStateRoutes(server: FastifyInstance, runtime: Runtime, onShutdown: (dynos: 'keep' | 'stop') => void): void {
  server.get('/status', () => runtime.status());
  server.put<{Body: RuntimeSpec}>('/spec', async (request, reply) => {
    await runtime.setSpec(request.body);
    return reply.code(204).send();
  });
  server.delete<{Params: {runtime: string}}>('/spaces/:runtime', async (request, reply) => {
    await runtime.removeSpaceOf(request.params.runtime);
    return reply.code(204).send();
  });
  server.get('/doctor', () => runtime.doctor());
  server.get('/clock', () => runtime.clockInfo());
  server.post<{Body: {advanceMs?: number; reset?: true}}>('/clock', (request) => runtime.setClock(request.body));
  server.post<{Body: ChaosRequest}>('/chaos', async (request, reply) => {
    runtime.chaos(request.body);
    return reply.code(202).send();
  });
  server.get('/events', (_request, reply) => reply.send(eventStream(runtime)));
  server.post<{Body: {dynos?: 'keep' | 'stop'}}>('/shutdown', async (request, reply) => {
    reply.raw.once('close', () => onShutdown(request.body?.dynos ?? 'keep'));
    return reply.code(202).send();
  });
}

function addAppRoutes(server: FastifyInstance, runtime: Runtime, sessions: Sessions): void {
  server.put<AppParams & {Body: AppSpec}>('/apps/:app', async (request, reply) => {
    await runtime.setApp(request.body);
    return reply.code(204).send();
  });
  server.delete<AppParams>('/apps/:app', async (request, reply) => {
    await runtime.removeApp(request.params.app);
    return reply.code(204).send();
  });
  server.get<AppParams>('/apps/:app/dynos', (request) => runtime.dynosOf(request.params.app));
  server.post<AppParams & {Body: OneOffRequest}>('/apps/:app/dynos', (request) =>
    runtime.runOneOff(request.params.app, request.body),
  );
  server.post<AppParams & {Body: DynoSelector}>('/apps/:app/restart', async (request, reply) => {
    runtime.restart(request.params.app, request.body);
    return reply.code(202).send();
  });
  server.post<AppParams & {Body: DynoSelector}>('/apps/:app/stop', async (request, reply) => {
    runtime.stop(request.params.app, request.body);
    return reply.code(202).send();
  });
  server.post<AppParams & {Body: ReleasePhaseRequest}>('/apps/:app/release-phase', (request, reply) =>
    sendProgress(reply, (onOutput, signal) =>
      runtime.runReleasePhase(request.params.app, request.body, onOutput, signal),
    ),
  );
  server.get<AppParams & {Params: {id: string}}>('/apps/:app/requests/:id', (request) =>
    runtime.requestTimeline(request.params.app, request.params.id),
  );
  server.post<DynoParams & {Body: {session: string; columns: number; rows: number}}>(
    '/apps/:app/dynos/:dyno/resize',
    async (request, reply) => {
      await sessions.get(request.body.session).resize(request.body.columns, request.body.rows);
      return reply.code(204).send();
    },
  );
  server.get<AppParams & {Params: {session: string}}>('/apps/:app/sessions/:session', async (request) => ({
    status: await sessions.get(request.params.session).exited,
  }));
}

function addLogRoutes(server: FastifyInstance, runtime: Runtime, ended: AbortSignal): void {
  server.post<AppParams & {Body: LogEntry[]}>('/apps/:app/log', async (request, reply) => {
    runtime.writeLog(request.params.app, request.body);
    return reply.code(204).send();
  });
  server.get<AppParams & {Querystring: Record<string, string>}>('/apps/:app/log', (request, reply) => {
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const records = runtime.readLog(
      request.params.app,
      logQueryOf(request.query),
      AbortSignal.any([gone.signal, ended]),
    );
    return reply.type('application/x-ndjson').send(Readable.from(ndjson(records)));
  });
}

function addImageRoutes(server: FastifyInstance, runtime: Runtime): void {
  server.post<{Body: BuildSpec}>('/builds', (request, reply) =>
    sendProgress(reply, (onOutput, signal) => runtime.build(request.body, onOutput, signal)),
  );
  server.post<{Querystring: Record<string, string>; Body: Readable}>('/slugs', (request) => {
    const {id = '', appId = '', app = '', stack = ''} = request.query;
    return runtime.importSlug({id, appId, app, stack} satisfies SlugSpec, request.body);
  });
  server.get<{Params: {image: string}}>('/images/:image/slug', async (request, reply) =>
    reply.type('application/gzip').send(await runtime.exportSlug(request.params.image)),
  );
  server.delete<{Params: {image: string}}>('/images/:image', async (request, reply) => {
    await runtime.removeImage(request.params.image);
    return reply.code(204).send();
  });
  server.delete<AppParams>('/build-cache/:app', async (request, reply) => {
    await runtime.removeBuildCache(request.params.app);
    return reply.code(204).send();
  });
}

/**
 * Long work as NDJSON: its output as it comes, then its result or its error.
 * A platform that goes away does not stop it by itself; only a request that is aborted before the end does.
 */
function sendProgress<Result>(
  reply: FastifyReply,
  work: (onOutput: (text: string) => void, signal: AbortSignal) => Promise<Result>,
): FastifyReply {
  const gone = new AbortController();
  const stream = new Readable({read: () => undefined, destroy: (error, done) => (gone.abort(), done(error))});
  const push = (event: ProgressEvent<Result>) => {
    if (!stream.destroyed) stream.push(`${JSON.stringify(event)}\n`);
  };
  work((output) => push({output}), gone.signal)
    .then(
      (done) => push({done}),
      (error: unknown) => push({error: errorBody(error)}),
    )
    .finally(() => {
      if (!stream.destroyed) stream.push(null);
    });
  return reply.type('application/x-ndjson').send(stream);
}

function eventStream(runtime: Runtime): Readable {
  const stream = new Readable({
    read: () => undefined,
    destroy: (error, done) => {
      clearInterval(heartbeat);
      unsubscribe();
      done(error);
    },
  });
  const push = (event: RuntimeEvent) => void stream.push(`${JSON.stringify(event)}\n`);
  const unsubscribe = runtime.onEvent(push);
  const heartbeat = setInterval(() => push({kind: 'heartbeat'}), HEARTBEAT_MS);
  push({kind: 'heartbeat'});
  return stream;
}

/** POST /apps/:app/dynos/:dyno/attach and …/exec: the socket becomes the session. */
async function upgrade(runtime: Runtime, sessions: Sessions, request: IncomingMessage, socket: Duplex): Promise<void> {
  socket.on('error', () => socket.destroy());
  try {
    const match = /^\/apps\/([^/]+)\/dynos\/([^/]+)\/(attach|exec)$/.exec(request.url ?? '');
    if (!match) throw new DynoError('not_found', {resource: 'path'});
    const [, app, dyno, way] = match as unknown as [string, string, string, 'attach' | 'exec'];
    const session =
      way === 'attach'
        ? await runtime.attach(app, dyno)
        : await runtime.exec(app, dyno, JSON.parse(decodeHeader(request.headers['dyno-exec'])));
    const id = sessions.add(session);
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: dyno-session\r\ndyno-session: ${id}\r\n\r\n`,
    );
    socket.pipe(session.input);
    session.input.on('error', () => undefined);
    // A half-closed socket is the end of input; a closed one is a lost client, which the dyno manager hangs up.
    socket.once('close', () => {
      session.input.end();
      session.output.destroy();
    });
    session.output.pipe(socket);
    session.output.once('error', () => socket.destroy());
  } catch (error) {
    const body = JSON.stringify(errorBody(error));
    const {status} = error instanceof DynoError ? error : {status: 500};
    socket.end(
      `HTTP/1.1 ${status} Refused\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    );
  }
}

const decodeHeader = (value: string | string[] | undefined): string =>
  Buffer.from(String(value ?? ''), 'base64').toString();

function logQueryOf(query: Record<string, string>): LogQuery {
  return {
    ...(query['lines'] ? {lines: Number(query['lines'])} : {}),
    ...(query['tail'] ? {tail: query['tail'] === 'true'} : {}),
    ...(query['source'] ? {source: query['source']} : {}),
    ...(query['process'] ? {process: query['process']} : {}),
    ...(query['after'] ? {after: query['after']} : {}),
  };
}

async function* ndjson(items: AsyncIterable<unknown>): AsyncGenerator<string> {
  for await (const item of items) {
    yield (Array.isArray(item) ? item : [item]).map((entry) => `${JSON.stringify(entry)}\n`).join('');
  }
}

function sendError(reply: FastifyReply, error: unknown): FastifyReply {
  const status = error instanceof DynoError ? error.status : ((error as {statusCode?: number}).statusCode ?? 500);
  return reply.code(status).send(errorBody(error));
}

function errorBody(error: unknown): NonNullable<ProgressEvent['error']> {
  if (error instanceof DynoError) return {code: error.code, details: error.details, message: error.message};
  return {code: 'internal', details: {}, message: error instanceof Error ? error.message : String(error)};
}
