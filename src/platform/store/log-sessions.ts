import type {LogQuery} from '../../model/log.js';
import type {Database} from './database.js';
import {Table} from './table.js';

/** What a log session's URL stands for. Stored, so that a tail survives the platform. */
export interface LogSession {
  id: string;
  appId: string;
  query: LogQuery;
  createdAt: string;
}

export class LogSessionRows {
  readonly #db: Database;
  readonly #table: Table<LogSession>;

  constructor(db: Database) {
    this.#db = db;
    this.#table = new Table<LogSession>(db, 'log_sessions', 'created_at, rowid', {
      id: 'id',
      appId: 'app_id',
      query: ['query', 'json'],
      createdAt: 'created_at',
    });
  }

  find(id: string): LogSession | undefined {
    return this.#table.find('id = @id', {id});
  }

  insert(session: LogSession): LogSession {
    return this.#table.insert(session);
  }

  deleteBefore(time: string): void {
    this.#db.run('DELETE FROM log_sessions WHERE created_at < @time', {time});
  }
}
