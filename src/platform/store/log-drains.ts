import {DynoError} from '../../model/error.js';
import type {Database} from './database.js';
import {Table} from './table.js';

export interface LogDrain {
  id: string;
  appId: string;
  url: string;
  /** `d.<uuid>` */
  token: string;
  createdAt: string;
  updatedAt: string;
}

export class LogDrainRows {
  readonly #table: Table<LogDrain>;

  constructor(db: Database) {
    this.#table = new Table<LogDrain>(db, 'log_drains', 'created_at, rowid', {
      id: 'id',
      appId: 'app_id',
      url: 'url',
      token: 'token',
      createdAt: 'created_at',
      updatedAt: 'updated_at',
    });
  }

  listOf(appId: string): LogDrain[] {
    return this.#table.list('app_id = @appId', {appId});
  }

  /** By id, token or URL. @throws DynoError not_found */
  get(appId: string, identity: string): LogDrain {
    const drain = this.#table.find('app_id = @appId AND (id = @identity OR token = @identity OR url = @identity)', {
      appId,
      identity,
    });
    if (!drain) throw new DynoError('not_found', {resource: 'drain'});
    return drain;
  }

  insert(drain: LogDrain): LogDrain {
    return this.#table.insert(drain);
  }

  update(id: string, change: Partial<Pick<LogDrain, 'url' | 'updatedAt'>>): void {
    this.#table.update(id, change);
  }

  delete(id: string): void {
    this.#table.delete(id);
  }
}
