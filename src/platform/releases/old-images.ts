import type {RuntimeClient} from '../../runtime/client.js';
import type {Slug} from '../store/slugs.js';
import type {Store} from '../store/store.js';

/** Slugs of an app that stay for a rollback, the running one included (docs/decisions/2026-11-26-old-releases.md). */
const KEPT_SLUGS = 10;

/**
 * Gives up the code of old releases: their slugs lose their image, the releases are `expired`. Answers with the images
 * that nothing leads to any more. What runs, what is about to and what was never released keeps its code.
 */
export function expireOldSlugs(store: Store, appId: string, now: string): string[] {
  return store.transaction(() => {
    const releases = store.releases.listOf(appId).reverse();
    const released = new Set(releases.flatMap(({slugId}) => slugId ?? []));
    const inUse = releases.filter(({status}) => status === 'pending').map(({slugId}) => slugId);
    const kept = new Set([...inUse, store.releases.current(appId)?.slugId, ...[...released].slice(0, KEPT_SLUGS)]);
    const old = store.slugs.listOf(appId).filter(({id, image}) => image !== null && released.has(id) && !kept.has(id));
    for (const slug of old) expire(store, slug, now);
    const images = new Set(old.map(({image}) => image!));
    return [...images].filter((image) => store.slugs.countOfImage(image) === 0);
  });
}

function expire(store: Store, {id, appId}: Slug, now: string): void {
  store.slugs.update(id, {image: null, updatedAt: now});
  for (const release of store.releases.listOf(appId)) {
    if (release.slugId !== id || release.status !== 'succeeded') continue;
    store.releases.update(release.id, {status: 'expired', updatedAt: now});
  }
}

/**
 * Removes images of builds that a platform which is no more has not lived to release: older than this platform, and
 * no slug of the store leads there.
 */
export async function removeOrphanedImages(client: RuntimeClient, store: Store, startedAt: number): Promise<void> {
  for (const {image, createdAt} of await client.images()) {
    if (createdAt < startedAt && store.slugs.countOfImage(image) === 0) await client.removeImage(image);
  }
}
