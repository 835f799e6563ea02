import {DynoError} from '../../model/error.js';
import type {Database} from './database.js';
import {Table} from './table.js';

/** A local record of somebody who works on an app: it opens nothing, and nobody is told. */
export interface Collaborator {
  id: string;
  appId: string;
  email: string;
  userId: string;
  role: string | null;
  permissions: string[];
  createdAt: string;
  updatedAt: string;
}

export class CollaboratorRows {
  readonly #table: Table<Collaborator>;

  constructor(db: Database) {
    this.#table = new Table<Collaborator>(db, 'collaborators', 'created_at, rowid', {
      id: 'id',
      appId: 'app_id',
      email: 'email',
      userId: 'user_id',
      role: 'role',
      permissions: ['permissions', 'json'],
      createdAt: 'created_at',
      updatedAt: 'updated_at',
    });
  }

  listOf(appId: string): Collaborator[] {
    return this.#table.list('app_id = @appId', {appId});
  }

  find(appId: string, identity: string): Collaborator | undefined {
    return this.#table.find('app_id = @appId AND (id = @identity OR email = @identity OR user_id = @identity)', {
      appId,
      identity,
    });
  }

  /** By id, email or user. @throws DynoError not_found */
  get(appId: string, identity: string): Collaborator {
    const found = this.find(appId, identity);
    if (!found) throw new DynoError('not_found', {resource: 'collaborator'});
    return found;
  }

  insert(collaborator: Collaborator): Collaborator {
    return this.#table.insert(collaborator);
  }

  update(id: string, change: Partial<Pick<Collaborator, 'permissions' | 'updatedAt'>>): void {
    this.#table.update(id, change);
  }

  delete(id: string): void {
    this.#table.delete(id);
  }
}
