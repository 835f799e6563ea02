import {createHmac} from 'node:crypto';
import type {AppRoutes} from './app-routes.js';
import type {DynoRoute} from './dyno-route.js';
import type {RequestHead} from './request-head.js';

/** Session affinity (heroku-behaviour.md 3.9): a cookie whose opaque value only this router can make. */
export const AFFINITY_COOKIE = 'heroku-session-affinity';

const DAY_SECONDS = 86_400;

export function affinityTokens(routes: DynoRoute[], appId: string, secret: Buffer): Map<string, DynoRoute> {
  return new Map(
    routes.map((route) => {
      const digest = createHmac('sha256', secret).update(`${appId} ${route.dyno.id}`).digest('base64url');
      return ['A' + digest, route];
    }),
  );
}

/** The affinity of one request: the dyno that its cookie names, and the cookie that its response needs. */
export class SessionAffinity {
  readonly #app: AppRoutes;
  readonly #host: string;
  readonly #token: string | undefined;

  constructor(app: AppRoutes, head: RequestHead) {
    this.#app = app;
    this.#host = head.host;
    this.#token = affinityCookieOf(head.cookie);
  }

  /** Null: no cookie, or one of a dyno that is gone, quarantined, or never was. */
  preferred(now: number): DynoRoute | null {
    return this.#token === undefined ? null : this.#app.routeOfToken(this.#token, now);
  }

  /** A header line with CRLF; empty where the client has the right cookie already. */
  line(route: DynoRoute, now: number): string {
    const token = this.#app.tokenOf(route);
    return token === undefined || token === this.#token ? '' : affinityCookieLine(token, this.#host, now);
  }
}

function affinityCookieOf(cookieHeader: string): string | undefined {
  for (const pair of cookieHeader.split(';')) {
    const [name, value] = pair.trim().split('=', 2);
    if (name === AFFINITY_COOKIE) return value;
  }
  return undefined;
}

function affinityCookieLine(token: string, host: string, now: number): string {
  const expires = new Date(now + DAY_SECONDS * 1000).toUTCString();
  return (
    `Set-Cookie: ${AFFINITY_COOKIE}=${token}; Version=1; Expires=${expires}; Max-Age=${DAY_SECONDS}; ` +
    `Domain=${host}; Path=/; HttpOnly\r\n`
  );
}
