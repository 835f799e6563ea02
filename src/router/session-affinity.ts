import {createHmac} from 'node:crypto';
import type {DynoRoute} from './dyno-route.js';

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

export function affinityCookieOf(cookieHeader: string): string | undefined {
  for (const pair of cookieHeader.split(';')) {
    const [name, value] = pair.trim().split('=', 2);
    if (name === AFFINITY_COOKIE) return value;
  }
  return undefined;
}

/** A header line with CRLF. `now` in ms. */
export function affinityCookieLine(token: string, host: string, now: number): string {
  const expires = new Date(now + DAY_SECONDS * 1000).toUTCString();
  return (
    `Set-Cookie: ${AFFINITY_COOKIE}=${token}; Version=1; Expires=${expires}; Max-Age=${DAY_SECONDS}; ` +
    `Domain=${host}; Path=/; HttpOnly\r\n`
  );
}
