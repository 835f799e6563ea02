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
    return this.#byHost.get(host) ?? this.#findWildcard(host);
  }

  #findWildcard(host: string): AppRoutes | undefined {
    for (let dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
      const routes = this.#byHost.get('*' + host.slice(dot));
      if (routes) return routes;
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
