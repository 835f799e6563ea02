import type {Route} from '../http/route.js';
import type {HyperSchema, Link} from './hyper-schema.js';
import {pathShape} from './hyper-schema.js';

const callOf = (method: string, path: string): string => `${method.toUpperCase()} ${pathShape(path)}`;

/** Calls that the published schema has and this API has not, as `GET /path`. */
export function callsNotServed(published: HyperSchema, routes: readonly Route[]): string[] {
  const served = new Set(routes.map(({method, path}) => callOf(method, path)));
  const all = Object.values(published.definitions).flatMap(({links = []}) => links);
  const missing = all.filter(({method, href}) => !served.has(callOf(method, href)));
  return [...new Set(missing.map(({method, href}) => `${method.toUpperCase()} ${readable(href)}`))].sort();
}

/** Whether the published schema has this call. */
export function isPublished(published: HyperSchema, route: Route): boolean {
  const call = callOf(route.method, route.path);
  return Object.values(published.definitions).some(({links = []}) =>
    links.some(({method, href}) => callOf(method, href) === call),
  );
}

/**
 * The hyper-schema of this API, made from its routes: Heroku's definitions with the links that are served, and a
 * definition `local` with the links that only this API has.
 */
export function servedSchema(published: HyperSchema, routes: readonly Route[]): HyperSchema {
  const served = new Set(routes.map(({method, path}) => callOf(method, path)));
  const definitions = Object.fromEntries(
    Object.entries(published.definitions).map(([name, definition]) => [
      name,
      {
        ...definition,
        ...(definition.links
          ? {links: definition.links.filter(({method, href}) => served.has(callOf(method, href)))}
          : {}),
      },
    ]),
  );
  const own = routes.filter((route) => !isPublished(published, route)).map(toLink);
  return {...published, definitions: {...definitions, local: {title: 'Calls that only this API has', links: own}}};
}

function toLink(route: Route): Link {
  return {
    href: route.path.replace(/:(\w+)/g, '{$1}'),
    method: route.method,
    rel: route.ranges ? 'instances' : 'self',
    title: route.title,
    ...(route.body ? {schema: route.body} : {}),
    ...(route.answers ? {targetSchema: {$ref: `#/definitions/${route.answers}`}} : {}),
  };
}

/** `/apps/{(%23%2Fdefinitions%2Fapp%2Fdefinitions%2Fidentity)}` → `/apps/:app` */
function readable(href: string): string {
  return href.replace(/\{\(?%23%2Fdefinitions%2F([\w-]+)%2Fdefinitions%2F\w+\)?\}/g, ':$1').replace(/\{[^}]*\}/g, ':x');
}
