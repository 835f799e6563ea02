import type {Database} from './database.js';
import {Table} from './table.js';

/** How many dynos of a process type, and of which size. Its command comes from the slug. */
export interface ProcessTypeRow {
  id: string;
  appId: string;
  type: string;
  quantity: number;
  /** display form */
  size: string;
  createdAt: string;
  updatedAt: string;
}

export class FormationRows {
  readonly #table: Table<ProcessTypeRow>;

  constructor(db: Database) {
    this.#table = new Table<ProcessTypeRow>(db, 'formation', 'type', {
      id: 'id',
      appId: 'app_id',
      type: 'type',
      quantity: 'quantity',
      size: 'size',
      createdAt: 'created_at',
      updatedAt: 'updated_at',
    });
  }

  /** Every type that a release of this app ever had; the current slug says which of them count. */
  listOf(appId: string): ProcessTypeRow[] {
    return this.#table.list('app_id = @appId', {appId});
  }

  insert(row: ProcessTypeRow): ProcessTypeRow {
    return this.#table.insert(row);
  }

  update(id: string, change: Partial<Pick<ProcessTypeRow, 'quantity' | 'size' | 'updatedAt'>>): void {
    this.#table.update(id, change);
  }
}
