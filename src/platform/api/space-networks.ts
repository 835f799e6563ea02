import {defaultHostOf} from '../../model/app-hosts.js';
import {DynoError} from '../../model/error.js';
import type {DynoInfo} from '../../runtime/protocol.js';
import type {PlatformContext} from '../context.js';
import type {ApiCall} from '../http/route.js';
import {route} from '../http/route.js';
import type {App} from '../store/apps.js';
import {newId, timestamp} from '../store/identity.js';
import type {Space} from '../store/spaces.js';
import {dynoJson, listDynos} from './dynos.js';
import {requireSpaceDrain} from './spaces.js';

const requireSpace = ({context, params}: ApiCall): Space => context.store.spaces.get(params.space!);

/** What feeds the names inside of a space (heroku-behaviour.md 1.6): both spellings of the list of process types. */
async function topologyOf(context: PlatformContext, app: App) {
  const dynos = await listDynos(context, app);
  const formation = context.store.formation.listOf(app.id).flatMap((row) => {
    const running = dynos.filter((dyno) => dyno.kind === 'formation' && dyno.type === row.type);
    return running.length === 0
      ? []
      : [{id: row.id, process_type: row.type, dynos: running.map((dyno) => topologyDyno(app, dyno))}];
  });
  const domains = [defaultHostOf(app), ...context.store.domains.listOf(app.id).map(({hostname}) => hostname)];
  return {id: app.id, domains, formation, formations: formation};
}

function topologyDyno(app: App, dyno: DynoInfo) {
  const number = Number(dyno.name.split('.').at(-1));
  return {
    id: dyno.id,
    number,
    private_ip: dyno.address ?? '',
    hostname: `${number}.${dyno.type}.${app.name}.app.localspace`,
  };
}

/** The space's own drain, as an app's drain without an app. */
const spaceDrain = (space: Space) => ({
  addon: null,
  app: null,
  created_at: space.createdAt,
  id: space.logDrainId,
  token: `d.${space.logDrainId}`,
  updated_at: space.updatedAt,
  url: space.logDrainUrl,
});

async function setDrain(context: PlatformContext, space: Space, url: string | null) {
  const {store, runtimes, clock} = context;
  const change = {logDrainUrl: url, logDrainId: url === null ? null : (space.logDrainId ?? newId())};
  store.transaction(() => {
    store.spaces.update(space.id, {...change, updatedAt: timestamp(clock.now())});
    for (const app of store.apps.listOf({spaceId: space.id})) store.apps.touch(app.id);
  });
  await runtimes.pushAll(space.runtime);
  return url === null ? {} : spaceDrain(store.spaces.get(space.id));
}

const unsupported =
  (what: string) =>
  (call: ApiCall): never => {
    requireSpace(call);
    throw new DynoError('unsupported', {message: `${what} leave this machine, so they cannot be made here.`});
  };

const empty = (call: ApiCall): never[] => {
  requireSpace(call);
  return [];
};

const absent =
  (resource: string) =>
  (call: ApiCall): never => {
    requireSpace(call);
    throw new DynoError('not_found', {resource});
  };

const vpn = 'vpn-connection';

export const spaceNetworkRoutes = [
  route('GET', '/spaces/:space/nat', {title: 'stable outbound addresses', answers: 'space-nat'}, (call) => {
    const space = requireSpace(call);
    return {
      created_at: space.createdAt,
      sources: space.nat,
      state: space.state === 'allocated' ? 'enabled' : 'updating',
      updated_at: space.createdAt,
    };
  }),
  route(
    'GET',
    '/spaces/:space/topology',
    {title: 'addresses and names of dynos', answers: 'space-topology'},
    async (call) => {
      const space = requireSpace(call);
      const apps = call.context.store.apps.listOf({spaceId: space.id});
      return {version: 1, apps: await Promise.all(apps.map((app) => topologyOf(call.context, app)))};
    },
  ),
  route('GET', '/spaces/:space/dynos', {title: 'dynos of all apps of a space'}, async (call) => {
    const {context} = call;
    const apps = context.store.apps.listOf({spaceId: requireSpace(call).id});
    return Promise.all(
      apps.map(async (app) => ({
        app_id: app.id,
        app_name: app.name,
        dynos: (await listDynos(context, app)).map((dyno) => dynoJson(context, app, dyno)),
      })),
    );
  }),
  route('GET', '/spaces/:space/log-drain', {title: 'log drain of a space', answers: 'log-drain'}, (call) => {
    const space = requireSpace(call);
    if (space.logDrainUrl === null) throw new DynoError('not_found', {resource: 'log drain'});
    return spaceDrain(space);
  }),
  route(
    'PUT',
    '/spaces/:space/log-drain',
    {title: 'set the log drain of a space', answers: 'log-drain'},
    async ({context, params, body}) => {
      const {id} = context.spaces.requireAlive(context.store.spaces.get(params.space!));
      const url = body.url ? await requireSpaceDrain(context, body.url as string) : null;
      return context.queue.run(id, () => setDrain(context, context.store.spaces.get(id), url));
    },
  ),
  route('GET', '/spaces/:space/hosts', {title: 'dedicated hosts: none'}, empty),
  route('GET', '/spaces/:space/peerings', {title: 'peerings: none', answers: 'peering', ranges: ['pcx_id']}, empty),
  route(
    'POST',
    '/spaces/:space/peerings',
    {title: 'refused', answers: 'peering', status: 422},
    unsupported('Peerings'),
  ),
  route(
    'DELETE',
    '/spaces/:space/peerings/:peering',
    {title: 'peering', answers: 'peering', status: 404},
    absent('peering'),
  ),
  route('GET', '/spaces/:space/peering-info', {title: 'ranges of a space', answers: 'peering-info'}, (call) => {
    const space = requireSpace(call);
    return {
      aws_account_id: '000000000000',
      aws_region: 'us-east-1',
      vpc_id: `vpc-${space.id.slice(0, 8)}`,
      vpc_cidr: space.cidr,
      dyno_cidr_blocks: [space.subnet],
      unavailable_cidr_blocks: [space.dataCidr],
      space_cidr_blocks: [space.cidr],
    };
  }),
  route('GET', '/spaces/:space/vpn-connections', {title: 'VPNs: none', answers: vpn, ranges: ['name']}, empty),
  ...(['GET', 'PATCH', 'DELETE'] as const).map((method) =>
    route(
      method,
      '/spaces/:space/vpn-connections/:vpn',
      {title: 'VPN', answers: vpn, status: 404},
      absent('vpn connection'),
    ),
  ),
  route('POST', '/spaces/:space/vpn-connections', {title: 'refused', answers: vpn, status: 422}, unsupported('VPNs')),
];
