import type {PlatformContext} from '../context.js';
import type {App} from '../store/apps.js';
import {fixedId} from './fixed-id.js';
import {generationFor} from './generation.js';
import {regionReference} from './regions.js';

/** An app as the API shows it. */
export function appJson(context: PlatformContext, app: App, variant = '3') {
  const {store, account} = context;
  const team = app.teamId === null ? null : store.teams.get(app.teamId);
  const teamReference = team && {id: team.id, name: team.name};
  const space = app.spaceId === null ? null : store.spaces.get(app.spaceId);
  return {
    acm: app.acm,
    archived_at: null,
    base_image_name: null,
    build_stack: {id: fixedId('stack', app.buildStack), name: app.buildStack},
    buildpack_provided_description: app.buildpackDescription,
    // those of an OCI image; classic ones are buildpack installations
    buildpacks: null,
    created_at: app.createdAt,
    current_build_architecture: [],
    generation: generationFor(variant),
    git_url: `${gitBase(context)}/${app.name}.git`,
    id: app.id,
    internal_routing: space ? app.internalRouting : null,
    maintenance: app.maintenance,
    name: app.name,
    owner: team ? {id: team.id, email: `${team.name}@herokumanager.com`} : {id: account.id, email: account.email},
    organization: teamReference,
    team: teamReference,
    region: regionReference(app.region),
    released_at: app.releasedAt,
    repo_size: app.repoSize,
    slug_size: app.slugSize,
    space: space && {id: space.id, name: space.name, shield: space.shield},
    stack: {id: fixedId('stack', app.stack), name: app.stack},
    updated_at: app.updatedAt,
    web_url: context.webUrl(app),
  };
}

export function appReference(app: App): {id: string; name: string} {
  return {id: app.id, name: app.name};
}

/** git is always https, on the API's own port (platform-api.md 5.6). */
function gitBase({apiUrl}: PlatformContext): string {
  return apiUrl.replace(/^http:/, 'https:');
}
