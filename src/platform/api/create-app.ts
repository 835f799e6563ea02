import {DynoError} from '../../model/error.js';
import type {PlatformContext} from '../context.js';
import type {App} from '../store/apps.js';
import {newId, timestamp} from '../store/identity.js';
import {randomAppName, requireAppName} from './app-name.js';
import {appFeatures} from './feature-table.js';
import {requireCommonRegion} from './regions.js';
import {DEFAULT_STACK, requireStack} from './stacks.js';

/** Body of POST /apps and POST /teams/apps. */
export interface NewApp {
  name?: string | null;
  region?: string | null;
  stack?: string | null;
  space?: string | null;
  team?: string | null;
  organization?: string | null;
  internal_routing?: boolean | null;
  locked?: boolean | null;
  feature_flags?: string[] | null;
}

/**
 * Makes an app with its first two releases (heroku-behaviour.md 6.1). All is checked before anything is stored.
 *
 * @throws DynoError app_name_invalid, app_name_taken, invalid_params, not_found
 */
export async function createApp(context: PlatformContext, wanted: NewApp): Promise<App> {
  const {store, clock, releases} = context;
  const {spaceId, internalRouting} = placeOf(context, wanted);
  if (internalRouting) await context.spaces.requireInternalRouting(store.spaces.get(spaceId!));
  // Once more: the space may have come to its end meanwhile. From here to the end nothing waits.
  const place = placeOf(context, wanted);
  const now = timestamp(clock.now());
  const app: App = {
    id: newId(),
    name: nameFor(context, wanted),
    ...place,
    stack: requireStack(wanted.stack ?? DEFAULT_STACK),
    buildStack: requireStack(wanted.stack ?? DEFAULT_STACK),
    maintenance: false,
    acm: false,
    locked: wanted.locked ?? false,
    config: {},
    limits: {},
    revision: 1,
    repoSize: null,
    slugSize: null,
    buildpackDescription: null,
    releasedAt: null,
    createdAt: now,
    updatedAt: now,
  };
  const flags = wanted.feature_flags ?? [];
  for (const flag of flags) {
    if (!appFeatures.some(({name}) => name === flag)) throw new DynoError('not_found', {resource: 'feature'});
  }
  store.transaction(() => {
    store.apps.insert(app);
    for (const flag of flags) store.features.setForApp(app.id, flag, true, now);
    releases.create(app, {description: 'Initial release'});
    releases.create(app, {description: 'Enable Logplex'});
  });
  return store.apps.get(app.id);
}

function nameFor({store}: PlatformContext, wanted: NewApp): string {
  if (typeof wanted.name === 'string') return requireAppName(wanted.name);
  for (;;) {
    const name = randomAppName(Math.random);
    if (!store.apps.find(name)) return name;
  }
}

type Place = Pick<App, 'region' | 'spaceId' | 'teamId' | 'internalRouting'>;

/** Where an app lives is decided when it is made, for ever (1.1). */
function placeOf({store}: PlatformContext, wanted: NewApp): Place {
  const teamName = wanted.team ?? wanted.organization;
  const teamId = teamName ? store.teams.get(teamName).id : null;
  if (!wanted.space) {
    if (wanted.internal_routing) {
      throw new DynoError('invalid_params', {message: 'Internal routing is only available in a private space.'});
    }
    return {region: requireCommonRegion(wanted.region ?? 'us'), spaceId: null, teamId, internalRouting: false};
  }
  const space = store.spaces.get(wanted.space);
  if (space.state !== 'allocated') {
    throw new DynoError('invalid_params', {
      message: `Space ${space.name} is ${space.state}; apps need an allocated one.`,
    });
  }
  if (wanted.region && wanted.region !== space.region) {
    throw new DynoError('invalid_params', {
      message: `Space ${space.name} is in ${space.region}, not in ${wanted.region}: its apps are there, leave the region out.`,
    });
  }
  if (store.apps.listOf({spaceId: space.id}).length >= APPS_PER_SPACE) {
    throw new DynoError('invalid_params', {
      message: `Space ${space.name} has ${APPS_PER_SPACE} apps, the most there may be.`,
    });
  }
  return {
    region: space.region,
    spaceId: space.id,
    teamId: teamId ?? space.teamId,
    internalRouting: wanted.internal_routing ?? false,
  };
}

/** 1.1 */
const APPS_PER_SPACE = 25;
