import {once} from 'node:events';
import {mkdir, rm} from 'node:fs/promises';
import {createServer} from 'node:http';
import type {IncomingMessage, ServerResponse} from 'node:http';
import {dirname} from 'node:path';
import {Readable} from 'node:stream';
import type {Duplex} from 'node:stream';
import {DynoError} from '../model/error.js';
import type {LogChunk, LogFormName} from '../model/log-form.js';
import type {LogEntry} from '../model/log.js';
import type {Visit} from '../model/visit.js';
import {accepted, ControlRoutes, errorBody, statusOf, Stream} from './control-routes.js';
import {encodeLogChunk} from './log-chunks.js';
import {progressOf} from './progress.js';
import type {
  AppSpec,
  BuildSpec,
  ChaosRequest,
  DynoSelector,
  LogQuery,
  OneOffRequest,
  ReleasePhaseRequest,
  RuntimeEvent,
  RuntimeSpec,
  SlugSpec,
} from './protocol.js';
import type {Runtime} from './runtime.js';
import {Sessions} from './sessions.js';

/** ms between heartbeats on /events */
const HEARTBEAT_MS = 15_000;
/** bytes that may wait for a platform that does not read them */
const EVENTS_BYTES = 4 << 20;
/** ms that a connection of the platform may wait for its next call: longer than its own side keeps one */
const KEEP_ALIVE_MS = 72_000;

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
  const routes = new ControlRoutes();
  const sessions = new Sessions();
  const upgraded = new Set<Duplex>();
  const ended = new AbortController();
  addStateRoutes(routes, runtime, onShutdown);
  addAppRoutes(routes, runtime, sessions);
  addLogRoutes(routes, runtime, ended.signal);
  addImageRoutes(routes, runtime);

  // A slug may take as long as it takes.
  const server = createServer({requestTimeout: 0, keepAliveTimeout: KEEP_ALIVE_MS}, (request, response) => {
    void routes.serve(request, response);
  });
  server.on('upgrade', (request, socket) => {
    upgraded.add(socket.once('close', () => upgraded.delete(socket)));
    void upgrade(runtime, sessions, request, socket);
  });

  await mkdir(dirname(socketPath), {recursive: true, mode: 0o700});
  await rm(socketPath, {force: true});
  const mask = process.umask(0o177);
  try {
    server.listen({path: socketPath});
    await once(server, 'listening');
  } finally {
    process.umask(mask);
  }
  return {
    close: async () => {
      ended.abort();
      sessions.close();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      for (const socket of upgraded) socket.destroy();
      await closed;
    },
  };
}

function addStateRoutes(routes: ControlRoutes, runtime: Runtime, onShutdown: (dynos: 'keep' | 'stop') => void): void {
  routes.on('GET', '/status', () => runtime.status());
  routes.on<RuntimeSpec>('PUT', '/spec', ({body}) => runtime.setSpec(body));
  routes.on('DELETE', '/spaces/:runtime', ({params}) => runtime.removeSpaceOf(params.runtime!));
  routes.on<Visit>('POST', '/visits', ({body, response}) => runtime.visit(body, closed(response)));
  routes.on('GET', '/doctor', () => runtime.doctor());
  routes.on('GET', '/clock', () => runtime.clockInfo());
  routes.on<{advanceMs?: number; reset?: true}>('POST', '/clock', ({body}) => runtime.setClock(body));
  routes.on<ChaosRequest>('POST', '/chaos', ({body}) => {
    runtime.chaos(body);
    return accepted;
  });
  routes.on('GET', '/events', () => new Stream('application/x-ndjson', eventStream(runtime)));
  routes.on<{dynos?: 'keep' | 'stop'} | undefined>('POST', '/shutdown', ({body, response}) => {
    response.once('close', () => onShutdown(body?.dynos ?? 'keep'));
    return accepted;
  });
}

function addAppRoutes(routes: ControlRoutes, runtime: Runtime, sessions: Sessions): void {
  routes.on<AppSpec>('PUT', '/apps/:app', ({body}) => runtime.setApp(body));
  routes.on('DELETE', '/apps/:app', ({params}) => runtime.removeApp(params.app!));
  routes.on('GET', '/apps/:app/dynos', ({params}) => runtime.dynosOf(params.app!));
  routes.on<OneOffRequest>('POST', '/apps/:app/dynos', ({params, body}) => runtime.runOneOff(params.app!, body));
  routes.on<DynoSelector>('POST', '/apps/:app/restart', ({params, body}) => {
    runtime.restart(params.app!, body);
    return accepted;
  });
  routes.on<DynoSelector>('POST', '/apps/:app/stop', ({params, body}) => {
    runtime.stop(params.app!, body);
    return accepted;
  });
  routes.on<ReleasePhaseRequest>('POST', '/apps/:app/release-phase', ({params, body}) =>
    progressOf((onOutput, signal) => runtime.runReleasePhase(params.app!, body, onOutput, signal)),
  );
  routes.on('GET', '/apps/:app/requests/:id', ({params}) => runtime.requestTimeline(params.app!, params.id!));
  routes.on<{session: string; columns: number; rows: number}>(
    'POST',
    '/apps/:app/dynos/:dyno/resize',
    ({body: {session, columns, rows}}) => sessions.get(session).resize(columns, rows),
  );
  routes.on('DELETE', '/apps/:app/sessions/:session', ({params}) => {
    sessions.get(params.session!).output.destroy();
  });
  routes.on('GET', '/apps/:app/sessions/:session', async ({params}) => ({
    status: await sessions.get(params.session!).exited,
  }));
}

function addLogRoutes(routes: ControlRoutes, runtime: Runtime, ended: AbortSignal): void {
  routes.on<LogEntry[]>('POST', '/apps/:app/log', ({params, body}) => runtime.writeLog(params.app!, body));
  routes.on('GET', '/apps/:app/drains', ({params}) => runtime.drainsOf(params.app!));
  routes.on('GET', '/apps/:app/log', ({params, query, response}) => {
    const signal = AbortSignal.any([closed(response), ended]);
    const chunks = runtime.readLogText(params.app!, logQueryOf(query), query['form'] as LogFormName, signal);
    return new Stream('application/octet-stream', Readable.from(encoded(chunks)));
  });
}

/** Aborted when nobody waits for the response any more. */
function closed(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return gone.signal;
}

function addImageRoutes(routes: ControlRoutes, runtime: Runtime): void {
  routes.on<BuildSpec>('POST', '/builds', ({body}) =>
    progressOf((onOutput, signal) => runtime.build(body, onOutput, signal)),
  );
  routes.on('POST', '/slugs', ({query, request}) => {
    const {id = '', appId = '', app = '', stack = ''} = query;
    return runtime.importSlug({id, appId, app, stack} satisfies SlugSpec, request);
  });
  routes.on(
    'GET',
    '/images/:image/slug',
    async ({params}) => new Stream('application/gzip', await runtime.exportSlug(params.image!)),
  );
  routes.on('GET', '/images', () => runtime.images());
  routes.on('DELETE', '/images/:image', ({params}) => runtime.removeImage(params.image!));
  routes.on('DELETE', '/build-cache/:app', ({params}) => runtime.removeBuildCache(params.app!));
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
  const push = (event: RuntimeEvent) => {
    stream.push(`${JSON.stringify(event)}\n`);
    // A platform that hangs is told everything anew when it is back.
    if (stream.readableLength > EVENTS_BYTES) stream.destroy();
  };
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
    socket.end(
      `HTTP/1.1 ${statusOf(error)} Refused\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
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

async function* encoded(chunks: AsyncIterable<LogChunk>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) yield encodeLogChunk(chunk);
}
