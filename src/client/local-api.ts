import type {Duplex} from 'node:stream';
import type {Visit, VisitAnswer} from '../model/visit.js';
import type {Connection} from './connection.js';

export interface RuntimeFacts {
  name: string;
  kind: 'common' | 'space';
  pid: number | null;
  router_url: string | null;
  dynos: number;
  /** what does not hold here, in sentences */
  warnings?: string[];
}

export interface PlatformFacts {
  pid: number;
  version: string;
  engine: string;
  api_url: string;
  /** PEM of the local certificate authority, for others to trust */
  ca_file?: string | null;
  runtimes: RuntimeFacts[];
}

export interface DoctorCheck {
  /** what was looked at: `docker`, `memory-limit` */
  name: string;
  state: 'fail' | 'ok' | 'warn';
  /** one sentence */
  detail: string;
}

/** What the engine can do on this machine: probed, never assumed. */
export interface DoctorReport {
  engine: string;
  checks: DoctorCheck[];
}

export interface ClockReading {
  runtime: string;
  /** ISO 8601 */
  now: string;
  advanced_ms: number;
}

export interface ChaosOrder {
  kind: 'hang' | 'kill' | 'oom' | 'slow-boot';
  dyno?: string;
  seed?: number;
}

export interface TerminalSize {
  columns: number;
  rows: number;
}

/** What became of the messages that a drain was given. */
export interface DrainCounts {
  id: string;
  state: 'connected' | 'degraded' | 'failing' | 'idle';
  delivered: number;
  dropped: number;
  /** neither yet */
  buffered: number;
}

/** What the router knows of one request. */
export interface RequestTimeline {
  request_id: string;
  method: string;
  path: string;
  host: string;
  fwd: string;
  dyno: string | null;
  /** null while it is being answered */
  status: number | null;
  code: string | null;
  bytes: number;
  /** in the order of their time, ISO 8601 */
  events: {at: string; text: string}[];
}

export type VisitOrder = Pick<Visit, 'from' | 'url'> & Partial<Visit>;

/** What was asked for, and the router's answer. */
export type Visited = Pick<Visit, 'from' | 'url'> & VisitAnswer;

export interface ExecOrder {
  command: string;
  env: Record<string, string>;
  tty: (TerminalSize & {term: string}) | null;
}

/** Raw bytes to and from a process of a dyno. */
export interface AttachedSession {
  stream: Duplex;
  /** asks for the exit status, and names the terminal to resize */
  id: string;
}

/**
 * What Heroku's API has no word for, under /local on the same server:
 *
 *   GET  /local/platform                             PlatformFacts
 *   POST /local/platform/stop                        {dynos: 'keep' | 'stop'} → 202, then the process ends
 *   GET  /local/doctor                               DoctorReport
 *   GET  /local/clock                                ClockReading[], one per runtime
 *   POST /local/clock                                {advance_ms} or {reset: true}, for one `runtime` or all → ClockReading[]
 *   POST /local/apps/:app/chaos                      ChaosOrder → 202 {}
 *   POST /local/visits                               VisitOrder → Visited
 *   GET  /local/spaces/:space/proxies                {proxies}: addresses and ranges
 *   PUT  /local/spaces/:space/proxies                {proxies}, all of them → {proxies}
 *   GET  /local/apps/:app/drains                     DrainCounts[]
 *   GET  /local/apps/:app/requests/:id               RequestTimeline
 *   POST /local/apps/:app/dynos/:dyno/attach         101, Upgrade: dyno-session; the header dyno-session names the session
 *   POST /local/apps/:app/dynos/:dyno/exec           ExecOrder as base64 JSON in the header dyno-exec → 101 as above
 *   POST /local/apps/:app/dynos/:dyno/resize         {session, columns, rows} → {}
 *   GET  /local/apps/:app/sessions/:session          {status}: exit status, answered once the process has ended
 */
export class LocalApi {
  constructor(private readonly http: Connection) {}

  platform(): Promise<PlatformFacts> {
    return this.http.call('GET', '/local/platform');
  }

  /** `keep`: the dynos go on without a platform, and the next one adopts them */
  stopPlatform(dynos: 'keep' | 'stop'): Promise<object> {
    return this.http.call('POST', '/local/platform/stop', {body: {dynos}});
  }

  doctor(): Promise<DoctorReport> {
    return this.http.call('GET', '/local/doctor');
  }

  clock(): Promise<ClockReading[]> {
    return this.http.call('GET', '/local/clock');
  }

  advanceClock(advanceMs: number, runtime?: string): Promise<ClockReading[]> {
    return this.http.call('POST', '/local/clock', {body: {advance_ms: advanceMs, ...(runtime ? {runtime} : {})}});
  }

  resetClock(runtime?: string): Promise<ClockReading[]> {
    return this.http.call('POST', '/local/clock', {body: {reset: true, ...(runtime ? {runtime} : {})}});
  }

  chaos(app: string, order: ChaosOrder): Promise<object> {
    return this.http.call('POST', `${localAppPath(app)}/chaos`, {body: order});
  }

  /** What a client at another address would get. */
  visit(order: VisitOrder): Promise<Visited> {
    return this.http.call('POST', '/local/visits', {body: order});
  }

  /** Who may speak PROXY protocol to a space's router. */
  async proxies(space: string): Promise<string[]> {
    return (await this.http.call<{proxies: string[]}>('GET', proxiesPath(space))).proxies;
  }

  /** replaces the whole list */
  async replaceProxies(space: string, proxies: string[]): Promise<string[]> {
    return (await this.http.call<{proxies: string[]}>('PUT', proxiesPath(space), {body: {proxies}})).proxies;
  }

  /** Of the app's drains, since each was added. */
  drainCounts(app: string): Promise<DrainCounts[]> {
    return this.http.call('GET', `${localAppPath(app)}/drains`);
  }

  /** By its Request-Id; the router remembers the latest. */
  request(app: string, id: string): Promise<RequestTimeline> {
    return this.http.call('GET', `${localAppPath(app)}/requests/${encodeURIComponent(id)}`);
  }

  /** To a one-off dyno that waits for its client. */
  attach(app: string, dyno: string): Promise<AttachedSession> {
    return this.session(`${dynoPath(app, dyno)}/attach`, {});
  }

  /** To a further command inside a running dyno. */
  exec(app: string, dyno: string, order: ExecOrder): Promise<AttachedSession> {
    const header = Buffer.from(JSON.stringify(order)).toString('base64');
    return this.session(`${dynoPath(app, dyno)}/exec`, {'dyno-exec': header});
  }

  resize(app: string, dyno: string, session: string, {columns, rows}: TerminalSize): Promise<object> {
    return this.http.call('POST', `${dynoPath(app, dyno)}/resize`, {body: {session, columns, rows}});
  }

  /** Answers once the process has ended. */
  sessionStatus(app: string, session: string): Promise<{status: number}> {
    return this.http.call('GET', `${localAppPath(app)}/sessions/${encodeURIComponent(session)}`);
  }

  private async session(path: string, headers: Record<string, string>): Promise<AttachedSession> {
    const {stream, headers: answer} = await this.http.upgrade('POST', path, 'dyno-session', headers);
    return {stream, id: String(answer['dyno-session'] ?? '')};
  }
}

const proxiesPath = (space: string): string => `/local/spaces/${encodeURIComponent(space)}/proxies`;
const localAppPath = (app: string): string => `/local/apps/${encodeURIComponent(app)}`;
const dynoPath = (app: string, dyno: string): string => `${localAppPath(app)}/dynos/${encodeURIComponent(dyno)}`;
