import type {Connection} from './connection.js';
import type {Dyno, Reference} from './shapes.js';

export interface Space extends Reference {
  cidr: string;
  created_at: string;
  data_cidr: string | null;
  region: Reference & {description?: string};
  shield: boolean;
  state: 'allocated' | 'allocating' | 'deleting';
  team: Reference;
}

export interface SpaceNat {
  sources: string[];
  state: 'disabled' | 'enabled' | 'updating';
}

export interface InboundRule {
  action: 'allow' | 'deny';
  source: string;
}

export interface InboundRuleset {
  id?: string;
  rules: InboundRule[];
  applied?: boolean;
}

export interface SpaceTopology {
  version: number;
  apps: {
    id: string;
    domains: string[];
    formation: {
      id: string;
      process_type: string;
      dynos: {id: string; number: number; private_ip: string; hostname: string}[];
    }[];
  }[];
}

export interface NewSpace {
  name: string;
  team: string;
  region?: string;
  cidr?: string;
  data_cidr?: string;
  shield?: boolean;
}

/** Private spaces. */
export class SpaceApi {
  constructor(private readonly http: Connection) {}

  list(): Promise<Space[]> {
    return this.http.list('/spaces');
  }

  get(space: string): Promise<Space> {
    return this.http.call('GET', spacePath(space));
  }

  create(space: NewSpace): Promise<Space> {
    return this.http.call('POST', '/spaces', {body: space});
  }

  rename(space: string, name: string): Promise<Space> {
    return this.http.call('PATCH', spacePath(space), {body: {name}});
  }

  destroy(space: string): Promise<Space> {
    return this.http.call('DELETE', spacePath(space));
  }

  nat(space: string): Promise<SpaceNat> {
    return this.http.call('GET', `${spacePath(space)}/nat`);
  }

  inboundRuleset(space: string): Promise<InboundRuleset> {
    return this.http.call('GET', `${spacePath(space)}/inbound-ruleset`);
  }

  /** replaces the whole list */
  replaceInboundRuleset(space: string, ruleset: InboundRuleset): Promise<InboundRuleset> {
    return this.http.call('PUT', `${spacePath(space)}/inbound-ruleset`, {body: ruleset});
  }

  topology(space: string): Promise<SpaceTopology> {
    return this.http.call('GET', `${spacePath(space)}/topology`);
  }

  dynos(space: string): Promise<{app_id: string; app_name: string; dynos: Dyno[]}[]> {
    return this.http.call('GET', `${spacePath(space)}/dynos`);
  }
}

const spacePath = (space: string): string => `/spaces/${encodeURIComponent(space)}`;
