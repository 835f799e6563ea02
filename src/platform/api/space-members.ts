import {DynoError} from '../../model/error.js';
import type {ApiCall} from '../http/route.js';
import {route} from '../http/route.js';
import type {Space} from '../store/spaces.js';
import type {TeamMember} from '../store/teams.js';

const answers = 'space-app-access';
const permissionBody = {
  type: 'object',
  required: ['permissions'],
  properties: {
    permissions: {type: 'array', items: {type: 'object', properties: {name: {type: 'string', enum: ['create_apps']}}}},
  },
};

/** Whoever is in the team of a space may create apps in it: nobody is kept out on a machine of one user. */
const present = (space: Space, member: TeamMember) => ({
  space: {name: space.name, id: space.id},
  created_at: member.createdAt,
  id: space.id,
  permissions: [{name: 'create_apps'}],
  updated_at: member.updatedAt,
  user: {email: member.email, id: member.userId},
});

function membersOf({context, params}: ApiCall) {
  const space = context.store.spaces.get(params.space!);
  return {space, members: context.store.teams.membersOf(space.teamId)};
}

/** By email or id of the account. @throws DynoError not_found */
function requireMember(call: ApiCall) {
  const {space, members} = membersOf(call);
  const {member} = call.params;
  const found = members.find(({email, userId}) => email === member || userId === member);
  if (!found) throw new DynoError('not_found', {resource: 'member'});
  return present(space, found);
}

export const spaceMemberRoutes = [
  route('GET', '/spaces/:space/members', {title: 'members of a space', answers, ranges: ['id']}, (call) => {
    const {space, members} = membersOf(call);
    return members.map((member) => present(space, member));
  }),
  route('GET', '/spaces/:space/members/:member', {title: 'member of a space', answers}, requireMember),
  route(
    'PATCH',
    '/spaces/:space/members/:member',
    {title: 'permissions of a member: always the same', answers, body: permissionBody},
    requireMember,
  ),
];
