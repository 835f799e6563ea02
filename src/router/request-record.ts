import type {RouterCode} from '../model/heroku-codes.js';
import type {ClientFacts} from './client-side.js';
import type {RequestHead} from './request-head.js';
import {requestIdOf} from './request-id.js';
import type {RouterCore} from './router-core.js';

/** What happened to a request and when, for the router line and `dyno why`. Times are ms since the epoch. */
export class RequestRecord {
  appId = '';
  requestId = '';
  method = '';
  target = '';
  host = '';
  /** the whole X-Forwarded-For chain, with this client */
  forwardedFor = '';
  protocol = '';
  /** empty without TLS */
  tlsVersion = '';
  inSpace = false;
  acceptedAt = 0;
  /** a dyno was chosen and connected */
  connectedAt = 0;
  dyno: string | null = null;
  /** the last byte of the request left for the dyno */
  sentAt = 0;
  /** the first byte of the response came */
  firstByteAt = 0;
  endedAt = 0;
  status = 0;
  code: RouterCode | null = null;
  /** H25: which limit */
  restriction = '';
  /** H26: what is wrong */
  cause = '';
  /** of the response; null when no dyno was reached */
  bytes: number | null = null;
  /** what is out of the ordinary, in sentences: dynos that refused, waiting for a boot */
  notes: Array<{at: number; text: string}> | null = null;

  note(at: number, text: string): void {
    (this.notes ??= []).push({at, text});
  }
}

/** Begins the record of an app's request, accepted now. */
export function recordOf(appId: string, head: RequestHead, facts: ClientFacts, core: RouterCore): RequestRecord {
  const {peer, protocol, tlsVersion} = facts;
  const record = new RequestRecord();
  record.appId = appId;
  record.requestId = head.detach(requestIdOf(head.requestId));
  record.method = head.method;
  record.target = head.detach(head.target);
  record.host = head.host;
  record.forwardedFor = head.forwardedFor === '' ? peer : head.detach(head.forwardedFor) + ', ' + peer;
  record.protocol = head.minor === 0 ? 'http1.0' : protocol;
  record.tlsVersion = tlsVersion;
  record.inSpace = core.kind === 'space';
  record.acceptedAt = core.clock.now();
  return record;
}

export interface RequestTimeline {
  request_id: string;
  app_id: string;
  method: string;
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

/** Remembers the latest requests, so many and no more. Adding is one store: looking up, which is rare, searches. */
export class RequestRecords {
  readonly #ring: Array<RequestRecord | undefined>;
  #next = 0;

  constructor(max: number) {
    this.#ring = new Array<RequestRecord | undefined>(max).fill(undefined);
  }

  add(record: RequestRecord): void {
    this.#ring[this.#next] = record;
    this.#next = (this.#next + 1) % this.#ring.length;
  }

  timelineOf(requestId: string): RequestTimeline | undefined {
    const {length} = this.#ring;
    for (let back = 1; back <= length; back++) {
      const record = this.#ring[(this.#next - back + length) % length];
      if (record?.requestId === requestId) return timelineOf(record);
    }
    return undefined;
  }
}

function timelineOf(record: RequestRecord): RequestTimeline {
  const events: Array<{at: number; text: string}> = [];
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
