import {DynoError} from '../../model/error.js';
import type {Database} from '../store/database.js';
import {Table} from '../store/table.js';

export type BuildStatus =
  /** waits for the build before it, or runs */
  'pending' | 'succeeded' | 'failed';

export interface Build {
  id: string;
  appId: string;
  status: BuildStatus;
  sourceUrl: string;
  sourceVersion: string | null;
  sourceDescription: string | null;
  sourceChecksum: string | null;
  /** as the request named them; null: the app's own */
  buildpacks: string[] | null;
  stack: string;
  slugId: string | null;
  releaseId: string | null;
  streamId: string;
  userEmail: string;
  createdAt: string;
  updatedAt: string;
}

export class BuildRows {
  readonly #table: Table<Build>;

  constructor(db: Database) {
    this.#table = new Table<Build>(db, 'builds', 'created_at, rowid', {
      id: 'id',
      appId: 'app_id',
      status: 'status',
      sourceUrl: 'source_url',
      sourceVersion: 'source_version',
      sourceDescription: 'source_description',
      sourceChecksum: 'source_checksum',
      buildpacks: ['buildpacks', 'json'],
      stack: 'stack',
      slugId: 'slug_id',
      releaseId: 'release_id',
      streamId: 'stream_id',
      userEmail: 'user_email',
      createdAt: 'created_at',
      updatedAt: 'updated_at',
    });
  }

  /** @throws DynoError not_found */
  get(appId: string, id: string): Build {
    const build = this.#table.find('id = @id AND app_id = @appId', {id, appId});
    if (!build) throw new DynoError('not_found', {resource: 'build'});
    return build;
  }

  listOf(appId: string): Build[] {
    return this.#table.list('app_id = @appId', {appId});
  }

  pending(): Build[] {
    return this.#table.list("status = 'pending'");
  }

  insert(build: Build): Build {
    return this.#table.insert(build);
  }

  update(id: string, change: Partial<Omit<Build, 'id' | 'appId'>>): void {
    this.#table.update(id, change);
  }

  delete(id: string): void {
    this.#table.delete(id);
  }
}
