import type {Database, Parameters, Row, Value} from './database.js';

type Kind = 'plain' | 'flag' | 'json';

/** Column of each field; `flag` is stored as 0 or 1, `json` as text. */
export type Columns<T> = {readonly [Field in keyof T]-?: string | readonly [column: string, kind: Kind]};

/** One table of records that have an id: rows become domain objects here and nowhere else. */
export class Table<T extends {id: string}> {
  readonly db: Database;
  readonly #name: string;
  readonly #order: string;
  readonly #fields: {field: keyof T & string; column: string; kind: Kind}[];

  /** `order`: SQL of the order that lists have. */
  constructor(db: Database, name: string, order: string, columns: Columns<T>) {
    this.db = db;
    this.#name = name;
    this.#order = order;
    this.#fields = Object.entries<string | readonly [string, Kind]>(columns).map(([field, column]) => ({
      field: field as keyof T & string,
      column: typeof column === 'string' ? column : column[0],
      kind: typeof column === 'string' ? 'plain' : column[1],
    }));
  }

  /** `where`: SQL with named parameters. */
  find(where: string, parameters: Parameters): T | undefined {
    const row = this.db.get(`SELECT * FROM ${this.#name} WHERE ${where} LIMIT 1`, parameters);
    return row && this.#fromRow(row);
  }

  list(where = '1', parameters: Parameters = {}): T[] {
    return this.db
      .all(`SELECT * FROM ${this.#name} WHERE ${where} ORDER BY ${this.#order}`, parameters)
      .map((row) => this.#fromRow(row));
  }

  insert(record: T): T {
    this.db.insert(this.#name, this.#toRow(record));
    return record;
  }

  update(id: string, change: Partial<T>): void {
    this.db.update(this.#name, id, this.#toRow(change));
  }

  delete(id: string): void {
    this.db.run(`DELETE FROM ${this.#name} WHERE id = @id`, {id});
  }

  count(where = '1', parameters: Parameters = {}): number {
    return this.db.get<{n: number}>(`SELECT COUNT(*) AS n FROM ${this.#name} WHERE ${where}`, parameters)!.n;
  }

  #toRow(record: Partial<T>): Parameters {
    const row: Parameters = {};
    for (const {field, column, kind} of this.#fields) {
      const value = record[field];
      if (value === undefined) continue;
      if (kind === 'flag') row[column] = value ? 1 : 0;
      else if (kind === 'json') row[column] = value === null ? null : JSON.stringify(value);
      else row[column] = value as Value;
    }
    return row;
  }

  #fromRow(row: Row): T {
    const record: Record<string, unknown> = {};
    for (const {field, column, kind} of this.#fields) {
      const value = row[column] ?? null;
      record[field] =
        kind === 'flag' ? value === 1 : kind === 'json' && value !== null ? JSON.parse(String(value)) : value;
    }
    return record as T;
  }
}
