import {DynoError} from '../../model/error.js';
import type {Database} from './database.js';
import {isDuplicate} from './database.js';
import {Table} from './table.js';

export interface Space {
  id: string;
  name: string;
  teamId: string;
  region: string;
  state: 'allocating' | 'allocated' | 'deleting';
  shield: boolean;
  cidr: string;
  dataCidr: string;
  /** name of its runtime: the space's name when it was made, kept through renames */
  runtime: string;
  /** subnet of the space's bridge on this machine */
  subnet: string;
  httpPort: number;
  httpsPort: number;
  /** stable outbound addresses */
  nat: string[];
  /** addresses of peers that may send PROXY protocol */
  proxyPeers: string[];
  logDrainUrl: string | null;
  logDrainId: string | null;
  createdAt: string;
  updatedAt: string;
}

export interface InboundRule {
  action: 'allow' | 'deny';
  /** IPv4 CIDR */
  source: string;
}

export interface InboundRuleset {
  id: string;
  /** grows; the highest of a space is its current one */
  sequence: number;
  spaceId: string;
  rules: InboundRule[];
  createdBy: string;
  createdAt: string;
}

export class SpaceRows {
  readonly #table: Table<Space>;
  readonly #rulesets: Table<InboundRuleset>;

  constructor(db: Database) {
    this.#table = new Table<Space>(db, 'spaces', 'name', {
      id: 'id',
      name: 'name',
      teamId: 'team_id',
      region: 'region',
      state: 'state',
      shield: ['shield', 'flag'],
      cidr: 'cidr',
      dataCidr: 'data_cidr',
      runtime: 'runtime',
      subnet: 'subnet',
      httpPort: 'http_port',
      httpsPort: 'https_port',
      nat: ['nat', 'json'],
      proxyPeers: ['proxy_peers', 'json'],
      logDrainUrl: 'log_drain_url',
      logDrainId: 'log_drain_id',
      createdAt: 'created_at',
      updatedAt: 'updated_at',
    });
    this.#rulesets = new Table<InboundRuleset>(db, 'inbound_rulesets', 'sequence', {
      id: 'id',
      sequence: 'sequence',
      spaceId: 'space_id',
      rules: ['rules', 'json'],
      createdBy: 'created_by',
      createdAt: 'created_at',
    });
  }

  /** By id or name. */
  find(identity: string): Space | undefined {
    return this.#table.find('id = @identity OR name = @identity', {identity});
  }

  /** @throws DynoError not_found */
  get(identity: string): Space {
    const space = this.find(identity);
    if (!space) throw new DynoError('not_found', {resource: 'space'});
    return space;
  }

  list(): Space[] {
    return this.#table.list();
  }

  /** @throws DynoError invalid_params when the name is taken */
  insert(space: Space): Space {
    return unlessTaken(space.name, () => this.#table.insert(space));
  }

  /** @throws DynoError invalid_params when the name is taken */
  update(id: string, change: Partial<Omit<Space, 'id'>>): void {
    unlessTaken(change.name ?? '', () => this.#table.update(id, change));
  }

  delete(id: string): void {
    this.#table.delete(id);
  }

  /** Oldest first. */
  rulesetsOf(spaceId: string): InboundRuleset[] {
    return this.#rulesets.list('space_id = @spaceId', {spaceId});
  }

  rulesetOf(spaceId: string): InboundRuleset {
    return this.rulesetsOf(spaceId).at(-1)!;
  }

  addRuleset(ruleset: InboundRuleset): InboundRuleset {
    return this.#rulesets.insert(ruleset);
  }
}

function unlessTaken<T>(name: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    if (isDuplicate(error)) throw new DynoError('invalid_params', {message: `Name ${name} is already taken`});
    throw error;
  }
}
