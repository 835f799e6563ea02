import {randomBytes} from 'node:crypto';
import {DynoError} from '../../model/error.js';
import type {ApiCall} from '../http/route.js';
import {route} from '../http/route.js';
import type {App} from '../store/apps.js';
import {newId, timestamp} from '../store/identity.js';
import type {Webhook, WebhookDelivery, WebhookEvent} from '../store/webhooks.js';
import {appReference} from './app-json.js';

const ranges = ['created_at', 'id'] as const;

/** What a webhook can subscribe to here. */
const includes = [
  'api:addon-attachment',
  'api:addon',
  'api:app',
  'api:build',
  'api:collaborator',
  'api:domain',
  'api:dyno',
  'api:formation',
  'api:release',
  'api:sni-endpoint',
  'dyno',
];

const present = (app: App, hook: Webhook) => ({
  app: appReference(app),
  created_at: hook.createdAt,
  id: hook.id,
  include: hook.include,
  level: hook.level,
  updated_at: hook.updatedAt,
  url: hook.url,
});

const deliveryJson = (delivery: WebhookDelivery, hook: Webhook, event: WebhookEvent) => ({
  created_at: delivery.createdAt,
  event: {id: event.id, include: event.include},
  id: delivery.id,
  num_attempts: delivery.numAttempts,
  next_attempt_at: delivery.nextAttemptAt,
  last_attempt: delivery.lastAttempt,
  status: delivery.status,
  updated_at: delivery.updatedAt,
  webhook: {id: hook.id, level: hook.level},
});

const eventJson = (event: WebhookEvent) => ({
  created_at: event.createdAt,
  id: event.id,
  include: event.include,
  payload: event.payload,
  updated_at: event.updatedAt,
});

const requireApp = ({context, params}: ApiCall): App => context.store.apps.get(params.app!);

function requireHook(call: ApiCall): Webhook {
  const {id: appId} = requireApp(call);
  const hook = call.context.store.webhooks.hooks.find('id = @id AND app_id = @appId', {
    id: call.params.webhook!,
    appId,
  });
  if (!hook) throw new DynoError('not_found', {resource: 'webhook'});
  return hook;
}

interface HookBody {
  url?: string;
  include?: string[];
  level?: 'notify' | 'sync';
  secret?: string | null;
  authorization?: string | null;
}

/** what a header can hold: the secret is told in one, the authorization sent in one */
const HEADER_TEXT = /^[\t\x20-\x7e]*$/;

/** @throws DynoError invalid_params */
function check({url, include, secret, authorization}: HookBody): void {
  for (const [name, value] of Object.entries({Secret: secret, Authorization: authorization})) {
    if (HEADER_TEXT.test(value ?? '')) continue;
    throw new DynoError('invalid_params', {message: `${name} may have printable ASCII characters only.`});
  }
  if (url !== undefined && !/^https?:\/\/[^\s/]+\S*$/.test(url)) {
    throw new DynoError('invalid_params', {message: `Url ${url.slice(0, 100)} is not an http or https URL.`});
  }
  const unknown = include?.find((name) => !includes.includes(name));
  if (unknown === undefined && include?.length !== 0) return;
  throw new DynoError('invalid_params', {
    message: `Include ${unknown === undefined ? 'is empty' : `${unknown.slice(0, 60)} is unknown`}. There are: ${includes.join(', ')}.`,
  });
}

/** The secret is told once, in a header. */
function add(call: ApiCall) {
  const {context, reply} = call;
  const {store, clock} = context;
  const app = requireApp(call);
  const body = call.body as unknown as HookBody & {url: string; include: string[]; level: 'notify' | 'sync'};
  check(body);
  const now = timestamp(clock.now());
  const secret = body.secret ?? randomBytes(32).toString('hex');
  const hook = store.webhooks.hooks.insert({
    id: newId(),
    appId: app.id,
    url: body.url,
    include: [...new Set(body.include)],
    level: body.level,
    secret,
    authorization: body.authorization ?? null,
    createdAt: now,
    updatedAt: now,
  });
  reply.header('heroku-webhook-secret', secret);
  return present(app, hook);
}

function change(call: ApiCall) {
  const {store, clock} = call.context;
  const app = requireApp(call);
  const {id} = requireHook(call);
  const body = call.body as HookBody;
  check(body);
  const {url, include, level, secret, authorization} = body;
  store.webhooks.hooks.update(id, {
    ...(url === undefined ? {} : {url}),
    ...(include === undefined ? {} : {include: [...new Set(include)]}),
    ...(level === undefined ? {} : {level}),
    ...(secret ? {secret} : {}),
    ...(authorization === undefined ? {} : {authorization}),
    updatedAt: timestamp(clock.now()),
  });
  if (secret) call.reply.header('heroku-webhook-secret', secret);
  return present(app, requireHook(call));
}

function deliveries(call: ApiCall) {
  const {webhooks} = call.context.store;
  return webhooks.deliveries
    .list('app_id = @id', {id: requireApp(call).id})
    .map((delivery) => showDelivery(call, delivery));
}

function showDelivery({context}: ApiCall, delivery: WebhookDelivery) {
  const {webhooks} = context.store;
  const hook = webhooks.hooks.find('id = @id', {id: delivery.webhookId})!;
  return deliveryJson(delivery, hook, webhooks.events.find('id = @id', {id: delivery.eventId})!);
}

function requireOf<T>(found: T | undefined, resource: string): T {
  if (!found) throw new DynoError('not_found', {resource});
  return found;
}

const [delivery, event] = ['app-webhook-delivery', 'app-webhook-event'];

/** The definition of a webhook in the published schema lies one level deeper than those of all else. */
const answers = 'app-webhook/definitions/app_webhook';

export const webhookRoutes = [
  route('GET', '/apps/:app/webhooks', {title: 'list webhooks', answers, ranges}, (call) => {
    const app = requireApp(call);
    return call.context.store.webhooks.hooks.list('app_id = @id', {id: app.id}).map((hook) => present(app, hook));
  }),
  route('POST', '/apps/:app/webhooks', {title: 'add a webhook', answers, status: 201}, add),
  route('GET', '/apps/:app/webhooks/:webhook', {title: 'webhook', answers}, (call) =>
    present(requireApp(call), requireHook(call)),
  ),
  route('PATCH', '/apps/:app/webhooks/:webhook', {title: 'change a webhook', answers}, change),
  route('DELETE', '/apps/:app/webhooks/:webhook', {title: 'remove a webhook', answers}, (call) => {
    const shown = present(requireApp(call), requireHook(call));
    call.context.store.webhooks.hooks.delete(shown.id);
    return shown;
  }),
  route('GET', '/apps/:app/webhook-deliveries', {title: 'list deliveries', answers: delivery, ranges}, deliveries),
  route('GET', '/apps/:app/webhook-deliveries/:delivery', {title: 'delivery', answers: delivery}, (call) => {
    const parameters = {id: call.params.delivery!, appId: requireApp(call).id};
    const found = call.context.store.webhooks.deliveries.find('id = @id AND app_id = @appId', parameters);
    return showDelivery(call, requireOf(found, 'webhook delivery'));
  }),
  route('GET', '/apps/:app/webhook-events', {title: 'list events', answers: event, ranges}, (call) =>
    call.context.store.webhooks.events.list('app_id = @id', {id: requireApp(call).id}).map(eventJson),
  ),
  route('GET', '/apps/:app/webhook-events/:event', {title: 'event', answers: event}, (call) => {
    const parameters = {id: call.params.event!, appId: requireApp(call).id};
    const found = call.context.store.webhooks.events.find('id = @id AND app_id = @appId', parameters);
    return eventJson(requireOf(found, 'webhook event'));
  }),
];
