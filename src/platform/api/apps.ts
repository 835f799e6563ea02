import type {PlatformContext} from '../context.js';
import {DynoError} from '../../model/error.js';
import {route} from '../http/route.js';
import type {App} from '../store/apps.js';
import {timestamp} from '../store/identity.js';
import {requireUser} from './accounts.js';
import {appJson} from './app-json.js';
import {requireAppName} from './app-name.js';
import type {NewApp} from './create-app.js';
import {createApp} from './create-app.js';
import {destroyApp} from './destroy-app.js';
import {requireStack} from './stacks.js';

const ranges = ['name', 'id', 'updated_at', 'created_at'] as const;

const text = {type: ['string', 'null']};
const flag = {type: ['boolean', 'null']};

/** Wider than the published one: clients send what belongs to /teams/apps here too. Names are checked in words. */
export const newAppBody = {
  type: 'object',
  properties: {
    name: text,
    region: text,
    stack: text,
    space: text,
    team: text,
    organization: text,
    internal_routing: flag,
    locked: flag,
    personal: flag,
    feature_flags: {type: ['array', 'null'], items: {type: 'string'}},
  },
};

const changeBody = {
  type: 'object',
  properties: {name: {type: 'string'}, maintenance: {type: 'boolean'}, build_stack: {type: 'string'}},
};

interface AppChange {
  name?: string;
  maintenance?: boolean;
  build_stack?: string;
}

async function changeApp(context: PlatformContext, app: App, change: AppChange): Promise<App> {
  const {store, clock, appLog, account, runtimes, webhooks} = context;
  const before = appJson(context, app);
  const name = change.name === undefined ? app.name : requireAppName(change.name);
  const buildStack = change.build_stack === undefined ? app.buildStack : requireStack(change.build_stack);
  const maintenance = change.maintenance ?? app.maintenance;
  if (name === app.name && buildStack === app.buildStack && maintenance === app.maintenance) return app;
  store.transaction(() => {
    store.apps.update(app.id, {name, buildStack, maintenance, updatedAt: timestamp(clock.now())});
    store.apps.touch(app.id);
  });
  const by = `by user ${account.email}`;
  if (buildStack !== app.buildStack) appLog(app, `Stack changed from ${app.buildStack} to ${buildStack} ${by}`);
  if (maintenance !== app.maintenance) appLog(app, `Maintenance mode ${maintenance ? 'on' : 'off'} ${by}`);
  if (name !== app.name) appLog(app, `Renamed from ${app.name} to ${name} ${by}`);
  const changed = store.apps.get(app.id);
  await runtimes.push(app.id);
  webhooks.publish(changed, {include: 'api:app', action: 'update', data: appJson(context, changed), previous: before});
  return changed;
}

/** @throws DynoError invalid_params */
function refuseMove(body: Record<string, unknown>): void {
  const place = ['region', 'space', 'internal_routing'].find((name) => body[name] !== undefined);
  if (!place) return;
  throw new DynoError('invalid_params', {
    message: `An app's ${place.replace('_', ' ')} is chosen when it is created and cannot be changed. Create a new app there.`,
  });
}

export const appRoutes = [
  route('GET', '/apps', {title: 'list apps', answers: 'app', ranges}, ({context, variant}) =>
    context.store.apps.list().map((app) => appJson(context, app, variant)),
  ),
  route('GET', '/users/:user/apps', {title: 'list apps of the account', answers: 'app', ranges}, (call) => {
    requireUser(call.context, call.params.user!);
    return call.context.store.apps.list().map((app) => appJson(call.context, app, call.variant));
  }),
  route('POST', '/apps', {title: 'create an app', answers: 'app', status: 201, body: newAppBody}, async (call) => {
    const {context, variant} = call;
    const app = await createApp(context, call.body as NewApp);
    context.webhooks.publish(app, {include: 'api:app', action: 'create', data: appJson(context, app)});
    return appJson(context, app, variant);
  }),
  route('GET', '/apps/:app', {title: 'app', answers: 'app'}, ({context, params, variant}) =>
    appJson(context, context.store.apps.get(params.app!), variant),
  ),
  route(
    'PATCH',
    '/apps/:app',
    {title: 'rename, maintenance, build stack', answers: 'app', body: changeBody},
    (call) => {
      const {context, params, body, variant} = call;
      refuseMove(body);
      const {id} = context.store.apps.get(params.app!);
      return context.queue.run(id, async () => {
        const changed = await changeApp(context, context.store.apps.get(id), body as AppChange);
        return appJson(context, changed, variant);
      });
    },
  ),
  route('DELETE', '/apps/:app', {title: 'destroy an app', answers: 'app'}, ({context, params, variant}) => {
    const {id} = context.store.apps.get(params.app!);
    return context.queue.run(id, async () => {
      const app = context.store.apps.get(id);
      const shown = appJson(context, app, variant);
      context.webhooks.publish(app, {include: 'api:app', action: 'destroy', data: shown});
      await destroyApp(context, app);
      return shown;
    });
  }),
];
