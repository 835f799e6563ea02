import {checkNewDrain} from '../../model/drain.js';
import type {PlatformContext} from '../context.js';
import {route} from '../http/route.js';
import type {App} from '../store/apps.js';
import {newId, timestamp} from '../store/identity.js';
import type {LogDrain} from '../store/log-drains.js';
import {requireDrainHost} from '../require-drain-host.js';
import {appReference} from './app-json.js';

const ranges = ['created_at', 'id', 'url', 'token'] as const;

const present = (app: App, drain: LogDrain) => ({
  addon: null,
  app: appReference(app),
  created_at: drain.createdAt,
  id: drain.id,
  token: drain.token,
  updated_at: drain.updatedAt,
  url: drain.url,
});

/** Changes drains in the store, then tells the runtime. */
async function change<T>({store, runtimes}: PlatformContext, appId: string, work: () => T): Promise<T> {
  const result = store.transaction(() => {
    store.apps.touch(appId);
    return work();
  });
  await runtimes.push(appId);
  return result;
}

async function add(context: PlatformContext, app: App, url: string): Promise<LogDrain> {
  const {store, clock} = context;
  const others = store.logDrains.listOf(app.id).map((drain) => drain.url);
  await requireDrainHost(context, url, checkNewDrain(others, url));
  const now = timestamp(clock.now());
  const drain = {id: newId(), appId: app.id, url, token: `d.${newId()}`, createdAt: now, updatedAt: now};
  return change(context, app.id, () => store.logDrains.insert(drain));
}

async function move(context: PlatformContext, app: App, drain: LogDrain, url: string): Promise<LogDrain> {
  const {store, clock} = context;
  const others = store.logDrains.listOf(app.id).filter(({id}) => id !== drain.id);
  const address = checkNewDrain(
    others.map((other) => other.url),
    url,
  );
  await requireDrainHost(context, url, address);
  return change(context, app.id, () => {
    store.logDrains.update(drain.id, {url, updatedAt: timestamp(clock.now())});
    return store.logDrains.get(app.id, drain.id);
  });
}

export const logDrainRoutes = [
  route('GET', '/apps/:app/log-drains', {title: 'list drains', answers: 'log-drain', ranges}, ({context, params}) => {
    const app = context.store.apps.get(params.app!);
    return context.store.logDrains.listOf(app.id).map((drain) => present(app, drain));
  }),
  route('POST', '/apps/:app/log-drains', {title: 'add a drain', answers: 'log-drain', status: 201}, (call) => {
    const {context, params, body} = call;
    const app = context.store.apps.get(params.app!);
    return context.queue.run(app.id, async () => present(app, await add(context, app, body.url as string)));
  }),
  route('GET', '/apps/:app/log-drains/:drain', {title: 'drain', answers: 'log-drain'}, ({context, params}) => {
    const app = context.store.apps.get(params.app!);
    return present(app, context.store.logDrains.get(app.id, params.drain!));
  }),
  route(
    'PUT',
    '/apps/:app/log-drains/:drain',
    {
      title: 'change the URL of a drain',
      answers: 'log-drain',
      body: {type: 'object', required: ['url'], properties: {url: {type: 'string'}}},
    },
    ({context, params, body}) => {
      const app = context.store.apps.get(params.app!);
      return context.queue.run(app.id, async () => {
        const drain = context.store.logDrains.get(app.id, params.drain!);
        return present(app, await move(context, app, drain, body.url as string));
      });
    },
  ),
  route('DELETE', '/apps/:app/log-drains/:drain', {title: 'remove a drain', answers: 'log-drain'}, (call) => {
    const {context, params} = call;
    const app = context.store.apps.get(params.app!);
    return context.queue.run(app.id, async () => {
      const drain = context.store.logDrains.get(app.id, params.drain!);
      await change(context, app.id, () => context.store.logDrains.delete(drain.id));
      return present(app, drain);
    });
  }),
];
