import {randomBytes} from 'node:crypto';
import type {Database} from '../store/database.js';
import {Table} from '../store/table.js';

/** A source archive that a client uploads, and then names in a build. */
export interface Source {
  id: string;
  /** part of its URL, which needs no token */
  secret: string;
  /** bytes; null until it was uploaded */
  size: number | null;
  createdAt: string;
}

export class SourceRows {
  readonly #table: Table<Source>;

  constructor(db: Database) {
    this.#table = new Table<Source>(db, 'sources', 'created_at', {
      id: 'id',
      secret: 'secret',
      size: 'size',
      createdAt: 'created_at',
    });
  }

  findBySecret(secret: string): Source | undefined {
    return this.#table.find('secret = @secret', {secret});
  }

  listBefore(time: string): Source[] {
    return this.#table.list('created_at < @time', {time});
  }

  insert(id: string, createdAt: string): Source {
    return this.#table.insert({id, secret: randomBytes(24).toString('base64url'), size: null, createdAt});
  }

  update(id: string, change: {size: number | null}): void {
    this.#table.update(id, change);
  }

  delete(id: string): void {
    this.#table.delete(id);
  }
}
