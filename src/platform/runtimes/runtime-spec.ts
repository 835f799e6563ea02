import {defaultHostOf} from '../../model/app-hosts.js';
import {commonRouterPorts} from '../../model/ports.js';
import type {RuntimeSpec} from '../../model/spec.js';
import type {App} from '../store/apps.js';
import type {InboundRule, Space} from '../store/spaces.js';
import type {Store} from '../store/store.js';
import {appSpecOf} from './app-spec.js';

export const commonRegions = ['us', 'eu'] as const;

/** Name of the runtime an app lives in: fixed when the app is made. */
export function runtimeNameOf(store: Store, app: Pick<App, 'region' | 'spaceId'>): string {
  return app.spaceId === null ? app.region : store.spaces.get(app.spaceId).runtime;
}

/** All that the runtime of this name has to know; undefined when no region or living space has it (any more). */
export function runtimeSpecOf(store: Store, basePort: number, name: string): RuntimeSpec | undefined {
  if ((commonRegions as readonly string[]).includes(name)) {
    return {
      name,
      kind: 'common',
      router: {host: '127.0.0.1', ...commonRouterPorts(basePort, name)},
      apps: store.apps.listOf({region: name}).map((app) => appSpecOf(store, app)),
    };
  }
  const space = livingSpaces(store).find((candidate) => candidate.runtime === name);
  if (!space) return undefined;
  return {
    name,
    kind: 'space',
    router: {host: '127.0.0.1', httpPort: space.httpPort, httpsPort: space.httpsPort},
    space: spaceSpecOf(store, space),
    apps: store.apps.listOf({spaceId: space.id}).map((app) => appSpecOf(store, app)),
  };
}

/** Name of the runtime whose router speaks this protocol on this port; undefined when none does. */
export function runtimeAtPort(
  store: Store,
  basePort: number,
  protocol: 'http' | 'https',
  port: number,
): string | undefined {
  const regions = commonRegions.map((name) => ({runtime: name as string, ...commonRouterPorts(basePort, name)}));
  const found = [...regions, ...livingSpaces(store)].find((router) => router[`${protocol}Port`] === port);
  return found?.runtime;
}

/** What is being destroyed gets no runtime any more. */
function livingSpaces(store: Store): Space[] {
  return store.spaces.list().filter(({state}) => state !== 'deleting');
}

function spaceSpecOf(store: Store, space: Space): NonNullable<RuntimeSpec['space']> {
  const {rules} = store.spaces.rulesetOf(space.id);
  const sources = (action: InboundRule['action']) =>
    rules.filter((rule) => rule.action === action).map(({source}) => source);
  return {
    id: space.id,
    cidr: space.cidr,
    subnet: space.subnet,
    trustedRanges: sources('allow'),
    deniedRanges: sources('deny'),
    proxyPeers: space.proxyPeers,
    natAddresses: space.nat,
  };
}

/** Where the router serves an app: `http://demo.localhost:7780/`; inside of a space it is on port 80. */
export function webUrlOf(store: Store, basePort: number, app: App): string {
  if (app.internalRouting) return `http://${defaultHostOf(app)}/`;
  const port = app.spaceId ? store.spaces.get(app.spaceId).httpPort : commonRouterPorts(basePort, app.region).httpPort;
  return `http://${app.name}.localhost:${port}/`;
}
