import {DynoError} from '../../model/error.js';
import type {PlatformContext} from '../context.js';
import {route} from '../http/route.js';
import type {NewRelease} from '../releases/releases.js';
import type {App} from '../store/apps.js';
import {releaseJson} from './release-json.js';

const ranges = ['version', 'id'] as const;

interface ReleaseBody {
  /** id or version to roll back to */
  release?: string;
  slug?: string;
  description?: string;
}

const body = {
  type: 'object',
  properties: {release: {type: 'string'}, slug: {type: 'string'}, description: {type: ['string', 'null']}},
};

/** @throws DynoError invalid_params, not_found */
function wantedRelease({store}: PlatformContext, app: App, wanted: ReleaseBody): NewRelease {
  if (wanted.slug !== undefined) {
    const slug = store.slugs.get(app.id, wanted.slug);
    if (!slug.image)
      throw new DynoError('invalid_params', {message: 'The slug has no archive yet: PUT it to its blob URL.'});
    const deployed = `Deploy ${slug.commit?.slice(0, 8) ?? slug.id.slice(0, 8)}`;
    return {slugId: slug.id, description: wanted.description || deployed};
  }
  if (wanted.release === undefined) throw new DynoError('invalid_params', {message: 'Name a slug or a release.'});
  const target = store.releases.get(app.id, wanted.release);
  const slug = target.slugId ? store.slugs.find(target.slugId) : undefined;
  if (target.status === 'expired') {
    throw new DynoError('invalid_params', {
      message: `Cannot roll back to v${target.version}: its code has expired; that of the newest ten deploys is kept.`,
    });
  }
  if (target.status !== 'succeeded' || !slug?.image) {
    throw new DynoError('invalid_params', {
      message: `Cannot roll back to v${target.version}: it has no code that ran.`,
    });
  }
  return {
    slugId: slug.id,
    config: target.config,
    description: wanted.description || `Rollback to v${target.version}`,
  };
}

export const releaseRoutes = [
  route('GET', '/apps/:app/releases', {title: 'list releases', answers: 'release', ranges}, ({context, params}) => {
    const {store} = context;
    const app = store.apps.get(params.app!);
    const current = store.releases.current(app.id)?.id ?? '';
    return store.releases.listOf(app.id).map((release) => releaseJson(context, app, release, current));
  }),
  route('GET', '/apps/:app/releases/:release', {title: 'release', answers: 'release'}, ({context, params}) => {
    const app = context.store.apps.get(params.app!);
    return releaseJson(context, app, context.store.releases.get(app.id, params.release!));
  }),
  route(
    'POST',
    '/apps/:app/releases',
    {title: 'release a slug, or roll back', answers: 'release', status: 201, body},
    ({context, params, body: wanted}) => {
      const {id} = context.store.apps.get(params.app!);
      return context.queue.run(id, async () => {
        const app = context.store.apps.get(id);
        const {release, done} = context.releases.create(app, wantedRelease(context, app, wanted as ReleaseBody));
        // Without a release command the answer comes when the runtime has heard of it.
        return releaseJson(context, app, release.status === 'pending' ? release : await done);
      });
    },
  ),
];
