import {DynoError} from '../../model/error.js';
import type {PlatformContext} from '../context.js';
import type {ApiCall} from '../http/route.js';
import {route} from '../http/route.js';
import type {App} from '../store/apps.js';
import type {Collaborator} from '../store/collaborators.js';
import {newId, timestamp} from '../store/identity.js';
import {appReference} from './app-json.js';
import {fixedId} from './fixed-id.js';

const ranges = ['created_at', 'id'] as const;
const EMAIL = /^[^\s@]{1,128}@[^\s@]{1,128}$/;

/** What a collaborator of a team's app may be allowed. */
const permissionNames = ['view', 'deploy', 'operate', 'manage'] as const;

const body = {
  type: 'object',
  required: ['user'],
  properties: {
    user: {type: 'string'},
    silent: {type: ['boolean', 'null']},
    permissions: {type: 'array', items: {enum: permissionNames}},
  },
};

/** The account owns every app; all others are local records. */
function collaboratorsOf({store, account}: PlatformContext, app: App): Collaborator[] {
  const owner = {
    id: fixedId('owner', app.id),
    appId: app.id,
    email: account.email,
    userId: account.id,
    role: 'owner',
    permissions: [...permissionNames],
    createdAt: app.createdAt,
    updatedAt: app.createdAt,
  };
  return [owner, ...store.collaborators.listOf(app.id)];
}

const present = (app: App, one: Collaborator) => ({
  app: appReference(app),
  created_at: one.createdAt,
  id: one.id,
  permissions: one.permissions.map((name) => ({name, description: describe(name)})),
  role: one.role,
  updated_at: one.updatedAt,
  user: {email: one.email, federated: false, id: one.userId},
});

const describe = (name: string) => `Can ${name} the app`;

function find({context, params}: ApiCall): {app: App; one: Collaborator} {
  const app = context.store.apps.get(params.app!);
  const one = collaboratorsOf(context, app).find(({id, email, userId}) =>
    [id, email, userId].includes(params.collaborator!),
  );
  if (!one) throw new DynoError('not_found', {resource: 'collaborator'});
  return {app, one};
}

function add({context, params, body: wanted}: ApiCall) {
  const {store, clock, account} = context;
  const app = store.apps.get(params.app!);
  const email = (wanted.user as string).toLowerCase();
  if (!EMAIL.test(email))
    throw new DynoError('invalid_params', {message: `${email.slice(0, 60)} is no email address.`});
  if (email === account.email || store.collaborators.find(app.id, email)) {
    throw new DynoError('invalid_params', {message: `${email} is already a collaborator on ${app.name}.`});
  }
  const now = timestamp(clock.now());
  const permissions = (wanted.permissions as string[] | undefined) ?? ['view', 'deploy', 'operate'];
  const times = {createdAt: now, updatedAt: now};
  const one = {
    id: newId(),
    appId: app.id,
    email,
    userId: fixedId('user', email),
    role: 'collaborator',
    permissions,
    ...times,
  };
  context.webhooks.publish(app, {include: 'api:collaborator', action: 'create', data: present(app, one)});
  return present(app, store.collaborators.insert(one));
}

function remove(call: ApiCall) {
  const {app, one} = find(call);
  if (one.role === 'owner')
    throw new DynoError('forbidden', {message: 'The owner of an app cannot be removed from it.'});
  call.context.store.collaborators.delete(one.id);
  call.context.webhooks.publish(app, {include: 'api:collaborator', action: 'destroy', data: present(app, one)});
  return present(app, one);
}

function list({context, params}: ApiCall) {
  const app = context.store.apps.get(params.app!);
  return collaboratorsOf(context, app).map((one) => present(app, one));
}

function show(call: ApiCall) {
  const {app, one} = find(call);
  return present(app, one);
}

function permit(call: ApiCall) {
  const {app, one} = find(call);
  const {store, clock} = call.context;
  if (one.role !== 'owner') {
    store.collaborators.update(one.id, {
      permissions: call.body.permissions as string[],
      updatedAt: timestamp(clock.now()),
    });
  }
  return present(
    app,
    collaboratorsOf(call.context, app).find(({id}) => id === one.id)!,
  );
}

const permissionsBody = {
  type: 'object',
  required: ['permissions'],
  properties: {permissions: {type: 'array', items: {enum: permissionNames}}},
};

const team = 'team-app-collaborator';

export const collaboratorRoutes = [
  route('GET', '/apps/:app/collaborators', {title: 'list collaborators', answers: 'collaborator', ranges}, list),
  route('POST', '/apps/:app/collaborators', {title: 'add one', answers: 'collaborator', status: 201, body}, add),
  route('GET', '/apps/:app/collaborators/:collaborator', {title: 'collaborator', answers: 'collaborator'}, show),
  route('DELETE', '/apps/:app/collaborators/:collaborator', {title: 'remove one', answers: 'collaborator'}, remove),
  route('GET', '/teams/apps/:app/collaborators', {title: 'list collaborators', answers: team, ranges}, list),
  route('POST', '/teams/apps/:app/collaborators', {title: 'add one', answers: team, status: 201, body}, add),
  route('GET', '/teams/apps/:app/collaborators/:collaborator', {title: 'collaborator', answers: team}, show),
  route(
    'PATCH',
    '/teams/apps/:app/collaborators/:collaborator',
    {title: 'permit', answers: team, body: permissionsBody},
    permit,
  ),
  route('DELETE', '/teams/apps/:app/collaborators/:collaborator', {title: 'remove one', answers: team}, remove),
  route(
    'GET',
    '/teams/permissions',
    {title: 'list permissions', answers: 'team-app-permission', ranges: ['name']},
    () => permissionNames.map((name) => ({name, description: describe(name)})),
  ),
];
