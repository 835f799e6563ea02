import {DynoError} from '../../model/error.js';
import type {Database} from './database.js';
import {Table} from './table.js';

export type ReleaseStatus =
  /** its release command is running, or about to */
  | 'pending'
  | 'succeeded'
  /** the release command failed; the release before it goes on */
  | 'failed'
  | 'expired';

export interface Release {
  id: string;
  appId: string;
  version: number;
  description: string;
  status: ReleaseStatus;
  slugId: string | null;
  /** the slug is that of the release before, not one of its own */
  inheritsSlug: boolean;
  config: Record<string, string>;
  userEmail: string;
  /** output of its release command */
  streamId: string | null;
  createdAt: string;
  updatedAt: string;
}

export class ReleaseRows {
  readonly #db: Database;
  readonly #table: Table<Release>;

  constructor(db: Database) {
    this.#db = db;
    this.#table = new Table<Release>(db, 'releases', 'version', {
      id: 'id',
      appId: 'app_id',
      version: 'version',
      description: 'description',
      status: 'status',
      slugId: 'slug_id',
      inheritsSlug: ['inherits_slug', 'flag'],
      config: ['config', 'json'],
      userEmail: 'user_email',
      streamId: 'stream_id',
      createdAt: 'created_at',
      updatedAt: 'updated_at',
    });
  }

  find(id: string): Release | undefined {
    return this.#table.find('id = @id', {id});
  }

  /** Oldest first. */
  listOf(appId: string): Release[] {
    return this.#table.list('app_id = @appId', {appId});
  }

  /** By id, `12` or `v12`. @throws DynoError not_found */
  get(appId: string, identity: string): Release {
    const version = /^v?(\d{1,9})$/.exec(identity)?.[1];
    const release = version
      ? this.#table.find('app_id = @appId AND version = @version', {appId, version: Number(version)})
      : this.#table.find('app_id = @appId AND id = @identity', {appId, identity});
    if (!release) throw new DynoError('not_found', {resource: 'release'});
    return release;
  }

  /** What runs: the newest that succeeded. */
  current(appId: string): Release | undefined {
    return this.#table.find(
      `app_id = @appId AND version =
        (SELECT MAX(version) FROM releases WHERE app_id = @appId AND status = 'succeeded')`,
      {appId},
    );
  }

  newest(appId: string): Release | undefined {
    return this.#table.find('app_id = @appId AND version = (SELECT MAX(version) FROM releases WHERE app_id = @appId)', {
      appId,
    });
  }

  newestUnfailed(appId: string): Release | undefined {
    return this.#table.find(
      `app_id = @appId AND version =
        (SELECT MAX(version) FROM releases WHERE app_id = @appId AND status <> 'failed')`,
      {appId},
    );
  }

  /** Pending releases after this version, oldest first. */
  pendingOf(appId: string, after: number): Release[] {
    return this.#table.list("app_id = @appId AND status = 'pending' AND version > @after", {appId, after});
  }

  pending(): Release[] {
    return this.#table.list("status = 'pending'");
  }

  nextVersion(appId: string): number {
    const sql = 'SELECT COALESCE(MAX(version), 0) + 1 AS version FROM releases WHERE app_id = @appId';
    return this.#db.get<{version: number}>(sql, {appId})!.version;
  }

  insert(release: Release): Release {
    return this.#table.insert(release);
  }

  update(id: string, change: Partial<Omit<Release, 'id'>>): void {
    this.#table.update(id, change);
  }
}
