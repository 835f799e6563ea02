import {maskDrainUrl, parseDrainUrl} from '../../model/drain.js';
import {DynoError} from '../../model/error.js';
import type {PlatformContext} from '../context.js';
import {route} from '../http/route.js';
import {requireDrainHost} from '../require-drain-host.js';
import {timestamp} from '../store/identity.js';
import type {Space} from '../store/spaces.js';
import {defaultTeam} from './default-team.js';
import {requireSpaceRegion} from './regions.js';
import {spaceJson} from './space-json.js';

const ranges = ['name', 'id'] as const;
const SPACE_NAME = /^[a-z0-9](?:[a-z0-9]|-(?!-))+[a-z0-9]$/;
const MOST_CHARACTERS = 30;

interface SpaceBody {
  name: string;
  team?: string | null;
  region?: string | null;
  shield?: boolean | null;
  cidr?: string | null;
  data_cidr?: string | null;
  log_drain_url?: string | null;
  generation?: string | null;
}

const text = {type: ['string', 'null']};

/** Names and ranges are checked in words. */
const newBody = {
  type: 'object',
  required: ['name'],
  properties: {
    name: {type: 'string'},
    team: text,
    region: text,
    shield: {type: ['boolean', 'null']},
    cidr: text,
    data_cidr: text,
    log_drain_url: text,
    generation: text,
    features: {type: ['array', 'null']},
  },
};

/** @throws DynoError invalid_params */
function requireSpaceName(name: string): string {
  if (SPACE_NAME.test(name) && name.length <= MOST_CHARACTERS) return name;
  throw new DynoError('invalid_params', {
    message: `Name ${name.slice(0, 60)} is not one of a space: use 3 to ${MOST_CHARACTERS} lowercase letters, digits and single dashes, no dash at either end.`,
  });
}

async function create(context: PlatformContext, body: SpaceBody): Promise<Space> {
  if (body.generation && body.generation !== 'cedar') {
    throw new DynoError('unsupported', {
      message: `Spaces of the ${body.generation} generation are not supported; leave it out.`,
    });
  }
  const {store, spaces, queue} = context;
  const team = body.team ? store.teams.get(body.team) : store.teams.get(defaultTeam(context).id);
  const wanted = {
    name: requireSpaceName(body.name),
    teamId: team.id,
    region: requireSpaceRegion(body.region ?? 'virginia'),
    shield: body.shield ?? false,
    cidr: body.cidr ?? undefined,
    dataCidr: body.data_cidr ?? undefined,
    logDrainUrl: body.log_drain_url ? await requireSpaceDrain(context, body.log_drain_url) : undefined,
  };
  // Addresses and ports are given out one space at a time.
  return queue.run('spaces', () => spaces.create(wanted));
}

/** @throws DynoError drain_url_invalid, drain_host_unknown */
export async function requireSpaceDrain(context: PlatformContext, url: string): Promise<string> {
  const address = parseDrainUrl(url);
  if (address.kind !== 'https') {
    throw new DynoError('drain_url_invalid', {
      url: maskDrainUrl(url),
      reason: 'the log of a space goes to https only',
    });
  }
  await requireDrainHost(context, url, address);
  return url;
}

export const spaceRoutes = [
  route('GET', '/spaces', {title: 'list spaces', answers: 'space', ranges}, ({context, variant, expansions}) =>
    context.store.spaces.list().map((space) => spaceJson(context, space, variant, expansions)),
  ),
  route('GET', '/teams/:team/spaces', {title: 'list spaces of a team', answers: 'space', ranges}, (call) => {
    const {context, params, variant, expansions} = call;
    const team = context.store.teams.get(params.team!);
    const spaces = context.store.spaces.list().filter(({teamId}) => teamId === team.id);
    return spaces.map((space) => spaceJson(context, space, variant, expansions));
  }),
  route('POST', '/spaces', {title: 'create a space', answers: 'space', status: 201, body: newBody}, async (call) => {
    const space = await create(call.context, call.body as unknown as SpaceBody);
    return spaceJson(call.context, space, call.variant, call.expansions);
  }),
  route('GET', '/spaces/:space', {title: 'space', answers: 'space'}, ({context, params, variant, expansions}) =>
    spaceJson(context, context.store.spaces.get(params.space!), variant, expansions),
  ),
  route(
    'PATCH',
    '/spaces/:space',
    {title: 'rename a space', answers: 'space', body: {type: 'object', properties: {name: {type: 'string'}}}},
    ({context, params, body, variant, expansions}) => {
      const space = context.spaces.requireAlive(context.store.spaces.get(params.space!));
      if (body.cidr !== undefined && body.cidr !== space.cidr) {
        throw new DynoError('invalid_params', {
          message: "A space's range is chosen when it is created and cannot be changed. Create a new space with it.",
        });
      }
      const name = body.name === undefined ? space.name : requireSpaceName(body.name as string);
      return spaceJson(context, context.spaces.rename(space, name), variant, expansions);
    },
  ),
  route('DELETE', '/spaces/:space', {title: 'destroy a space', answers: 'space'}, (call) => {
    const {context, params, variant, expansions} = call;
    return spaceJson(context, context.spaces.destroy(context.store.spaces.get(params.space!)), variant, expansions);
  }),
  route('POST', '/spaces/:space/transfer', {title: 'give a space to another team', answers: 'space'}, (call) => {
    const {context, params, body, variant} = call;
    const {store, clock} = context;
    const space = context.spaces.requireAlive(store.spaces.get(params.space!));
    const team = store.teams.get(body.new_owner as string);
    store.spaces.update(space.id, {teamId: team.id, updatedAt: timestamp(clock.now())});
    return spaceJson(context, store.spaces.get(space.id), variant);
  }),
];
