import type {RouterCode} from '../model/heroku-codes.js';
import type {ClientFacts} from './client-side.js';
import type {RequestHead} from './request-head.js';
import {requestIdOf} from './request-id.js';
import type {RouterCore} from './router-core.js';

export interface Note {
  at: number;
  text: string;
}

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
  notes: Note[] | null = null;

  /** among the requests in progress (RequestRecords) */
  place = 0;

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
