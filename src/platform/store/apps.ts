import {DynoError} from '../../model/error.js';
import type {Database} from './database.js';
import {isDuplicate} from './database.js';
import {Table} from './table.js';

export interface App {
  id: string;
  name: string;
  region: string;
  spaceId: string | null;
  teamId: string | null;
  stack: string;
  buildStack: string;
  maintenance: boolean;
  acm: boolean;
  internalRouting: boolean;
  locked: boolean;
  /** config vars as they are now; each release keeps its own copy */
  config: Record<string, string>;
  /** overrides of limits by name */
  limits: Record<string, number>;
  /** grows with every change that the app's runtime has to hear of */
  revision: number;
  repoSize: number | null;
  slugSize: number | null;
  buildpackDescription: string | null;
  releasedAt: string | null;
  createdAt: string;
  updatedAt: string;
}

/** An app that the API no longer knows, while its runtime still has to remove it. */
export interface DeletedApp {
  id: string;
  runtime: string;
  images: string[];
}

export class AppRows {
  readonly #db: Database;
  readonly #table: Table<App>;
  readonly #deleted: Table<DeletedApp>;

  constructor(db: Database) {
    this.#db = db;
    this.#table = new Table<App>(db, 'apps', 'name', {
      id: 'id',
      name: 'name',
      region: 'region',
      spaceId: 'space_id',
      teamId: 'team_id',
      stack: 'stack',
      buildStack: 'build_stack',
      maintenance: ['maintenance', 'flag'],
      acm: ['acm', 'flag'],
      internalRouting: ['internal_routing', 'flag'],
      locked: ['locked', 'flag'],
      config: ['config', 'json'],
      limits: ['limits', 'json'],
      revision: 'revision',
      repoSize: 'repo_size',
      slugSize: 'slug_size',
      buildpackDescription: 'buildpack_description',
      releasedAt: 'released_at',
      createdAt: 'created_at',
      updatedAt: 'updated_at',
    });
    this.#deleted = new Table<DeletedApp>(db, 'deleted_apps', 'id', {
      id: 'id',
      runtime: 'runtime',
      images: ['images', 'json'],
    });
  }

  /** By id or name. */
  find(identity: string): App | undefined {
    return this.#table.find('id = @identity OR name = @identity', {identity});
  }

  /** @throws DynoError not_found */
  get(identity: string): App {
    const app = this.find(identity);
    if (!app) throw new DynoError('not_found', {resource: 'app'});
    return app;
  }

  list(): App[] {
    return this.#table.list();
  }

  count(): number {
    return this.#table.count();
  }

  /** Apps of a region (outside of spaces), of a space, or of a team. */
  listOf(place: {region: string} | {spaceId: string} | {teamId: string}): App[] {
    if ('spaceId' in place) return this.#table.list('space_id = @spaceId', place);
    if ('teamId' in place) return this.#table.list('team_id = @teamId', place);
    return this.#table.list('space_id IS NULL AND region = @region', place);
  }

  /** @throws DynoError app_name_taken */
  insert(app: App): App {
    return unlessTaken(app.name, () => this.#table.insert(app));
  }

  /** @throws DynoError app_name_taken */
  update(id: string, change: Partial<Omit<App, 'id'>>): void {
    unlessTaken(change.name ?? '', () => this.#table.update(id, change));
  }

  /** Makes the next spec of this app newer than all before. */
  touch(id: string): void {
    this.#db.run('UPDATE apps SET revision = revision + 1 WHERE id = @id', {id});
  }

  delete(left: DeletedApp): void {
    this.#db.transaction(() => {
      this.#table.delete(left.id);
      this.#deleted.insert(left);
    });
  }

  listDeleted(): DeletedApp[] {
    return this.#deleted.list();
  }

  forgetDeleted(id: string): void {
    this.#deleted.delete(id);
  }
}

function unlessTaken<T>(name: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    if (isDuplicate(error)) throw new DynoError('app_name_taken', {name});
    throw error;
  }
}
