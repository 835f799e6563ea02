/** Zone of the names under which a space's own dynos reach its router (docs/isolation.md). */
export const INTERNAL_ZONE = 'internal.localspace';

interface Named {
  name: string;
  internalRouting: boolean;
}

/** The host that every app has: with internal routing one that resolves inside of its space only. */
export function defaultHostOf({name, internalRouting}: Named): string {
  return internalRouting ? `${name}.${INTERNAL_ZONE}` : `${name}.localhost`;
}

/** All that the router serves an app at, custom domains aside. */
export function ownHostsOf(app: Named): string[] {
  return [...new Set([defaultHostOf(app), `${app.name}.localhost`])];
}

/** Name of the app that such a host belongs to; undefined when it is no such host. */
export function appNameOf(host: string): string | undefined {
  return /^([a-z0-9-]+)\.(?:localhost|internal\.localspace)$/.exec(host)?.[1];
}
