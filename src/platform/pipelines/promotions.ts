import type {Clock} from '../../model/clock.js';
import {DynoError} from '../../model/error.js';
import type {KeyedQueue} from '../keyed-queue.js';
import type {PlatformLog} from '../platform-log.js';
import type {Releases} from '../releases/releases.js';
import type {App} from '../store/apps.js';
import {newId, timestamp} from '../store/identity.js';
import type {PipelinePromotion, PromotionTarget} from '../store/pipelines.js';
import type {Release} from '../store/releases.js';
import type {Slug} from '../store/slugs.js';
import type {Store} from '../store/store.js';

export interface PromotionsOptions {
  store: Store;
  releases: Releases;
  queue: KeyedQueue;
  clock: Clock;
  log: PlatformLog;
}

/** Brings the code of one app of a pipeline to others: the slug, not its config vars (heroku-behaviour.md 6.9). */
export class Promotions {
  readonly #options: PromotionsOptions;

  constructor(options: PromotionsOptions) {
    this.#options = options;
  }

  /** Promotions that the last platform did not finish have failed. */
  start(): void {
    const {store} = this.#options;
    for (const promotion of store.pipelines.promotions.list("status = 'pending'")) {
      for (const target of this.#targetsOf(promotion.id)) {
        if (target.status === 'pending') this.#settle(target, null, 'The platform stopped before it was done.');
      }
      this.#complete(promotion.id);
    }
  }

  /** @throws DynoError invalid_params when the source has no code, or an app is not in the pipeline */
  create(pipelineId: string, source: App, targets: App[]): PipelinePromotion {
    const {store, clock} = this.#options;
    const release = store.releases.current(source.id);
    const slug = release?.slugId ? store.slugs.find(release.slugId) : undefined;
    if (!release || !slug?.image) throw new DynoError('no_code', {app: source.name});
    for (const app of [source, ...targets]) {
      if (store.pipelines.couplingOf(app.id)?.pipelineId === pipelineId) continue;
      throw new DynoError('invalid_params', {message: `${app.name} is not in this pipeline.`});
    }
    const now = timestamp(clock.now());
    const promotion = store.transaction(() => {
      const made = store.pipelines.promotions.insert({
        id: newId(),
        pipelineId,
        sourceAppId: source.id,
        sourceReleaseId: release.id,
        status: 'pending',
        createdAt: now,
        updatedAt: now,
      });
      for (const app of targets) {
        const state = {releaseId: null, status: 'pending', errorMessage: null} as const;
        store.pipelines.targets.insert({id: newId(), promotionId: made.id, appId: app.id, ...state});
      }
      return made;
    });
    void this.#promoteAll(promotion, source, release, slug);
    return promotion;
  }

  async #promoteAll(promotion: PipelinePromotion, source: App, release: Release, slug: Slug): Promise<void> {
    const description = `Promote ${source.name} v${release.version} ${(slug.commit ?? slug.id).slice(0, 8)}`;
    await Promise.all(
      this.#targetsOf(promotion.id).map(async (target) => {
        try {
          const made = await this.#promote(target.appId, slug, description);
          this.#settle(target, made.id, made.status === 'failed' ? 'The release command failed.' : null);
        } catch (error) {
          this.#options.log.error(`promotion to ${target.appId}`, error);
          this.#settle(target, null, error instanceof Error ? error.message : String(error));
        }
      }),
    );
    this.#complete(promotion.id);
  }

  /** Each app has a slug of its own; they share the image. */
  async #promote(appId: string, slug: Slug, description: string): Promise<Release> {
    const {store, releases, queue, clock} = this.#options;
    // `done` stays in its box: a promise that a promise answers would be waited for, and the queue with it.
    const {done} = await queue.run(appId, () =>
      store.transaction(() => {
        const app = store.apps.get(appId);
        // Gone with its app or expired while this one waited: its image then is, too.
        const found = store.slugs.find(slug.id);
        if (!found?.image) throw new DynoError('not_found', {resource: 'slug'});
        const now = timestamp(clock.now());
        const copy = store.slugs.insert({...found, id: newId(), appId, createdAt: now, updatedAt: now});
        store.apps.update(appId, {slugSize: found.size, stack: found.stack});
        return releases.create(app, {slugId: copy.id, description});
      }),
    );
    return done;
  }

  #targetsOf(promotionId: string): PromotionTarget[] {
    return this.#options.store.pipelines.targets.list('promotion_id = @promotionId', {promotionId});
  }

  #settle(target: PromotionTarget, releaseId: string | null, errorMessage: string | null): void {
    const status = errorMessage === null ? 'succeeded' : 'failed';
    this.#options.store.pipelines.targets.update(target.id, {releaseId, status, errorMessage});
  }

  #complete(promotionId: string): void {
    const updatedAt = timestamp(this.#options.clock.now());
    this.#options.store.pipelines.promotions.update(promotionId, {status: 'completed', updatedAt});
  }
}
