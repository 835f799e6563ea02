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

/** numbers kept of each request: accepted, connected, sent, first byte, ended */
const TIMES = 5;

/**
 * Remembers the requests in progress, and the latest that have ended: so many and no more. Of those nothing is kept but
 * the line, which the log keeps anyway, and numbers: records kept whole would survive one garbage collection after the
 * other, a seventh of what a request costs. Looking up, which is rare, reads the line again.
 */
export class RequestRecords {
  /** each knows its place in it; a Set would cost a tenth of a request */
  readonly #inProgress: RequestRecord[] = [];
  readonly #max: number;
  readonly #lines: string[];
  readonly #appIds: string[];
  readonly #codes: Array<RouterCode | null>;
  readonly #notes: Array<Note[] | null>;
  readonly #times: Float64Array;
  #next = 0;

  constructor(max: number) {
    this.#max = max;
    this.#lines = new Array<string>(max).fill('');
    this.#appIds = new Array<string>(max).fill('');
    this.#codes = new Array<RouterCode | null>(max).fill(null);
    this.#notes = new Array<Note[] | null>(max).fill(null);
    this.#times = new Float64Array(max * TIMES);
  }

  begin(record: RequestRecord): void {
    record.place = this.#inProgress.push(record) - 1;
  }

  /** @param line its router line */
  end(record: RequestRecord, line: string): void {
    this.#leave(record);
    const at = this.#next;
    this.#next = (at + 1) % this.#max;
    this.#lines[at] = line;
    this.#appIds[at] = record.appId;
    this.#codes[at] = record.code;
    this.#notes[at] = record.notes;
    const times = this.#times;
    const first = at * TIMES;
    times[first] = record.acceptedAt;
    times[first + 1] = record.connectedAt;
    times[first + 2] = record.sentAt;
    times[first + 3] = record.firstByteAt;
    times[first + 4] = record.endedAt;
  }

  timelineOf(requestId: string): RequestTimeline | undefined {
    for (const record of this.#inProgress) if (record.requestId === requestId) return timelineOf(record);
    for (let back = 1; back <= this.#max; back++) {
      const at = (this.#next - back + this.#max) % this.#max;
      const record = this.#lines[at]!.includes(requestId) ? this.#recordAt(at) : null;
      if (record?.requestId === requestId) return timelineOf(record);
    }
    return undefined;
  }

  /** The record again, as far as its timeline needs it. */
  #recordAt(at: number): RequestRecord {
    const line = parseRouterLine(this.#lines[at]!);
    const record = new RequestRecord();
    record.appId = this.#appIds[at]!;
    record.requestId = line.request_id ?? '';
    record.method = line.method ?? '';
    record.target = line.path ?? '';
    record.host = line.host ?? '';
    record.forwardedFor = line.fwd ?? '';
    record.protocol = line.protocol ?? '';
    record.dyno = line.dyno || null;
    record.status = Number(line.status);
    record.code = this.#codes[at]!;
    record.bytes = line.bytes ? Number(line.bytes) : null;
    record.notes = this.#notes[at]!;
    const first = at * TIMES;
    const [accepted, connected, sent, firstByte, ended] = this.#times.subarray(first, first + TIMES);
    record.acceptedAt = accepted!;
    record.connectedAt = connected!;
    record.sentAt = sent!;
    record.firstByteAt = firstByte!;
    record.endedAt = ended!;
    return record;
  }

  #leave(record: RequestRecord): void {
    const last = this.#inProgress.pop()!;
    if (last === record) return;
    this.#inProgress[record.place] = last;
    last.place = record.place;
  }
}

function timelineOf(record: RequestRecord): RequestTimeline {
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
