import type {PlatformContext} from '../context.js';

/** The team that every installation has: spaces need one. */
export function defaultTeam({store}: Pick<PlatformContext, 'store'>): {id: string; name: string} {
  const {id, name} = store.teams.default()!;
  return {id, name};
}
