import {DynoRoute} from './dyno-route.js';
import {routerLimits} from './router-limits.js';
import type {RouterLimits} from './router-limits.js';
import type {RoutedApp, RoutedDyno} from './routed-app.js';
import {affinityTokens} from './session-affinity.js';

/** Why no dyno can take a request right now. */
export type Shortage =
  /** the app has no web dyno */
  | 'none'
  | 'crashed'
  /** some dyno boots */
  | 'booting'
  /** an eco app sleeps */
  | 'idle'
  /** dynos are up, but connections to each failed a moment ago */
  | 'quarantined';

/** One app in the router: its dynos, its requests in progress, and who waits for a dyno. */
export class AppRoutes {
  app: RoutedApp;
  limits: RouterLimits;
  affinity = false;
  endToEndContinue = false;
  /** requests in progress, without upgraded ones */
  active = 0;
  /** told whenever the dynos changed */
  readonly waiting = new Set<() => void>();
  readonly #kind: 'common' | 'space';
  readonly #baseLimits: Record<string, number>;
  readonly #secret: Buffer;
  #routes: DynoRoute[] = [];
  #ready: DynoRoute[] = [];
  #tokens: Map<string, DynoRoute> | null = null;

  constructor(app: RoutedApp, kind: 'common' | 'space', limits: Record<string, number>, secret: Buffer) {
    this.#kind = kind;
    this.#baseLimits = limits;
    this.#secret = secret;
    this.app = app;
    this.limits = routerLimits(kind, limits);
    this.update(app);
  }

  update(app: RoutedApp): void {
    this.app = app;
    this.limits = routerLimits(this.#kind, {...this.#baseLimits, ...app.limits});
    this.affinity = this.#kind === 'common' && app.features.includes('http-session-affinity');
    this.endToEndContinue = app.features.includes('http-end-to-end-continue');
  }

  /** All web dynos of the app, as the dyno manager knows them now. */
  setDynos(dynos: RoutedDyno[]): void {
    const before = new Map(this.#routes.map((route) => [route.dyno.id, route]));
    this.#routes = dynos.map((dyno) => {
      const route = before.get(dyno.id);
      if (!route) return new DynoRoute(dyno);
      before.delete(dyno.id);
      route.update(dyno);
      return route;
    });
    for (const gone of before.values()) {
      gone.draining = true;
      gone.closeIdle();
    }
    this.#refresh();
  }

  async drain(dynoId: string, clock: Parameters<DynoRoute['drain']>[0]): Promise<void> {
    const route = this.#routes.find(({dyno}) => dyno.id === dynoId);
    const drained = route?.drain(clock, this.limits.routerDrainMs);
    this.#refresh();
    await drained;
  }

  /** The app is gone: whoever waits for a dyno waits in vain. */
  close(): void {
    this.app = {...this.app, wantsWeb: false};
    this.setDynos([]);
  }

  /** requests that may be in progress at once; more is H11 */
  get capacity(): number {
    return this.limits.requestsPerDyno * Math.max(1, this.#routes.filter(({draining}) => !draining).length);
  }

  /** One of the dynos that are up, at random; neither quarantined nor tried before. */
  choose(random: () => number, now: number, tried: ReadonlySet<DynoRoute> | null): DynoRoute | null {
    const ready = this.#ready;
    if (ready.length === 0) return null;
    const first = ready[Math.floor(random() * ready.length)]!;
    if (first.quarantinedUntil <= now && !tried?.has(first)) return first;
    const able = ready.filter((route) => route.quarantinedUntil <= now && !tried?.has(route));
    return able.length === 0 ? null : able[Math.floor(random() * able.length)]!;
  }

  shortage(): Shortage {
    if (this.#ready.length > 0) return 'quarantined';
    const states = new Set(this.#routes.map(({dyno, draining}) => (draining ? 'draining' : dyno.state)));
    // Up without an address yet counts as booting; so does a restart, where the old dyno drains before the new one starts.
    if (states.has('starting') || states.has('up') || states.has('draining')) return 'booting';
    if (states.has('idle')) return 'idle';
    if (states.has('crashed')) return 'crashed';
    return this.app.wantsWeb ? 'booting' : 'none';
  }

  /** The dyno that a session affinity cookie names, if it can take requests. */
  routeOfToken(token: string, now: number): DynoRoute | null {
    const route = this.#affinityTokens().get(token);
    return route && route.quarantinedUntil <= now ? route : null;
  }

  tokenOf(route: DynoRoute): string | undefined {
    for (const [token, known] of this.#affinityTokens()) if (known === route) return token;
    return undefined;
  }

  #affinityTokens(): Map<string, DynoRoute> {
    return (this.#tokens ??= affinityTokens(this.#ready, this.app.id, this.#secret));
  }

  #refresh(): void {
    this.#ready = this.#routes.filter((route) => route.ready);
    this.#tokens = null;
    for (const look of [...this.waiting]) look();
  }
}
