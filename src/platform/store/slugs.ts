import {DynoError} from '../../model/error.js';
import type {Database} from './database.js';
import {Table} from './table.js';

export interface Slug {
  id: string;
  appId: string;
  stack: string;
  /** the engine's reference; null until the slug's archive was uploaded */
  image: string | null;
  size: number | null;
  checksum: string | null;
  commit: string | null;
  commitDescription: string | null;
  buildpackDescription: string | null;
  processTypes: Record<string, string>;
  createdAt: string;
  updatedAt: string;
}

export class SlugRows {
  readonly #table: Table<Slug>;

  constructor(db: Database) {
    this.#table = new Table<Slug>(db, 'slugs', 'created_at, rowid', {
      id: 'id',
      appId: 'app_id',
      stack: 'stack',
      image: 'image',
      size: 'size',
      checksum: 'checksum',
      commit: 'commit_sha',
      commitDescription: 'commit_description',
      buildpackDescription: 'buildpack_description',
      processTypes: ['process_types', 'json'],
      createdAt: 'created_at',
      updatedAt: 'updated_at',
    });
  }

  find(id: string): Slug | undefined {
    return this.#table.find('id = @id', {id});
  }

  /** @throws DynoError not_found */
  get(appId: string, id: string): Slug {
    const slug = this.#table.find('id = @id AND app_id = @appId', {id, appId});
    if (!slug) throw new DynoError('not_found', {resource: 'slug'});
    return slug;
  }

  listOf(appId: string): Slug[] {
    return this.#table.list('app_id = @appId', {appId});
  }

  /** Slugs, of whatever app, that lead to this image: promotions share one. */
  countOfImage(image: string): number {
    return this.#table.count('image = @image', {image});
  }

  insert(slug: Slug): Slug {
    return this.#table.insert(slug);
  }

  update(id: string, change: Partial<Omit<Slug, 'id'>>): void {
    this.#table.update(id, change);
  }

  delete(id: string): void {
    this.#table.delete(id);
  }
}
