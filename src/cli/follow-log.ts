import {setTimeout as delay} from 'node:timers/promises';
import type {Api, LogSessionRequest} from '../client/api.js';
import {readServerSentEvents} from '../client/streams.js';
import {DynoError} from '../model/error.js';

const RETRY_MS = 500;

/**
 * Lines of an app's log: history, and with `tail` all that follows, also across restarts of the platform and the
 * runtime. Each reconnection asks for what came after the last line seen.
 */
export async function* followLog(api: Api, app: string, request: LogSessionRequest): AsyncGenerator<string> {
  let session = await api.createLogSession(app, request);
  for (let lastEventId = ''; ;) {
    try {
      const stream = await api.stream(session.logplex_url, {accept: 'text/event-stream', lastEventId});
      for await (const event of readServerSentEvents(stream)) {
        lastEventId = event.id || lastEventId;
        yield* event.data.split('\n');
      }
      if (!request.tail) return;
    } catch (error) {
      if (!request.tail || !isPassing(error)) throw error;
    }
    await delay(RETRY_MS);
    session = await renew(api, app, request, session);
  }
}

/** A session lives for some minutes; a new one goes on after the same line. */
async function renew(api: Api, app: string, request: LogSessionRequest, old: {logplex_url: string; id: string}) {
  try {
    return await api.createLogSession(app, request);
  } catch (error) {
    if (isPassing(error)) return old;
    throw error;
  }
}

function isPassing(error: unknown): boolean {
  if (!(error instanceof DynoError)) return (error as NodeJS.ErrnoException).code === 'ECONNRESET';
  return error.code === 'platform_unavailable' || [403, 404, 503].includes(Number(error.details.status));
}

/** The lines of history, at once. */
export async function collectLog(api: Api, app: string, request: Omit<LogSessionRequest, 'tail'>): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of followLog(api, app, {...request, tail: false})) lines.push(line);
  return lines;
}
