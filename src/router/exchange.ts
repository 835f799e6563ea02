import type {RouterCode} from '../model/heroku-codes.js';
import {routerCodes} from '../model/heroku-codes.js';
import type {AppRoutes} from './app-routes.js';
import type {ClientListener, ClientSide, OutgoingHead} from './client-side.js';
import type {DynoConnection, DynoListener} from './dyno-connection.js';
import {dynoRequestHead} from './dyno-request.js';
import type {DynoRoute} from './dyno-route.js';
import {DynoSearch, idleConnectionTo} from './dyno-search.js';
import type {SearchOutcome} from './dyno-search.js';
import {pageFor} from './error-page.js';
import {relayedHead, switchedHead} from './relayed-head.js';
import {sendPage} from './send-page.js';
import type {RequestHead} from './request-head.js';
import {recordOf} from './request-record.js';
import type {RequestRecord} from './request-record.js';
import type {ResponseFault, ResponseHead} from './response-head.js';
import type {RouterCore} from './router-core.js';
import {formatRouterLine} from './router-line.js';
import {SessionAffinity} from './session-affinity.js';

interface Failure {
  status?: number;
  /** H25 */
  restriction?: string;
  /** H26 */
  cause?: string;
}

/**
 * One request of an app, from its head to its router line:
 *
 *   searching ──connected──▶ sending ──head──▶ responding ──end──▶ over
 *       │                       │ └──101──▶ tunnel ──either side closes──▶ over
 *       └── H10 H14 H19 H20 …   └── H12 H13 H17 H25 …   └── H15 H18 H27 H28
 *
 * Every way out ends in `#end`, which writes the line.
 */
export class Exchange implements ClientListener, DynoListener, SearchOutcome {
  readonly #core: RouterCore;
  readonly #client: ClientSide;
  readonly #head: RequestHead;
  readonly #app: AppRoutes;
  readonly #record: RequestRecord;
  #phase: 'searching' | 'sending' | 'responding' | 'tunnel' | 'over' = 'searching';
  #search: DynoSearch | null = null;
  #connection: DynoConnection | null = null;
  /** counted as in progress on this dyno */
  #route: DynoRoute | null = null;
  #counted = false;
  #requestDone = false;
  #sawByte = false;
  #interims = 0;
  #continues = 0;
  /** what the connection's alarm is set to */
  #watched: 'nothing' | 'first byte' | 'idle' = 'nothing';
  #lastByteAt = 0;
  #dynoPaused = false;
  #backlogSeen = 0;
  #bodyPaused = false;
  #wireHeadBytes = 0;
  #tunnelBytes = 0;
  /** legacy: a small response, kept back until it is whole */
  #held: {head: ResponseHead; pieces: Buffer[]} | null = null;
  #affinity: SessionAffinity | null = null;

  constructor(core: RouterCore, client: ClientSide, head: RequestHead, app: AppRoutes) {
    this.#core = core;
    this.#client = client;
    this.#head = head;
    this.#app = app;
    this.#record = recordOf(app.app.id, head, client.facts, core);
    core.records.begin(this.#record);
  }

  start(): void {
    const {app} = this.#app;
    this.#core.trafficSeen(app.id);
    const {fault} = this.#head;
    if (fault) return this.#fail('H26', fault);
    if (app.maintenance) return this.#fail('H80');
    if (app.blank) return this.#fail('H81');
    if (this.#app.active >= this.#app.limits.requestsPerDyno && this.#app.active >= this.#app.capacity) {
      return this.#fail('H11');
    }
    this.#app.active++;
    this.#counted = true;
    if (this.#head.expect === 'continue' && !this.#passesExpect) this.#client.sendInterim(100, 'Continue', '');
    if (this.#app.affinity) this.#affinity = new SessionAffinity(this.#app, this.#head);
    const now = this.#record.acceptedAt;
    const chosen = this.#affinity?.preferred(now) ?? this.#app.choose(this.#core.random, now, null);
    const idle = chosen && idleConnectionTo(chosen, this.#core);
    if (idle) return this.connected(idle);
    this.#search = new DynoSearch(this.#core, this.#app, chosen, this.#record, this);
    this.#search.start();
  }

  // What the search finds.

  connected(connection: DynoConnection): void {
    this.#search = null;
    this.#phase = 'sending';
    this.#connection = connection;
    const {route} = connection;
    this.#route = route;
    route.begin();
    this.#record.connectedAt = this.#lastByteAt = this.#core.clock.now();
    this.#record.dyno = route.dyno.name;
    connection.use(this, this.#head.method, this.#client.decodesChunks);
    const text = dynoRequestHead(this.#head, this.#record, this.#client.facts, this.#core.settings, this.#passesExpect);
    connection.sendHead(text);
    this.#client.startBody();
    if (this.#watched === 'nothing' && this.#phase === 'sending') this.#watchIdle();
  }

  searchFailed(code: RouterCode, last: DynoRoute | null): void {
    this.#search = null;
    if (last) this.#record.dyno = last.dyno.name;
    this.#fail(code);
  }

  // What the client sends.

  requestData(bytes: Buffer, from: number, to: number): void {
    const connection = this.#connection;
    if (connection === null || this.#phase === 'over') return;
    this.#lastByteAt = this.#core.clock.now();
    const whole = from === 0 && to === bytes.length;
    if (connection.sendBody(whole ? bytes : bytes.subarray(from, to))) return;
    this.#bodyPaused = true;
    this.#client.pauseBody();
  }

  requestEnd(): void {
    if (this.#phase === 'over') return;
    this.#requestDone = true;
    this.#record.sentAt = this.#core.clock.now();
    if (!this.#sawByte) this.#watchFirstByte();
  }

  requestBroken(): void {
    this.#fail('H26', {status: 400, cause: 'bad chunk'});
  }

  clientGone(): void {
    if (this.#phase === 'over') return;
    if (this.#phase === 'tunnel') return this.#endTunnel();
    this.#fail('H27');
  }

  clientDrained(): void {
    this.#lastByteAt = this.#core.clock.now();
    if (!this.#dynoPaused) return;
    this.#dynoPaused = false;
    this.#connection?.resume();
  }

  // What the dyno sends.

  firstByte(): void {
    this.#sawByte = true;
    this.#record.firstByteAt = this.#lastByteAt = this.#core.clock.now();
    this.#watched = 'nothing';
    this.#connection!.alarm.clear();
  }

  interim(head: ResponseHead): void {
    const {status} = head;
    if (++this.#interims > this.#core.limits.interimResponses || (status === 100 && ++this.#continues > 1)) {
      return this.#fail('H17', {status: 502});
    }
    // Headers on a 100 are stripped; other interim responses (103) keep theirs.
    this.#client.sendInterim(status, head.reason, status === 100 ? '' : head.passed);
    // The real response is still awaited as if nothing had come, from the end of the request on.
    this.#sawByte = false;
    if (this.#requestDone) this.#watchFirstByte();
  }

  switched(head: ResponseHead): void {
    if (!this.#head.upgrade) return this.#fail('H17');
    this.#phase = 'tunnel';
    this.#record.status = 101;
    this.#sendHead(switchedHead(head, this.#core.settings.style));
    this.#client.flush();
    // A tunnel counts neither against the app's requests nor as something a draining dyno waits for.
    this.#uncount();
    this.#watchIdle();
    this.#client.startTunnel();
  }

  responseHead(head: ResponseHead): void {
    this.#phase = 'responding';
    if (
      this.#core.settings.style === 'legacy' &&
      head.body === 'length' &&
      head.contentLength! <= this.#app.limits.legacyBufferBytes
    ) {
      this.#held = {head, pieces: []};
      return;
    }
    this.#sendResponseHead(head);
  }

  responseData(bytes: Buffer, from: number, to: number): void {
    if (this.#held !== null) {
      this.#held.pieces.push(Buffer.from(bytes.subarray(from, to)));
      return;
    }
    if (this.#phase === 'tunnel') this.#tunnelBytes += to - from;
    this.#client.send(bytes, from, to);
  }

  responsePause(): void {
    if (this.#isOver) return;
    this.#client.flush();
    this.#lastByteAt = this.#core.clock.now();
    if (this.#watched === 'nothing') this.#watchIdle();
    if (this.#dynoPaused || this.#client.backlog <= this.#core.slowClients.allowance) return;
    this.#dynoPaused = true;
    this.#backlogSeen = this.#client.backlog;
    this.#connection?.pause();
  }

  responseEnd(trailers: string[], reusable: boolean): void {
    this.#releaseHeld();
    const connection = this.#connection!;
    this.#connection = null;
    const payload = connection.payload;
    connection.release(reusable && this.#requestDone && this.#core.settings.style === 'router2');
    this.#client.finish(trailers);
    this.#end(payload);
  }

  responseBroken(fault: ResponseFault): void {
    if (fault === 'malformed') this.#fail('H17');
    else this.#fail('H25', {restriction: fault});
  }

  dynoClosed(partialHead: boolean, _reset: boolean): void {
    if (this.#phase === 'over') return;
    if (this.#phase === 'tunnel') return this.#endTunnel();
    this.#fail(this.#phase === 'sending' && !partialHead ? 'H13' : 'H18');
  }

  dynoDrained(): void {
    this.#lastByteAt = this.#core.clock.now();
    if (!this.#bodyPaused) return;
    this.#bodyPaused = false;
    this.#client.resumeBody();
  }

  failed(): void {
    this.#fail('H99');
  }

  // Time.

  alarm(): void {
    if (this.#watched === 'first byte') return this.#fail('H12');
    if (this.#clientAdvances()) this.#lastByteAt = this.#core.clock.now();
    if (this.#core.clock.now() - this.#lastByteAt < this.#app.limits.idleMs) this.#watchIdle();
    else this.#idleTooLong();
  }

  /** H12 counts from the end of the request (3.6). */
  #watchFirstByte(): void {
    this.#watched = 'first byte';
    this.#connection!.alarm.set(this.#record.sentAt + this.#app.limits.firstByteMs);
  }

  /** The rolling 55 s: each byte of either side starts them again. */
  #watchIdle(): void {
    this.#watched = 'idle';
    this.#connection!.alarm.set(this.#lastByteAt + this.#app.limits.idleMs);
  }

  /** A slow client takes some of what waits for it: as good as a byte. */
  #clientAdvances(): boolean {
    const before = this.#backlogSeen;
    this.#backlogSeen = this.#client.backlog;
    return this.#dynoPaused && this.#backlogSeen < before;
  }

  #idleTooLong(): void {
    if (this.#phase === 'sending' && !this.#sawByte) this.#fail(this.#bodyPaused ? 'H12' : 'H28');
    else if (this.#phase === 'responding' && this.#dynoPaused) this.#fail('H28');
    else this.#fail('H15');
  }

  // Ways out.

  #fail(code: RouterCode, failure: Failure = {}): void {
    if (this.#phase === 'over') return;
    const started = this.#phase === 'responding' && this.#held === null;
    const {status: usual} = routerCodes[code] as {status?: number};
    const status = failure.status ?? usual ?? 503;
    const sent = this.#record.status;
    const tunnelled = this.#phase === 'tunnel';
    const connection = this.#connection;
    const payload = tunnelled ? this.#tunnelBytes : started ? (connection?.payload ?? 0) : 0;
    this.#phase = 'over';
    this.#held = null;
    this.#search?.cancel();
    this.#connection = null;
    connection?.destroy();
    // Router 2.0 logs an interrupted response with the status that the client got.
    this.#record.status = code === 'H18' && started && this.#core.settings.style === 'router2' ? sent : status;
    if (started || tunnelled || code === 'H27' || code === 'H28') this.#client.cut();
    else sendPage(this.#core, this.#client, this.#head, status, pageFor(code, status, this.#app.app), code !== 'H26');
    this.#record.code = code;
    this.#record.restriction = failure.restriction ?? '';
    this.#record.cause = failure.cause ?? '';
    this.#end(connection === null ? null : payload);
  }

  #endTunnel(): void {
    const connection = this.#connection!;
    this.#connection = null;
    connection.end();
    this.#client.finish([]);
    this.#end(this.#tunnelBytes);
  }

  /** Writes the router line; the last thing that happens to a request. */
  #end(payload: number | null): void {
    this.#phase = 'over';
    const {clock, settings, kind} = this.#core;
    const record = this.#record;
    record.endedAt = clock.now();
    // The legacy router of the Common Runtime counts the head too.
    const counted = settings.style === 'legacy' && kind === 'common' ? this.#wireHeadBytes : 0;
    record.bytes = payload === null ? null : payload + counted;
    this.#uncount();
    const line = formatRouterLine(record, settings.style);
    this.#core.records.end(record, line);
    this.#core.log(record.appId, line);
  }

  /** With an upgrade, or where the app wants it, the dyno itself answers the client's expectation (3.7). */
  get #passesExpect(): boolean {
    return this.#head.expect === 'continue' && (this.#head.upgrade || this.#app.endToEndContinue);
  }

  get #isOver(): boolean {
    return this.#phase === 'over';
  }

  #uncount(): void {
    this.#route?.end();
    this.#route = null;
    if (this.#counted) this.#app.active--;
    this.#counted = false;
  }

  // Heads.

  #sendResponseHead(head: ResponseHead): void {
    const affinity = this.#affinity?.line(this.#route!, this.#core.clock.now()) ?? '';
    this.#record.status = head.status;
    this.#sendHead(relayedHead(head, this.#core.settings.style, affinity));
  }

  #sendHead(head: OutgoingHead): void {
    this.#wireHeadBytes = this.#client.sendHead(head, this.#requestDone);
  }

  #releaseHeld(): void {
    const held = this.#held;
    if (held === null) return;
    this.#held = null;
    this.#sendResponseHead(held.head);
    for (const piece of held.pieces) this.#client.send(piece, 0, piece.length);
  }
}
