/**
 * What the Platform API answers, as far as the CLI reads it (platform-api.md 4). `--json` prints the whole object,
 * so these types name only what is read.
 */
export interface Reference {
  id: string;
  name: string;
}

export interface App extends Reference {
  acm: boolean;
  archived_at: string | null;
  build_stack: Reference;
  created_at: string;
  git_url: string;
  internal_routing: boolean | null;
  maintenance: boolean;
  owner: {id: string; email: string};
  region: Reference;
  repo_size: number | null;
  slug_size: number | null;
  space: (Reference & {shield?: boolean}) | null;
  stack: Reference;
  web_url: string | null;
}

export interface Account {
  id: string;
  email: string;
}

export interface Formation {
  id: string;
  type: string;
  quantity: number;
  size: string;
  command: string;
}

export interface FormationUpdate {
  type: string;
  quantity?: number | string;
  size?: string;
}

export interface Dyno extends Reference {
  attach_url: string | null;
  command: string;
  created_at: string;
  release: {id: string; version: number};
  size: string;
  state: string;
  type: string;
  updated_at: string;
  /** crashed dynos: when the next try is due; not a field of Heroku's */
  next_try_at?: string | null;
}

export interface Release {
  id: string;
  addon_plan_names: string[];
  created_at: string;
  current: boolean;
  description: string;
  eligible_for_rollback?: boolean;
  output_stream_url: string | null;
  slug: {id: string} | null;
  status: 'expired' | 'failed' | 'pending' | 'succeeded';
  user: {id: string; email: string};
  version: number;
}

export type ConfigVars = Record<string, string>;

export interface Source {
  source_blob: {get_url: string; put_url: string};
}

export interface Build {
  id: string;
  output_stream_url: string;
  release: {id: string} | null;
  slug: {id: string} | null;
  status: 'failed' | 'pending' | 'succeeded';
}

export interface LogSession {
  id: string;
  logplex_url: string;
}

export interface Region extends Reference {
  description: string;
  locale: string;
  private_capable: boolean;
}

export interface Domain {
  id: string;
  cname: string | null;
  hostname: string;
  kind: 'custom' | 'heroku';
  acm_status: string | null;
  status: string;
}

export interface Feature extends Reference {
  description: string;
  doc_url: string;
  enabled: boolean;
  state: string;
}

export interface Drain {
  id: string;
  addon: Reference | null;
  token: string;
  url: string;
}
