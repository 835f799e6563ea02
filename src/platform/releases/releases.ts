import type {Clock} from '../../model/clock.js';
import {defaultSize} from '../../model/dyno-size.js';
import {DynoError} from '../../model/error.js';
import {sizeForNewType} from '../../model/formation.js';
import type {Account} from '../account.js';
import type {AppLog} from '../app-log.js';
import {KeyedQueue} from '../keyed-queue.js';
import type {PlatformLog} from '../platform-log.js';
import {releaseSpecOf} from '../runtimes/app-spec.js';
import type {Runtimes} from '../runtimes/runtimes.js';
import type {App} from '../store/apps.js';
import {newId, timestamp} from '../store/identity.js';
import type {Release} from '../store/releases.js';
import type {Slug} from '../store/slugs.js';
import type {Store} from '../store/store.js';
import type {OutputStreams} from '../streams/output-streams.js';
import {expireOldSlugs} from './old-images.js';
import {releaseCommandOf} from './release-plan.js';

export interface NewRelease {
  description: string;
  /** new code; absent: that of the release before */
  slugId?: string;
  /** new config vars, whole; absent: those of the app */
  config?: Record<string, string>;
  userEmail?: string;
  /** further lines for the app's log, before that of the release */
  logLines?: string[];
  /** hears the output of the release command */
  onOutput?: (text: string) => void;
}

/** What a build hands over. */
export interface BuiltSlug {
  image: string;
  size: number;
  checksum?: string | undefined;
  processTypes: Record<string, string>;
  stack: string;
  commit?: string | undefined;
  commitDescription?: string | undefined;
  buildpackDescription?: string | null | undefined;
}

export interface MadeRelease {
  /** as it was when it had been stored: `pending` when a release command follows */
  release: Release;
  /** as it is in the end: `succeeded` or `failed`. Never rejects. */
  done: Promise<Release>;
}

export interface ReleasesOptions {
  store: Store;
  runtimes: Runtimes;
  streams: OutputStreams;
  clock: Clock;
  account: Account;
  appLog: AppLog;
  log: PlatformLog;
  /** told of every release that was made, and again when its status changes */
  onChange?: (app: App, release: Release, action: 'create' | 'update') => void;
}

/**
 * The one maker of releases (heroku-behaviour.md 6.1 to 6.3).
 *
 *   create ─▶ has a release command, or one before it still runs?
 *              ├─ no ──▶ succeeded ─▶ the runtime hears of it
 *              └─ yes ─▶ pending ─▶ release command, one at a time per app ─▶ succeeded or failed
 */
export class Releases {
  readonly #options: ReleasesOptions;
  /** release phases, by app */
  readonly #phases = new KeyedQueue();
  readonly #closing = new AbortController();

  constructor(options: ReleasesOptions) {
    this.#options = options;
  }

  /** Release phases that the last platform did not see the end of have failed: they must not run twice. */
  start(): void {
    const {store, log} = this.#options;
    for (const release of store.releases.pending()) {
      log.info(`release v${release.version} of app ${release.appId} was pending when the platform stopped`);
      this.#fail(release);
    }
  }

  close(): void {
    this.#closing.abort(new DynoError('platform_unavailable', {reason: 'it is stopping'}));
  }

  /** Stores the slug of a finished build and releases it. */
  createFromBuild(
    app: App,
    built: BuiltSlug,
    how: {description: string; userEmail?: string; onOutput?: (text: string) => void; logLines?: string[]},
  ): MadeRelease & {slug: Slug} {
    const {store} = this.#options;
    return store.transaction(() => {
      const slug = store.slugs.insert(this.#slugOf(app, built));
      store.apps.update(app.id, {
        slugSize: built.size,
        stack: built.stack,
        buildpackDescription: built.buildpackDescription ?? null,
      });
      return {...this.create(store.apps.get(app.id), {...how, slugId: slug.id}), slug};
    });
  }

  create(app: App, wanted: NewRelease): MadeRelease {
    const {store, account, clock, streams, onChange} = this.#options;
    const now = timestamp(clock.now());
    const release = store.transaction(() => {
      const before = store.releases.newest(app.id);
      const slugId = wanted.slugId ?? this.#slugBefore(app.id);
      const config = wanted.config ?? app.config;
      const command = releaseCommandOf(slugId ? store.slugs.find(slugId) : undefined);
      const waits = command !== undefined || before?.status === 'pending';
      if (wanted.config) store.apps.update(app.id, {config});
      const made = store.releases.insert({
        id: newId(),
        appId: app.id,
        version: store.releases.nextVersion(app.id),
        description: wanted.description,
        status: waits ? 'pending' : 'succeeded',
        slugId,
        inheritsSlug: wanted.slugId === undefined,
        config,
        userEmail: wanted.userEmail ?? account.email,
        streamId: command === undefined ? null : streams.create(),
        createdAt: now,
        updatedAt: now,
      });
      if (!waits) this.#makeCurrent(app.id, made);
      return made;
    });
    this.#tell(app, release, wanted);
    onChange?.(app, release, 'create');
    const done =
      release.status === 'succeeded'
        ? this.#options.runtimes
            .push(app.id)
            .then(() => this.#dropOld(app.id))
            .then(() => release)
        : this.#phases.run(app.id, () => this.#runPhase(release, wanted.onOutput));
    return {release, done};
  }

  #slugOf(app: App, built: BuiltSlug): Slug {
    const now = timestamp(this.#options.clock.now());
    return {
      id: newId(),
      appId: app.id,
      stack: built.stack,
      image: built.image,
      size: built.size,
      checksum: built.checksum ?? null,
      commit: built.commit ?? null,
      commitDescription: built.commitDescription ?? null,
      buildpackDescription: built.buildpackDescription ?? null,
      processTypes: built.processTypes,
      createdAt: now,
      updatedAt: now,
    };
  }

  /** Code of the newest release that did not fail; one that is still pending counts. */
  #slugBefore(appId: string): string | null {
    return this.#options.store.releases.newestUnfailed(appId)?.slugId ?? null;
  }

  #tell(app: App, release: Release, wanted: NewRelease): void {
    const by = `by user ${release.userEmail}`;
    const waits = release.status === 'pending';
    this.#options.appLog(
      app,
      ...(wanted.logLines ?? []),
      `${release.description} ${by}`,
      waits ? `Running release v${release.version} commands ${by}` : `Release v${release.version} created ${by}`,
    );
  }

  /** Runs the release command of a pending release, after those before it. Never rejects. */
  async #runPhase(made: Release, onOutput?: (text: string) => void): Promise<Release> {
    const {store, streams, log} = this.#options;
    const release = this.#find(made.id);
    const app = store.apps.find(made.appId);
    // The app was destroyed meanwhile.
    if (!release || !app) return {...made, status: 'failed'};
    const slug = release.slugId ? store.slugs.find(release.slugId) : undefined;
    const write = (text: string) => {
      if (release.streamId) streams.append(release.streamId, text);
      onOutput?.(text);
    };
    let status = 0;
    if (releaseCommandOf(slug) !== undefined) {
      try {
        const client = await this.#options.runtimes.clientFor(app);
        const phase = {release: releaseSpecOf(release, slug!, slug!.image!), size: this.#releaseSizeOf(app)};
        ({status} = await client.releasePhase(app.id, phase, write, this.#closing.signal));
      } catch (error) {
        status = 1;
        if (error instanceof DynoError) write(` !     ${error.message}\n`);
        log.error(`release v${release.version} of ${app.name}`, error);
      }
    }
    if (release.streamId) streams.end(release.streamId);
    if (!this.#find(release.id)) return {...release, status: 'failed'};
    return status === 0 ? this.#succeed(release.id) : this.#fail(release);
  }

  async #succeed(releaseId: string): Promise<Release> {
    const {store, runtimes, onChange} = this.#options;
    const release = this.#find(releaseId)!;
    store.transaction(() => {
      store.releases.update(release.id, {status: 'succeeded', updatedAt: this.#now()});
      this.#makeCurrent(release.appId, release);
    });
    await runtimes.push(release.appId);
    this.#dropOld(release.appId);
    const made = this.#find(releaseId) ?? release;
    const app = store.apps.find(release.appId);
    if (app) onChange?.(app, made, 'update');
    return made;
  }

  /** Releases that were waiting with the code of a failed one go back to the code before it. */
  #fail(release: Release): Release {
    const {store, streams, onChange} = this.#options;
    store.transaction(() => {
      store.releases.update(release.id, {status: 'failed', updatedAt: this.#now()});
      const slugId = store.releases.current(release.appId)?.slugId ?? null;
      for (const later of store.releases.pendingOf(release.appId, release.version)) {
        if (!later.inheritsSlug) break;
        store.releases.update(later.id, {slugId});
      }
    });
    if (release.streamId) streams.end(release.streamId);
    const failed = this.#find(release.id) ?? release;
    const app = store.apps.find(release.appId);
    if (app) onChange?.(app, failed, 'update');
    return failed;
  }

  /** What follows from a release that succeeded: rows for its new process types, a newer spec for the runtime. */
  #makeCurrent(appId: string, release: Release): void {
    const {store, clock} = this.#options;
    const now = timestamp(clock.now());
    const slug = release.slugId ? store.slugs.find(release.slugId) : undefined;
    const app = store.apps.get(appId);
    const known = new Map(store.formation.listOf(appId).map((row) => [row.type, row]));
    const runtime = app.spaceId === null ? 'common' : 'space';
    const added = Object.keys(slug?.processTypes ?? {}).filter((type) => !known.has(type));
    for (const type of added) {
      store.formation.insert({
        id: newId(),
        appId,
        type,
        // The first deploy starts one web dyno; all else waits to be scaled (2.1).
        quantity: type === 'web' ? 1 : 0,
        size: sizeForNewType(Object.fromEntries(known), runtime) ?? defaultSize[runtime],
        createdAt: now,
        updatedAt: now,
      });
    }
    store.apps.update(appId, {updatedAt: now, releasedAt: now});
    store.apps.touch(appId);
    if (added.length > 0) this.#tellScale(app, added, release.userEmail);
  }

  /** An image that cannot be removed now is so when the next platform starts. */
  #dropOld(appId: string): void {
    const {store, runtimes, log} = this.#options;
    const app = store.apps.find(appId);
    const images = app ? expireOldSlugs(store, appId, this.#now()) : [];
    if (!app || images.length === 0) return;
    const remove = async () => {
      const client = await runtimes.clientFor(app);
      for (const image of images) await client.removeImage(image);
    };
    remove().catch((error: unknown) => log.error(`old images of ${app.name}`, error));
  }

  #tellScale(app: App, added: string[], userEmail: string): void {
    const rows = this.#options.store.formation.listOf(app.id).filter((row) => added.includes(row.type));
    const scaled = rows.map((row) => `${row.type}@${row.quantity}:${row.size}`).join(' ');
    this.#options.appLog(app, `Scaled to ${scaled} by user ${userEmail}`);
  }

  #releaseSizeOf(app: App): string {
    const runtime = app.spaceId === null ? 'common' : 'space';
    const rows = this.#options.store.formation.listOf(app.id);
    const formation = Object.fromEntries(rows.map((row) => [row.type, row]));
    return formation.release?.size ?? sizeForNewType(formation, runtime);
  }

  #find(releaseId: string): Release | undefined {
    return this.#options.store.releases.find(releaseId);
  }

  #now(): string {
    return timestamp(this.#options.clock.now());
  }
}
