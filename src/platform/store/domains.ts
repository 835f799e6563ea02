import {DynoError} from '../../model/error.js';
import type {Database} from './database.js';
import {isDuplicate} from './database.js';
import {Table} from './table.js';

/** A custom domain. The default host, `<app>.localhost`, is no row: it follows from the app's name. */
export interface Domain {
  id: string;
  appId: string;
  hostname: string;
  cname: string;
  sniEndpointId: string | null;
  acmStatus: string | null;
  createdAt: string;
  updatedAt: string;
}

export class DomainRows {
  readonly #table: Table<Domain>;

  constructor(db: Database) {
    this.#table = new Table<Domain>(db, 'domains', 'created_at, rowid', {
      id: 'id',
      appId: 'app_id',
      hostname: 'hostname',
      cname: 'cname',
      sniEndpointId: 'sni_endpoint_id',
      acmStatus: 'acm_status',
      createdAt: 'created_at',
      updatedAt: 'updated_at',
    });
  }

  listOf(appId: string): Domain[] {
    return this.#table.list('app_id = @appId', {appId});
  }

  /** The domain that serves this host, of whichever app: by its name, else by the longest wildcard. */
  findServing(host: string): Domain | undefined {
    const labels = host.toLowerCase().split('.');
    const names = [host.toLowerCase(), ...labels.slice(1).map((_, from) => `*.${labels.slice(from + 1).join('.')}`)];
    for (const hostname of names) {
      const domain = this.#table.find('hostname = @hostname', {hostname});
      if (domain) return domain;
    }
    return undefined;
  }

  find(appId: string, identity: string): Domain | undefined {
    return this.#table.find('app_id = @appId AND (id = @identity OR hostname = @hostname)', {
      appId,
      identity,
      hostname: identity.toLowerCase(),
    });
  }

  /** @throws DynoError invalid_params when some app has it */
  insert(domain: Domain): Domain {
    try {
      return this.#table.insert(domain);
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      throw new DynoError('invalid_params', {
        message: `Domain already added to this or another app: ${domain.hostname}`,
      });
    }
  }

  update(id: string, change: Partial<Pick<Domain, 'sniEndpointId' | 'acmStatus' | 'updatedAt'>>): void {
    this.#table.update(id, change);
  }

  delete(id: string): void {
    this.#table.delete(id);
  }
}
