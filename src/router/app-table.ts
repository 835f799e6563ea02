import type {AppRoutes} from './app-routes.js';
import type {RoutedApp} from './routed-app.js';

/** Which app a host belongs to: exact names first, then the longest wildcard (heroku-behaviour.md 3.1). */
export class AppTable {
  readonly #byId = new Map<string, AppRoutes>();
  readonly #byHost = new Map<string, AppRoutes>();

  get(appId: string): AppRoutes | undefined {
    return this.#byId.get(appId);
  }

  all(): Iterable<AppRoutes> {
    return this.#byId.values();
  }

  /** Adds or changes an app: `routes` stays the same object, its hosts may be others. */
  set(routes: AppRoutes, app: RoutedApp): void {
    this.#forgetHosts(routes);
    routes.update(app);
    this.#byId.set(app.id, routes);
    for (const host of app.hosts) this.#byHost.set(host.toLowerCase(), routes);
  }

  remove(appId: string): void {
    const routes = this.#byId.get(appId);
    if (!routes) return;
    this.#byId.delete(appId);
    this.#forgetHosts(routes);
  }

  /** `host` in lower case, without port. */
  find(host: string): AppRoutes | undefined {
    const routes = this.#byHost.get(host);
    if (routes) return routes;
    const pattern = this.patternOf(host);
    return pattern === undefined ? undefined : this.#byHost.get(pattern);
  }

  /** As what the app of `host` was given it: the host itself, or `*.example.com`. */
  patternOf(host: string): string | undefined {
    if (this.#byHost.has(host)) return host;
    for (let dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
      const pattern = '*' + host.slice(dot);
      if (this.#byHost.has(pattern)) return pattern;
    }
    return undefined;
  }

  #forgetHosts(routes: AppRoutes): void {
    for (const host of routes.app.hosts) {
      const key = host.toLowerCase();
      if (this.#byHost.get(key) === routes) this.#byHost.delete(key);
    }
  }
}
