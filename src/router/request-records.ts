import type {RouterCode} from '../model/heroku-codes.js';
import type {Note, RequestRecord} from './request-record.js';
import {recordOfLine, timelineOf} from './request-timeline.js';
import type {RequestTimeline} from './request-timeline.js';

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

  timelineOf(appId: string, requestId: string): RequestTimeline | undefined {
    const isIt = (record: RequestRecord) => record.requestId === requestId && record.appId === appId;
    const current = this.#inProgress.find(isIt);
    if (current) return timelineOf(current);
    for (let back = 1; back <= this.#max; back++) {
      const at = (this.#next - back + this.#max) % this.#max;
      const record = this.#lines[at]!.includes(requestId) ? this.#recordAt(at) : null;
      if (record && isIt(record)) return timelineOf(record);
    }
    return undefined;
  }

  /** The record again, as far as its timeline needs it. */
  #recordAt(at: number): RequestRecord {
    const record = recordOfLine(this.#appIds[at]!, this.#lines[at]!);
    record.code = this.#codes[at]!;
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
