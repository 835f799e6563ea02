import {DynoError} from '../../model/error.js';
import type {Database} from './database.js';
import {Table} from './table.js';

export interface SniEndpoint {
  id: string;
  appId: string;
  name: string;
  /** PEM */
  certificateChain: string;
  /** PEM */
  privateKey: string;
  /** made by this installation's certificate authority, for domains under ACM */
  acm: boolean;
  createdAt: string;
  updatedAt: string;
}

export class SniEndpointRows {
  readonly #table: Table<SniEndpoint>;

  constructor(db: Database) {
    this.#table = new Table<SniEndpoint>(db, 'sni_endpoints', 'created_at, rowid', {
      id: 'id',
      appId: 'app_id',
      name: 'name',
      certificateChain: 'certificate_chain',
      privateKey: 'private_key',
      acm: ['acm', 'flag'],
      createdAt: 'created_at',
      updatedAt: 'updated_at',
    });
  }

  listOf(appId: string): SniEndpoint[] {
    return this.#table.list('app_id = @appId', {appId});
  }

  /** By id or name. @throws DynoError not_found */
  get(appId: string, identity: string): SniEndpoint {
    const endpoint = this.#table.find('app_id = @appId AND (id = @identity OR name = @identity)', {appId, identity});
    if (!endpoint) throw new DynoError('not_found', {resource: 'sni endpoint'});
    return endpoint;
  }

  insert(endpoint: SniEndpoint): SniEndpoint {
    return this.#table.insert(endpoint);
  }

  update(id: string, change: Partial<Pick<SniEndpoint, 'certificateChain' | 'privateKey' | 'updatedAt'>>): void {
    this.#table.update(id, change);
  }

  delete(id: string): void {
    this.#table.delete(id);
  }
}
