import type {Connection} from './connection.js';

export interface RuntimeFacts {
  name: string;
  kind: 'common' | 'space';
  pid: number;
  router_url: string;
  dynos: number;
}

export interface PlatformFacts {
  pid: number;
  version: string;
  engine: string;
  api_url: string;
  runtimes: RuntimeFacts[];
}

export interface DoctorCheck {
  /** what was looked at: `docker`, `isolation`, `memory` */
  name: string;
  state: 'fail' | 'ok' | 'warn';
  /** one sentence */
  detail: string;
  remedy?: string;
}

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

/** What Heroku's API has no word for: `/local/…` on the same server. */
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

  chaos(app: string, order: ChaosOrder): Promise<{dyno?: string}> {
    return this.http.call('POST', `/local/apps/${encodeURIComponent(app)}/chaos`, {body: order});
  }

  /** What router and dyno manager know of a request, by its Request-Id. */
  request(app: string, id: string): Promise<object> {
    return this.http.call('GET', `/local/apps/${encodeURIComponent(app)}/requests/${encodeURIComponent(id)}`);
  }
}
