import {limits} from '../../model/limits.js';
import type {LogQuery} from '../../model/log.js';
import {route} from '../http/route.js';
import {streamLogSession} from '../logs/stream-session.js';
import {newId, timestamp} from '../store/identity.js';

interface SessionBody {
  lines?: number | null;
  source?: string | null;
  tail?: boolean | null;
  /** `web.1`, or a bare type */
  dyno?: string | null;
  type?: string | null;
}

const text = {type: ['string', 'null']};
const body = {
  type: 'object',
  properties: {
    lines: {type: ['integer', 'null'], minimum: 0},
    source: text,
    tail: {type: ['boolean', 'null']},
    dyno: text,
    dyno_name: text,
    type: text,
  },
};

/** ms after which nobody comes back to a tail */
const FORGET_MS = 7 * 24 * 3600 * 1000;

function queryOf(wanted: SessionBody & {dyno_name?: string | null}): LogQuery {
  const process = wanted.dyno ?? wanted.dyno_name ?? wanted.type;
  return {
    lines: Math.min(Math.max(wanted.lines ?? limits.logDefaultLines, 1), limits.logHistory),
    tail: wanted.tail ?? false,
    ...(wanted.source ? {source: wanted.source} : {}),
    ...(process ? {process} : {}),
  };
}

export const logSessionRoutes = [
  route(
    'POST',
    '/apps/:app/log-sessions',
    {title: 'open a log session', answers: 'log-session', status: 201, body},
    ({context, params, body: wanted}) => {
      const {store, clock, apiUrl} = context;
      const app = store.apps.get(params.app!);
      const now = timestamp(clock.now());
      store.logSessions.deleteBefore(timestamp(clock.now() - FORGET_MS));
      const session = store.logSessions.insert({id: newId(), appId: app.id, query: queryOf(wanted), createdAt: now});
      return {
        created_at: now,
        id: session.id,
        logplex_url: `${apiUrl}/log-sessions/${session.id}?srv=${Math.floor(clock.now() / 1000)}`,
        updated_at: now,
      };
    },
  ),
  route('GET', '/log-sessions/:session', {title: 'lines of a log session', public: true}, streamLogSession),
];
