import type {PlatformContext} from '../context.js';
import {outputUrl} from '../context.js';
import {isEligibleForRollback} from '../releases/release-plan.js';
import type {App} from '../store/apps.js';
import type {Release} from '../store/releases.js';
import {appReference} from './app-json.js';

/** A release as the API shows it. `currentId`: of the release that runs. */
export function releaseJson(context: PlatformContext, app: App, release: Release, currentId?: string) {
  const {account, store} = context;
  const slug = release.slugId ? store.slugs.find(release.slugId) : undefined;
  return {
    addon_plan_names: [],
    artifacts: slug ? [{type: 'slug', id: slug.id}] : [],
    app: appReference(app),
    created_at: release.createdAt,
    description: release.description,
    id: release.id,
    updated_at: release.updatedAt,
    oci_image: null,
    slug: release.slugId ? {id: release.slugId} : null,
    status: release.status,
    user: {id: account.id, email: release.userEmail},
    version: release.version,
    current: release.id === (currentId ?? store.releases.current(app.id)?.id),
    output_stream_url: release.streamId ? outputUrl(context, release.streamId) : null,
    eligible_for_rollback: isEligibleForRollback(release, slug?.image != null),
  };
}
