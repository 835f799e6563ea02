import {randomBytes} from 'node:crypto';
import type {Socket} from 'node:net';
import type {Clock} from '../model/clock.js';
import {AppRoutes} from './app-routes.js';
import {AppTable} from './app-table.js';
import {HeaderNames} from './http1/header-names.js';
import {Listener} from './listener.js';
import {RequestRecords} from './request-records.js';
import type {RequestTimeline} from './request-timeline.js';
import type {RoutedApp, RoutedDyno} from './routed-app.js';
import type {RouterCore} from './router-core.js';
import {routerLimits} from './router-limits.js';
import {defaultSettings} from './router-settings.js';
import type {RouterSettings} from './router-settings.js';
import {SlowClients} from './slow-clients.js';
import {WriteTurn} from './write-turn.js';

export {timelineOfLine} from './request-timeline.js';
export type {RequestTimeline} from './request-timeline.js';
export type {RoutedApp, RoutedDyno, RoutedDynoState} from './routed-app.js';
export type {RouterSettings} from './router-settings.js';

export interface RouterOptions {
  kind: 'common' | 'space';
  clock: Clock;
  /** answers in [0, 1) */
  random: () => number;
  /** one router line of the app: `heroku[router]` */
  log: (appId: string, message: string) => void;
  /** a request waits for an app that sleeps */
  wake: (appId: string) => void;
  /** a request of the app came in */
  trafficSeen: (appId: string) => void;
  /** mistakes of the router's own; each ends one request with H99, never the process */
  report?: (error: unknown) => void;
  /** PEM; asked once per name that no app has a certificate for */
  certificateFor?: (host: string) => Promise<{cert: string; key: string}>;
  settings?: Partial<RouterSettings>;
  /** overrides of the limits table for all apps, and for what happens before an app is known */
  limits?: Record<string, number>;
  /** signs session affinity cookies; keep it to keep sessions over a restart */
  affinitySecret?: Buffer;
}

const READ_BYTES = 64 * 1024;

/**
 * Takes HTTP for the apps of one runtime, picks an up web dyno and writes the router line (heroku-behaviour.md 3).
 * Told of apps and dynos by setApp and setDynos; both may be called again at any time with the same or other facts.
 */
export class Router {
  readonly #core: RouterCore;
  readonly #limits: Record<string, number>;
  readonly #secret: Buffer;
  readonly #listener: Listener;

  constructor(options: RouterOptions) {
    const {kind, clock, random, log, wake, trafficSeen, certificateFor} = options;
    this.#limits = options.limits ?? {};
    this.#secret = options.affinitySecret ?? randomBytes(32);
    const limits = routerLimits(kind, this.#limits);
    const report = options.report ?? (() => undefined);
    this.#core = {
      kind,
      clock,
      random,
      log,
      report,
      wake,
      trafficSeen,
      settings: {...defaultSettings, ...options.settings},
      limits,
      apps: new AppTable(),
      records: new RequestRecords(limits.rememberedRequests),
      names: new HeaderNames(),
      slowClients: new SlowClients(limits.responseBufferBytes, limits.responseBudgetBytes),
      turn: new WriteTurn(report),
      readBuffer: Buffer.allocUnsafeSlow(READ_BYTES),
    };
    this.#listener = new Listener(this.#core, certificateFor);
  }

  /**
   * Port 0 picks a free one.
   *
   * @throws DynoError port_in_use
   */
  listen(where: {host: string; httpPort: number; httpsPort?: number}): Promise<{httpPort: number; httpsPort?: number}> {
    return this.#listener.listen(where);
  }

  setApp(app: RoutedApp): void {
    const known = this.#core.apps.get(app.id);
    const routes = known ?? new AppRoutes(app, this.#core.kind, this.#limits, this.#secret);
    this.#core.apps.set(routes, app);
  }

  removeApp(appId: string): void {
    const routes = this.#core.apps.get(appId);
    this.#core.apps.remove(appId);
    routes?.close();
  }

  /** All web dynos of the app; an app that is not known (any more) has none. */
  setDynos(appId: string, dynos: RoutedDyno[]): void {
    this.#core.apps.get(appId)?.setDynos(dynos);
  }

  /**
   * The dyno gets nothing new from now on. Resolves when its requests in progress have ended, or after `routerDrainMs`;
   * upgraded connections do not hold it.
   */
  async drain(appId: string, dynoId: string): Promise<void> {
    await this.#core.apps.get(appId)?.drain(dynoId, this.#core.clock);
  }

  /**
   * CIDRs that may connect, but for those of `denied`; null for everybody. Connections that are not allowed any more are
   * cut.
   */
  setTrustedRanges(cidrs: string[] | null, denied: string[] = []): void {
    this.#listener.setTrustedRanges(cidrs, denied);
  }

  /** CIDRs of the space itself: only from there are apps with internal routing served. */
  setInternalRanges(cidrs: string[]): void {
    this.#listener.setInternalRanges(cidrs);
  }

  /** CIDRs of proxies in front, each of whose connections has to begin with a PROXY protocol header. */
  setProxyPeers(cidrs: string[]): void {
    this.#listener.setProxyPeers(cidrs);
  }

  /**
   * A connection that is served as if a client at this address had made it: the client's end of it.
   *
   * @throws DynoError bad_request: no https here
   */
  connectAs(address: string, role: 'http' | 'https'): Promise<Socket> {
    return this.#listener.connectAs(address, role);
  }

  /** What happened to a request and when; undefined when it is none of the latest. */
  requestTimeline(appId: string, requestId: string): RequestTimeline | undefined {
    return this.#core.records.timelineOf(appId, requestId);
  }

  /** Stops listening and ends every connection. */
  async close(): Promise<void> {
    await this.#listener.close();
    for (const routes of this.#core.apps.all()) routes.close();
  }
}
