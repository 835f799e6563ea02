import type {PlatformContext} from '../context.js';
import {readFacts} from '../domains/pem.js';
import type {ApiCall} from '../http/route.js';
import {route} from '../http/route.js';
import type {App} from '../store/apps.js';
import {timestamp} from '../store/identity.js';
import type {SniEndpoint} from '../store/sni-endpoints.js';
import {appReference} from './app-json.js';
import {fixedId} from './fixed-id.js';

const ranges = ['name', 'id', 'created_at'] as const;

const pem = {type: 'string', maxLength: 512 * 1024};
const body = {
  type: 'object',
  required: ['certificate_chain', 'private_key'],
  properties: {certificate_chain: pem, private_key: pem},
};

/** The key is never shown. */
function present({store}: PlatformContext, app: App, endpoint: SniEndpoint) {
  const facts = readFacts(endpoint.certificateChain);
  return {
    certificate_chain: endpoint.certificateChain,
    created_at: endpoint.createdAt,
    id: endpoint.id,
    name: endpoint.name,
    updated_at: endpoint.updatedAt,
    display_name: null,
    domains: store.domains
      .listOf(app.id)
      .filter(({sniEndpointId}) => sniEndpointId === endpoint.id)
      .map(({id}) => id),
    app: appReference(app),
    ssl_cert: {
      'ca_signed?': !facts.selfSigned,
      cert_domains: facts.domains,
      expires_at: timestamp(facts.expiresAt),
      issuer: facts.issuer,
      'self_signed?': facts.selfSigned,
      starts_at: timestamp(facts.startsAt),
      subject: facts.subject,
      id: fixedId('ssl-cert', endpoint.id),
      acm: endpoint.acm,
    },
  };
}

function change(call: ApiCall, action: 'create' | 'update', work: (app: App) => Promise<SniEndpoint>) {
  const {context, params} = call;
  const {id} = context.store.apps.get(params.app!);
  return context.queue.run(id, async () => {
    const app = context.store.apps.get(id);
    const data = present(context, app, await work(app));
    context.webhooks.publish(app, {include: 'api:sni-endpoint', action, data});
    return data;
  });
}

const bodyOf = (call: ApiCall) => call.body as {certificate_chain: string; private_key: string};

export const sniEndpointRoutes = [
  route(
    'GET',
    '/apps/:app/sni-endpoints',
    {title: 'list certificates', answers: 'sni-endpoint', ranges},
    ({context, params}) => {
      const app = context.store.apps.get(params.app!);
      return context.store.sniEndpoints.listOf(app.id).map((endpoint) => present(context, app, endpoint));
    },
  ),
  route(
    'POST',
    '/apps/:app/sni-endpoints',
    {title: 'add a certificate', answers: 'sni-endpoint', status: 201, body},
    (call) =>
      change(call, 'create', (app) =>
        call.context.domains.addEndpoint(app, bodyOf(call).certificate_chain, bodyOf(call).private_key),
      ),
  ),
  route(
    'GET',
    '/apps/:app/sni-endpoints/:endpoint',
    {title: 'certificate', answers: 'sni-endpoint'},
    ({context, params}) => {
      const app = context.store.apps.get(params.app!);
      return present(context, app, context.store.sniEndpoints.get(app.id, params.endpoint!));
    },
  ),
  route(
    'PATCH',
    '/apps/:app/sni-endpoints/:endpoint',
    {title: 'replace a certificate', answers: 'sni-endpoint', body},
    (call) =>
      change(call, 'update', (app) => {
        const {context, params} = call;
        const endpoint = context.store.sniEndpoints.get(app.id, params.endpoint!);
        return context.domains.updateEndpoint(app, endpoint, bodyOf(call).certificate_chain, bodyOf(call).private_key);
      }),
  ),
  route(
    'DELETE',
    '/apps/:app/sni-endpoints/:endpoint',
    {title: 'remove a certificate', answers: 'sni-endpoint'},
    (call) => {
      const {context, params} = call;
      const {id} = context.store.apps.get(params.app!);
      return context.queue.run(id, async () => {
        const app = context.store.apps.get(id);
        const endpoint = context.store.sniEndpoints.get(app.id, params.endpoint!);
        const shown = present(context, app, endpoint);
        await context.domains.removeEndpoint(app, endpoint);
        context.webhooks.publish(app, {include: 'api:sni-endpoint', action: 'destroy', data: shown});
        return shown;
      });
    },
  ),
];
