import type {RouterCode} from '../model/heroku-codes.js';
import {RequestRecord} from './request-record.js';
import type {Note} from './request-record.js';
import {parseRouterLine} from './router-line.js';

export interface RequestTimeline {
  request_id: string;
  app_id: string;
  method: string;
  /** as in the router line */
  path: string;
  host: string;
  fwd: string;
  protocol: string;
  dyno: string | null;
  /** null while it is being answered */
  status: number | null;
  code: RouterCode | null;
  bytes: number | null;
  /** in the order of their time */
  events: Array<{at: string; text: string}>;
}

/** What is known of a request that is not remembered any more: what its line in the log says, written at `endedAt`. */
export function timelineOfLine(appId: string, line: string, endedAt: number): RequestTimeline {
  const record = recordOfLine(appId, line);
  const {connect, service} = parseRouterLine(line);
  record.endedAt = endedAt;
  const answeredFor = Number.parseInt(service ?? '', 10) || 0;
  if (service) record.connectedAt = endedAt - answeredFor;
  record.acceptedAt = endedAt - answeredFor - (Number.parseInt(connect ?? '', 10) || 0);
  return timelineOf(record);
}

/** A record again, without its times, as far as a timeline needs it. */
export function recordOfLine(appId: string, line: string): RequestRecord {
  const values = parseRouterLine(line);
  const record = new RequestRecord();
  record.appId = appId;
  record.requestId = values.request_id ?? '';
  record.method = values.method ?? '';
  record.target = values.path ?? '';
  record.host = values.host ?? '';
  record.forwardedFor = values.fwd ?? '';
  record.protocol = values.protocol ?? '';
  record.dyno = values.dyno || null;
  record.status = Number(values.status);
  record.code = (values.code as RouterCode | undefined) ?? null;
  record.bytes = values.bytes ? Number(values.bytes) : null;
  return record;
}

export function timelineOf(record: RequestRecord): RequestTimeline {
  const events: Note[] = [];
  const mark = (at: number, text: string) => {
    if (at > 0) events.push({at, text});
  };
  mark(record.acceptedAt, `${record.method} ${record.target} accepted from ${record.forwardedFor}`);
  events.push(...(record.notes ?? []));
  mark(record.connectedAt, `connected to ${record.dyno}`);
  mark(record.sentAt, 'request sent completely');
  mark(record.firstByteAt, 'first byte of the response');
  mark(record.endedAt, record.code ? `ended with ${record.code}, status ${record.status}` : `status ${record.status}`);
  events.sort((a, b) => a.at - b.at);
  return {
    request_id: record.requestId,
    app_id: record.appId,
    method: record.method,
    path: record.target,
    host: record.host,
    fwd: record.forwardedFor,
    protocol: record.protocol,
    dyno: record.dyno,
    status: record.endedAt > 0 ? record.status : null,
    code: record.code,
    bytes: record.bytes,
    events: events.map(({at, text}) => ({at: new Date(at).toISOString(), text})),
  };
}
