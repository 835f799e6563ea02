import type {ServerResponse} from 'node:http';
import {once} from 'node:events';
import {DynoError} from '../../model/error.js';
import {limits} from '../../model/limits.js';
import type {LogQuery} from '../../model/log.js';
import {logForms} from '../../model/log-form.js';
import type {LogFormName} from '../../model/log-form.js';
import type {PlatformContext} from '../context.js';
import {closed} from '../http/closed.js';
import type {ApiCall} from '../http/route.js';
import type {App} from '../store/apps.js';
import type {LogSession} from '../store/log-sessions.js';

/** ms between comments that keep a silent tail open */
const KEEP_ALIVE_MS = 15_000;

/**
 * Sends the lines of a log session, as an event stream to those who ask for one (platform-api.md 5.1). A history that
 * breaks off ends the connection, so that nobody takes it for whole.
 *
 * @throws DynoError not_found, runtime_unavailable
 */
export async function streamLogSession({context, params, request, reply}: ApiCall): Promise<undefined> {
  const after = lastEventId(request.headers['last-event-id']);
  const {app, session} = requireSession(context, params.session!, after);
  const formName = (request.headers.accept ?? '').includes('text/event-stream') ? 'events' : 'lines';
  const form = logForms[formName];
  const response = reply.raw;
  // From here on: a client may go while its runtime is waited for.
  const gone = closed(response);
  await context.runtimes.clientFor(app);
  await context.runtimes.logged(app);
  reply.hijack();
  response.writeHead(200, {
    'content-type': form.contentType,
    'cache-control': 'no-cache',
    connection: 'close',
    'request-id': String(reply.getHeader('request-id')),
  });
  response.flushHeaders();
  const keepAlive = setInterval(() => void response.write(form.keepAlive), KEEP_ALIVE_MS);
  const signal = AbortSignal.any([gone, context.stopping]);
  try {
    await sendLines(context, app, {...session.query, ...(after ? {after} : {})}, formName, response, signal);
    response.end(session.query.tail ? '' : form.farewell);
  } catch (error) {
    if (!signal.aborted) context.log.error(`log of ${app.name}`, error);
    // The tail of a platform that stops ends; its client comes back.
    if (session.query.tail && signal.aborted) response.end();
    else response.destroy();
  } finally {
    clearInterval(keepAlive);
  }
  return undefined;
}

/** @throws DynoError not_found */
function requireSession(
  context: PlatformContext,
  id: string,
  after: string | undefined,
): {app: App; session: LogSession} {
  const {store, clock} = context;
  const session = store.logSessions.find(id);
  const app = session && store.apps.find(session.appId);
  // One who was here before may come back: a tail outlives its URL's first use.
  const expired = session && !after && clock.now() - Date.parse(session.createdAt) > limits.logSessionMs;
  if (!session || !app || expired) throw new DynoError('not_found', {resource: 'log session'});
  return {app, session};
}

/** Reads on from where it was when the app's runtime goes and comes back. */
async function sendLines(
  context: PlatformContext,
  app: App,
  query: LogQuery,
  form: LogFormName,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  let {after} = query;
  do {
    try {
      const client = await context.runtimes.clientFor(app);
      for await (const {lastId, text} of client.readLog(app.id, {...query, ...(after ? {after} : {})}, form, signal)) {
        after = lastId;
        await send(response, text, signal);
      }
    } catch (error) {
      if (!query.tail || !isLoss(error)) throw error;
    }
    if (query.tail && !signal.aborted) await pause();
  } while (query.tail && !signal.aborted && context.store.apps.find(app.id));
}

/** Waits for a slow client, and so does the runtime, which tells it what it lost meanwhile. */
async function send(response: ServerResponse, text: Uint8Array, signal: AbortSignal): Promise<void> {
  if (!response.write(text)) await once(response, 'drain', {signal});
}

/** The runtime went away: it will be back. */
function isLoss(error: unknown): boolean {
  if (error instanceof DynoError) return error.code === 'runtime_unavailable';
  return (
    ['ECONNRESET', 'EPIPE'].includes((error as NodeJS.ErrnoException).code ?? '') ||
    (error as Error).message === 'aborted'
  );
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 200));

function lastEventId(header: string | string[] | undefined): string | undefined {
  const id = Array.isArray(header) ? header[0] : header;
  return id && /^[\w.:-]{1,100}$/.test(id) ? id : undefined;
}
