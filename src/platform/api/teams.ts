import {DynoError} from '../../model/error.js';
import type {PlatformContext} from '../context.js';
import type {ApiCall} from '../http/route.js';
import {route} from '../http/route.js';
import type {App} from '../store/apps.js';
import {newId, timestamp} from '../store/identity.js';
import type {Team, TeamMember} from '../store/teams.js';
import {appJson} from './app-json.js';
import type {NewApp} from './create-app.js';
import {createApp} from './create-app.js';
import {newAppBody} from './apps.js';
import {fixedId} from './fixed-id.js';

const ranges = ['name', 'id'] as const;
const TEAM_NAME = /^[a-z0-9][a-z0-9_-]{1,60}$/;
const roles = ['admin', 'collaborator', 'member', 'owner', 'viewer'] as const;

const present = (team: Team) => ({
  id: team.id,
  created_at: team.createdAt,
  credit_card_collections: false,
  default: team.isDefault,
  enterprise_account: null,
  identity_provider: null,
  membership_limit: null,
  pipeline_cost_consent_at: null,
  pipeline_cost_consent_user_email: null,
  name: team.name,
  provisioned_licenses: false,
  role: 'admin',
  type: 'team',
  updated_at: team.updatedAt,
});

const memberJson = (member: TeamMember) => ({
  created_at: member.createdAt,
  email: member.email,
  federated: false,
  id: member.id,
  identity_provider: null,
  role: member.role,
  two_factor_authentication: false,
  updated_at: member.updatedAt,
  user: {email: member.email, id: member.userId, name: null},
});

/** An app as its team sees it: with `joined` and `locked`, without `acm`. */
function teamAppJson(context: PlatformContext, app: App, variant: string) {
  const {acm: _acm, organization: _organization, space, team, ...rest} = appJson(context, app, variant);
  return {
    ...rest,
    joined: true,
    locked: app.locked,
    team: team && {name: team.name},
    space: space && {id: space.id, name: space.name},
  };
}

const requireTeam = ({context, params}: ApiCall): Team => context.store.teams.get(params.team!);

/** @throws DynoError invalid_params */
function requireTeamName(name: unknown): string {
  if (typeof name === 'string' && TEAM_NAME.test(name)) return name;
  throw new DynoError('invalid_params', {
    message: 'Team names have lowercase letters, digits, dashes and underscores.',
  });
}

function create({context, body}: ApiCall) {
  const {store, clock, account} = context;
  const now = timestamp(clock.now());
  const times = {createdAt: now, updatedAt: now};
  const team = store.transaction(() => {
    const made = store.teams.insert({id: newId(), name: requireTeamName(body.name), isDefault: false, ...times});
    const {id: userId, email} = account;
    store.teams.insertMember({id: newId(), teamId: made.id, email, userId, role: 'admin', ...times});
    return made;
  });
  return present(team);
}

function destroy(call: ApiCall) {
  const {store} = call.context;
  const team = requireTeam(call);
  const apps = store.apps.listOf({teamId: team.id}).length;
  const spaces = store.spaces.list().filter(({teamId}) => teamId === team.id).length;
  if (team.isDefault || apps + spaces > 0) {
    const why = team.isDefault ? 'it is the default team' : `it owns ${apps} apps and ${spaces} spaces`;
    throw new DynoError('invalid_params', {message: `Team ${team.name} cannot be deleted: ${why}.`});
  }
  store.teams.delete(team.id);
  return present(team);
}

/** Adds a member, or changes the role of one that is there. */
function putMember(call: ApiCall) {
  const {context, body} = call;
  const {store, clock} = context;
  const team = requireTeam(call);
  const email = (body.email as string).toLowerCase();
  const now = timestamp(clock.now());
  const role = body.role as string;
  const found = store.teams.findMember(team.id, email);
  if (found) store.teams.updateMember(found.id, {role, updatedAt: now});
  else {
    const userId = email === context.account.email ? context.account.id : fixedId('user', email);
    store.teams.insertMember({id: newId(), teamId: team.id, email, userId, role, createdAt: now, updatedAt: now});
  }
  return memberJson(store.teams.findMember(team.id, email)!);
}

function requireMember(call: ApiCall): TeamMember {
  const found = call.context.store.teams.findMember(requireTeam(call).id, call.params.member!);
  if (!found) throw new DynoError('not_found', {resource: 'member'});
  return found;
}

async function changeApp({context, params, body, variant}: ApiCall) {
  const {store, clock} = context;
  const app = store.apps.get(params.app!);
  const owner = body.owner as string | undefined;
  const isSelf = owner === context.account.email || owner === context.account.id;
  store.apps.update(app.id, {
    ...(body.locked === undefined ? {} : {locked: body.locked as boolean}),
    ...(owner === undefined ? {} : {teamId: isSelf ? null : store.teams.get(owner).id}),
    updatedAt: timestamp(clock.now()),
  });
  return teamAppJson(context, store.apps.get(app.id), variant);
}

function appsOf(call: ApiCall) {
  const {context, variant} = call;
  return context.store.apps.listOf({teamId: requireTeam(call).id}).map((app) => teamAppJson(context, app, variant));
}

const memberBody = {
  type: 'object',
  required: ['email', 'role'],
  properties: {email: {type: 'string', format: 'email'}, role: {enum: roles}, federated: {type: ['boolean', 'null']}},
};

export const teamRoutes = [
  route('GET', '/teams', {title: 'list teams', answers: 'team', ranges}, ({context}) =>
    context.store.teams.list().map(present),
  ),
  route('POST', '/teams', {title: 'create a team', answers: 'team', status: 201}, create),
  route('GET', '/teams/:team', {title: 'team', answers: 'team'}, (call) => present(requireTeam(call))),
  route('PATCH', '/teams/:team', {title: 'rename a team', answers: 'team'}, (call) => {
    const {store, clock} = call.context;
    const team = requireTeam(call);
    if (call.body.name !== undefined) {
      store.teams.update(team.id, {name: requireTeamName(call.body.name), updatedAt: timestamp(clock.now())});
    }
    return present(store.teams.get(team.id));
  }),
  route('DELETE', '/teams/:team', {title: 'delete a team', answers: 'team'}, destroy),
  route('GET', '/teams/:team/apps', {title: 'list apps of a team', answers: 'team-app', ranges}, appsOf),
  route(
    'POST',
    '/teams/apps',
    {title: 'create an app', answers: 'team-app', status: 201, body: newAppBody},
    async (call) => {
      const {context, variant} = call;
      const app = await createApp(context, call.body as NewApp);
      context.webhooks.publish(app, {include: 'api:app', action: 'create', data: appJson(context, app)});
      return teamAppJson(context, app, variant);
    },
  ),
  route('GET', '/teams/apps/:app', {title: 'app of a team', answers: 'team-app'}, ({context, params, variant}) =>
    teamAppJson(context, context.store.apps.get(params.app!), variant),
  ),
  route('PATCH', '/teams/apps/:app', {title: 'lock, or give to another', answers: 'team-app'}, changeApp),
  route(
    'GET',
    '/teams/:team/members',
    {title: 'list members', answers: 'team-member', ranges: ['email', 'id']},
    (call) => call.context.store.teams.membersOf(requireTeam(call).id).map(memberJson),
  ),
  route(
    'PUT',
    '/teams/:team/members',
    {title: 'add a member, or change its role', answers: 'team-member', body: memberBody},
    putMember,
  ),
  route(
    'POST',
    '/teams/:team/members',
    {title: 'add a member', answers: 'team-member', status: 201, body: memberBody},
    putMember,
  ),
  route('PATCH', '/teams/:team/members', {title: 'change a role', answers: 'team-member', body: memberBody}, putMember),
  route('DELETE', '/teams/:team/members/:member', {title: 'remove a member', answers: 'team-member'}, (call) => {
    const member = requireMember(call);
    call.context.store.teams.deleteMember(member.id);
    return memberJson(member);
  }),
  route(
    'GET',
    '/teams/:team/members/:member/apps',
    {title: 'apps of a member', answers: 'team-app', ranges},
    (call) => {
      requireMember(call);
      return appsOf(call);
    },
  ),
  route('GET', '/teams/:team/features', {title: 'list features of a team', answers: 'team-feature', ranges}, (call) => {
    requireTeam(call);
    return [];
  }),
  route('GET', '/teams/:team/features/:feature', {title: 'feature of a team', answers: 'team-feature'}, (call) => {
    requireTeam(call);
    throw new DynoError('not_found', {resource: 'feature'});
  }),
  route(
    'GET',
    '/teams/:team/invitations',
    {title: 'invitations: none', answers: 'team-invitation', ranges: ['id']},
    (call) => {
      requireTeam(call);
      return [];
    },
  ),
  route('PUT', '/teams/:team/invitations', {title: 'refused', answers: 'team-invitation', status: 422}, (call) => {
    requireTeam(call);
    throw new DynoError('unsupported', {message: 'Nobody is invited here: add a member, which is a record alone.'});
  }),
  route(
    'DELETE',
    '/teams/:team/invitations/:invitation',
    {title: 'invitation', answers: 'team-invitation', status: 404},
    (call) => {
      requireTeam(call);
      throw new DynoError('not_found', {resource: 'invitation'});
    },
  ),
  route('GET', '/teams/:team/preferences', {title: 'preferences of a team', answers: 'team-preferences'}, (call) => {
    requireTeam(call);
    return {'default-permission': 'admin', 'addons-controls': null};
  }),
];
