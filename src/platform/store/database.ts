import {chmodSync, readFileSync, readdirSync} from 'node:fs';
import Libsql = require('libsql');
import {DynoError} from '../../model/error.js';

export type Value = string | number | null;
export type Parameters = Record<string, Value>;
export type Row = Record<string, Value>;

const migrationsFolder = new URL('./migrations/', import.meta.url);

/**
 * The platform's SQLite file: WAL, foreign keys, one writer (this process). All calls are synchronous, so whatever runs
 * between two awaits sees and changes one consistent state; `transaction` makes it one change on disk as well.
 *
 * @throws DynoError disk_full when the disk is
 */
export class Database {
  readonly #path: string;
  readonly #handle: Libsql.Database;
  readonly #statements = new Map<string, Libsql.Statement<unknown[]>>();
  #depth = 0;

  constructor(path: string) {
    this.#path = path;
    this.#handle = new Libsql(path);
    if (path !== ':memory:') chmodSync(path, 0o600);
    this.#handle.pragma('journal_mode = WAL');
    this.#handle.pragma('synchronous = NORMAL');
    this.#handle.pragma('busy_timeout = 5000');
    this.#handle.pragma('foreign_keys = ON');
    this.#migrate();
  }

  get<T = Row>(sql: string, parameters: Parameters = {}): T | undefined {
    const row = this.#run(() => this.#prepare(sql).get(parameters)) as (T & {_metadata?: unknown}) | undefined;
    if (row) delete row._metadata;
    return row;
  }

  all<T = Row>(sql: string, parameters: Parameters = {}): T[] {
    return this.#run(() => this.#prepare(sql).all(parameters)) as T[];
  }

  /** Rows changed. */
  run(sql: string, parameters: Parameters = {}): number {
    return this.#run(() => this.#prepare(sql).run(parameters)).changes;
  }

  /** Adds one row; the columns are the row's keys. */
  insert(table: string, row: Parameters): void {
    const columns = Object.keys(row);
    this.run(
      `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map((name) => `@${name}`).join(', ')})`,
      row,
    );
  }

  /** Changes the columns named in `change` of the row with this id. */
  update(table: string, id: string, change: Parameters): void {
    const columns = Object.keys(change);
    if (columns.length === 0) return;
    this.run(`UPDATE ${table} SET ${columns.map((name) => `${name} = @${name}`).join(', ')} WHERE id = @id`, {
      ...change,
      id,
    });
  }

  /** All of `work` or nothing; nests. `work` must not await. */
  transaction<T>(work: () => T): T {
    if (this.#depth > 0) return work();
    this.#run(() => this.#handle.exec('BEGIN IMMEDIATE'));
    this.#depth++;
    try {
      const result = work();
      this.#run(() => this.#handle.exec('COMMIT'));
      return result;
    } catch (error) {
      if (this.#handle.inTransaction) this.#handle.exec('ROLLBACK');
      throw error;
    } finally {
      this.#depth--;
    }
  }

  close(): void {
    this.#statements.clear();
    this.#handle.close();
  }

  #prepare(sql: string): Libsql.Statement<unknown[]> {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.#handle.prepare(sql)));
    return statement;
  }

  #run<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      const {code} = error as {code?: string};
      if (code?.startsWith('SQLITE_FULL')) throw new DynoError('disk_full', {path: this.#path}, error);
      throw error;
    }
  }

  #migrate(): void {
    const done = Number((this.#handle.prepare('PRAGMA user_version').get() as {user_version: number}).user_version);
    for (const {number, sql} of migrations()) {
      if (number <= done) continue;
      this.transaction(() => this.#run(() => this.#handle.exec(`${sql}\nPRAGMA user_version = ${number};`)));
    }
  }
}

/** `001-core.sql` and so on: each runs once, in the order of its number. */
function migrations(): {number: number; sql: string}[] {
  return readdirSync(migrationsFolder)
    .filter((name) => /^\d+-.*\.sql$/.test(name))
    .map((name) => ({number: Number.parseInt(name, 10), sql: readFileSync(new URL(name, migrationsFolder), 'utf8')}))
    .sort((a, b) => a.number - b.number);
}

/** Whether an error says that a row with this name is there already. */
export function isDuplicate(error: unknown): boolean {
  const {code} = error as {code?: string};
  return code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY';
}
