import {defaultHostOf} from '../../model/app-hosts.js';
import {DynoError} from '../../model/error.js';
import type {PlatformContext} from '../context.js';
import type {ApiCall} from '../http/route.js';
import {route} from '../http/route.js';
import type {App} from '../store/apps.js';
import type {Domain} from '../store/domains.js';
import {appJson, appReference} from './app-json.js';
import {fixedId} from './fixed-id.js';

const ranges = ['hostname', 'id', 'created_at'] as const;

const endpoint = {type: ['string', 'null']};
const newBody = {
  type: 'object',
  required: ['hostname'],
  properties: {hostname: {type: 'string'}, sni_endpoint: endpoint},
};
const changeBody = {type: 'object', required: ['sni_endpoint'], properties: {sni_endpoint: endpoint}};

const WILDCARD_REASON = 'Automated certificates do not cover wildcard domains.';

function present({store}: PlatformContext, app: App, domain: Domain) {
  const served = store.sniEndpoints.listOf(app.id).find(({id}) => id === domain.sniEndpointId);
  return {
    acm_status: domain.acmStatus,
    acm_status_reason: domain.acmStatus === 'failed' ? WILDCARD_REASON : null,
    app: appReference(app),
    cname: domain.cname,
    created_at: domain.createdAt,
    hostname: domain.hostname,
    id: domain.id,
    kind: 'custom',
    updated_at: domain.updatedAt,
    // Nothing has to spread: the router serves it at once.
    status: 'none',
    sni_endpoint: served ? {id: served.id, name: served.name} : null,
  };
}

/** The host that every app has. */
const defaultDomain = (app: App) => ({
  acm_status: null,
  acm_status_reason: null,
  app: appReference(app),
  cname: null,
  created_at: app.createdAt,
  hostname: defaultHostOf(app),
  id: fixedId('domain', app.id),
  kind: 'heroku',
  updated_at: app.createdAt,
  status: 'none',
  sni_endpoint: null,
});

function requireDomain({store}: PlatformContext, app: App, identity: string): Domain {
  const domain = store.domains.find(app.id, identity);
  if (!domain) throw new DynoError('not_found', {resource: 'domain'});
  return domain;
}

/** One change of an app at a time. */
function change<T>({context, params}: ApiCall, work: (app: App) => Promise<T>): Promise<T> {
  const {id} = context.store.apps.get(params.app!);
  return context.queue.run(id, () => work(context.store.apps.get(id)));
}

const acm = (call: ApiCall, enabled: boolean) =>
  change(call, async (app) => {
    await (enabled ? call.context.domains.enableAcm(app) : call.context.domains.disableAcm(app));
    return appJson(call.context, call.context.store.apps.get(app.id), call.variant);
  });

export const domainRoutes = [
  route('GET', '/apps/:app/domains', {title: 'list domains', answers: 'domain', ranges}, ({context, params}) => {
    const app = context.store.apps.get(params.app!);
    return [defaultDomain(app), ...context.store.domains.listOf(app.id).map((domain) => present(context, app, domain))];
  }),
  route('POST', '/apps/:app/domains', {title: 'add a domain', answers: 'domain', status: 201, body: newBody}, (call) =>
    change(call, async (app) => {
      const {context, body} = call;
      const domain = await context.domains.add(
        app,
        body.hostname as string,
        (body.sni_endpoint as string | null) ?? null,
      );
      const data = present(context, app, domain);
      context.webhooks.publish(app, {include: 'api:domain', action: 'create', data});
      return data;
    }),
  ),
  route('GET', '/apps/:app/domains/:domain', {title: 'domain', answers: 'domain'}, ({context, params}) => {
    const app = context.store.apps.get(params.app!);
    const shown = defaultDomain(app);
    if (params.domain === shown.hostname || params.domain === shown.id) return shown;
    return present(context, app, requireDomain(context, app, params.domain!));
  }),
  route(
    'PATCH',
    '/apps/:app/domains/:domain',
    {title: 'serve a domain by a certificate', answers: 'domain', body: changeBody},
    (call) =>
      change(call, async (app) => {
        const {context, params, body} = call;
        const domain = requireDomain(context, app, params.domain!);
        return present(context, app, await context.domains.serveWith(app, domain, body.sni_endpoint as string | null));
      }),
  ),
  route('DELETE', '/apps/:app/domains/:domain', {title: 'remove a domain', answers: 'domain'}, (call) =>
    change(call, async (app) => {
      const {context, params} = call;
      if (params.domain === defaultHostOf(app)) {
        throw new DynoError('forbidden', {message: 'The default domain of an app cannot be removed.'});
      }
      const domain = requireDomain(context, app, params.domain!);
      const data = present(context, app, domain);
      await context.domains.remove(app, domain);
      context.webhooks.publish(app, {include: 'api:domain', action: 'destroy', data});
      return data;
    }),
  ),
  route('POST', '/apps/:app/acm', {title: 'certificates of the local authority', answers: 'app'}, (call) =>
    acm(call, true),
  ),
  route('PATCH', '/apps/:app/acm', {title: 'renew them', answers: 'app'}, (call) => acm(call, true)),
  route('DELETE', '/apps/:app/acm', {title: 'no certificates of the local authority', answers: 'app'}, (call) =>
    acm(call, false),
  ),
];
