import {setTimeout as delay} from 'node:timers/promises';
import type {Api, LogSessionRequest} from '../client/api.js';
import {readServerSentEvents} from '../client/streams.js';
import {DynoError} from '../model/error.js';

const RETRY_MS = 500;
/** ms for which a tail waits for a platform that is gone: it may be restarting, or it was stopped for good */
const PATIENCE_MS = 60_000;

/**
 * Lines of an app's log, as many at a time as came: history, and with `tail` all that follows, also across restarts of the platform and the
 * runtime. Each reconnection asks for what came after the last line seen. A tail gives up when nothing has come of its
 * connections for `patienceMs`: none stood for so long, and none brought a line.
 *
 * @throws DynoError api for what the platform refuses, platform_unavailable for a log that breaks off
 */
export async function* followLog(
  api: Api,
  app: string,
  request: LogSessionRequest,
  patienceMs = PATIENCE_MS,
): AsyncGenerator<string[]> {
  let session = await api.createLogSession(app, request);
  if (request.tail) api.stopReviving();
  let lastEventId = '';
  for (let lostAt: number | null = null; ;) {
    let standsSince: number | null = null;
    let failure: unknown = null;
    try {
      const stream = await api.stream(session.logplex_url, {accept: 'text/event-stream', lastEventId});
      standsSince = Date.now();
      for await (const events of readServerSentEvents(stream)) {
        lostAt = null;
        lastEventId = events.at(-1)!.id || lastEventId;
        // A message has no newline: where its event has one, it had a carriage return (log-form.ts).
        yield events.map(({data}) => data.replaceAll('\n', '\r'));
      }
      if (!request.tail) return;
    } catch (error) {
      if (!request.tail || !isPassing(error)) throw error;
      failure = error;
    }
    const now = Date.now();
    if (standsSince !== null && now - standsSince > patienceMs) lostAt = null;
    lostAt ??= now;
    if (now - lostAt > patienceMs)
      throw failure ?? new DynoError('platform_unavailable', {reason: 'it ends every stream'});
    await delay(RETRY_MS);
    session = await api.createLogSession(app, request).catch((error: unknown) => {
      if (isPassing(error)) return session;
      throw error;
    });
  }
}

/** What a restart of the platform or a runtime looks like from here. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof DynoError)) return false;
  return error.code === 'platform_unavailable' || Number(error.details.status) === 503;
}

/** The lines of history, at once. */
export async function collectLog(api: Api, app: string, request: Omit<LogSessionRequest, 'tail'>): Promise<string[]> {
  const all: string[] = [];
  for await (const lines of followLog(api, app, {...request, tail: false})) all.push(...lines);
  return all;
}
