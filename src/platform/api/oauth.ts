import {randomBytes} from 'node:crypto';
import {DynoError} from '../../model/error.js';
import type {PlatformContext} from '../context.js';
import type {ApiCall} from '../http/route.js';
import {route} from '../http/route.js';
import type {OauthAuthorization, OauthClient} from '../store/account-records.js';
import {newId, timestamp} from '../store/identity.js';

const ranges = ['created_at', 'id'] as const;
/** seconds that a token may live: a hundred years, as dates end somewhere */
const LONGEST_S = 100 * 365 * 24 * 3600;

const newToken = () => `HRKU-${randomBytes(30).toString('base64url')}`;

function present({account, clock, store}: PlatformContext, one: OauthAuthorization) {
  const left =
    one.expiresAt === null ? null : Math.max(0, Math.round((Date.parse(one.expiresAt) - clock.now()) / 1000));
  return {
    access_token: {expires_in: left, id: one.tokenId, token: one.token, version: 1},
    client: null,
    created_at: one.createdAt,
    description: one.description,
    grant: null,
    id: one.id,
    refresh_token: null,
    scope: one.scope,
    session: null,
    updated_at: one.updatedAt,
    user: {id: account.id, email: account.email, full_name: store.settings.find('account_name') ?? null},
  };
}

function requireAuthorization({context, params}: ApiCall): OauthAuthorization {
  const found = context.store.authorizations.find('id = @id', {id: params.authorization!});
  if (!found) throw new DynoError('not_found', {resource: 'authorization'});
  return found;
}

function requireClient({context, params}: ApiCall): OauthClient {
  const found = context.store.oauthClients.find('id = @id', {id: params.client!});
  if (!found) throw new DynoError('not_found', {resource: 'client'});
  return found;
}

function authorize({context, body}: ApiCall) {
  const {store, clock} = context;
  const now = clock.now();
  const expiresIn = body.expires_in as number | null | undefined;
  const one = store.authorizations.insert({
    id: newId(),
    description: (body.description as string | undefined) ?? 'Long-lived user authorization',
    scope: (body.scope as string[] | undefined) ?? ['global'],
    tokenId: newId(),
    token: newToken(),
    expiresAt: expiresIn ? timestamp(now + expiresIn * 1000) : null,
    createdAt: timestamp(now),
    updatedAt: timestamp(now),
  });
  return present(context, one);
}

const clientJson = (client: OauthClient) => ({
  created_at: client.createdAt,
  id: client.id,
  ignores_delinquent: null,
  name: client.name,
  redirect_uri: client.redirectUri,
  secret: client.secret,
  updated_at: client.updatedAt,
});

function addClient({context, body}: ApiCall) {
  const now = timestamp(context.clock.now());
  const client = {id: newId(), name: body.name as string, redirectUri: body.redirect_uri as string};
  const secret = randomBytes(32).toString('hex');
  return clientJson(context.store.oauthClients.insert({...client, secret, createdAt: now, updatedAt: now}));
}

function changeClient(call: ApiCall, change: Partial<OauthClient>) {
  const {id} = requireClient(call);
  call.context.store.oauthClients.update(id, {...change, updatedAt: timestamp(call.context.clock.now())});
  return clientJson(requireClient(call));
}

/** The client that obtained a token is not kept here: one user gives all of them. */
function changeAuthorization(call: ApiCall) {
  const {context, body} = call;
  const {id, description} = requireAuthorization(call);
  const change = {description: (body.description as string | undefined) ?? description};
  context.store.authorizations.update(id, {...change, updatedAt: timestamp(context.clock.now())});
  return present(context, requireAuthorization(call));
}

const changedAuthorizationBody = {
  type: 'object',
  properties: {description: {type: 'string'}, client: {type: 'object'}},
};

const authorizationBody = {
  type: 'object',
  properties: {
    description: {type: ['string', 'null']},
    expires_in: {type: ['integer', 'null'], minimum: 1, maximum: LONGEST_S},
    scope: {type: 'array', items: {type: 'string'}},
    client: {},
  },
};

const authorization = 'oauth-authorization';

export const oauthRoutes = [
  route('GET', '/oauth/authorizations', {title: 'list tokens', answers: authorization, ranges}, ({context}) =>
    context.store.authorizations.list().map((one) => present(context, one)),
  ),
  route(
    'POST',
    '/oauth/authorizations',
    {title: 'make a token', answers: authorization, status: 201, body: authorizationBody},
    authorize,
  ),
  route('GET', '/oauth/authorizations/:authorization', {title: 'token', answers: authorization}, (call) =>
    present(call.context, requireAuthorization(call)),
  ),
  route(
    'PATCH',
    '/oauth/authorizations/:authorization',
    {title: 'describe a token', answers: authorization, body: changedAuthorizationBody},
    changeAuthorization,
  ),
  route('DELETE', '/oauth/authorizations/:authorization', {title: 'revoke a token', answers: authorization}, (call) => {
    const one = requireAuthorization(call);
    call.context.store.authorizations.delete(one.id);
    return present(call.context, one);
  }),
  route(
    'POST',
    '/oauth/authorizations/:authorization/actions/regenerate-tokens',
    {title: 'change a token', answers: authorization},
    (call) => {
      const {context} = call;
      const {id} = requireAuthorization(call);
      const updatedAt = timestamp(context.clock.now());
      context.store.authorizations.update(id, {tokenId: newId(), token: newToken(), updatedAt});
      return present(context, requireAuthorization(call));
    },
  ),
  route('GET', '/oauth/clients', {title: 'list OAuth clients', answers: 'oauth-client', ranges}, ({context}) =>
    context.store.oauthClients.list().map(clientJson),
  ),
  route('POST', '/oauth/clients', {title: 'add an OAuth client', answers: 'oauth-client', status: 201}, addClient),
  route('GET', '/oauth/clients/:client', {title: 'OAuth client', answers: 'oauth-client'}, (call) =>
    clientJson(requireClient(call)),
  ),
  route('PATCH', '/oauth/clients/:client', {title: 'change an OAuth client', answers: 'oauth-client'}, (call) => {
    const {name, redirect_uri: redirectUri} = call.body as {name?: string; redirect_uri?: string};
    return changeClient(call, {...(name ? {name} : {}), ...(redirectUri ? {redirectUri} : {})});
  }),
  route('DELETE', '/oauth/clients/:client', {title: 'remove an OAuth client', answers: 'oauth-client'}, (call) => {
    const client = requireClient(call);
    call.context.store.oauthClients.delete(client.id);
    return clientJson(client);
  }),
  route(
    'POST',
    '/oauth/clients/:client/actions/rotate-credentials',
    {title: 'change its secret', answers: 'oauth-client'},
    (call) => changeClient(call, {secret: randomBytes(32).toString('hex')}),
  ),
  route('GET', '/oauth/sessions', {title: 'browser sessions: none'}, () => []),
  route('DELETE', '/oauth/sessions/:session', {title: 'end a session', status: 404}, () => {
    throw new DynoError('not_found', {resource: 'session'});
  }),
];
