/** The one documented setting of the router's behaviour, and what hangs on it. */
export interface RouterSettings {
  /**
   * `router2`: Router 2.0, the default. `legacy`: the router before it: a new connection to the dyno for each request,
   * small responses read whole before the client gets any, its log keys, `Via` and `Server`, and H26.
   */
  style: 'router2' | 'legacy';
  /**
   * `drop`: dynos see the Host without its port and X-Forwarded-Port 80 or 443, as on Heroku.
   * `keep`: both with the listener's own port, for apps that build absolute URLs of it.
   */
  hostPort: 'drop' | 'keep';
}

export const defaultSettings: RouterSettings = {style: 'router2', hostPort: 'drop'};

/** How each style names itself to dynos and clients (heroku-behaviour.md 3.3, 3.4). */
export const routerNames = {
  router2: {via: '1.1 heroku-router', server: 'Heroku'},
  legacy: {via: '1.1 vegur', server: 'Cowboy'},
} as const;
