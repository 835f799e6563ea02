-- Desired state. Ids are UUIDs, times ISO 8601 in seconds, lists and maps JSON.

CREATE TABLE settings (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

CREATE TABLE teams (
  id         TEXT PRIMARY KEY,
  name       TEXT NOT NULL UNIQUE,
  is_default INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;

CREATE TABLE team_members (
  id         TEXT PRIMARY KEY,
  team_id    TEXT NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
  email      TEXT NOT NULL,
  user_id    TEXT NOT NULL,
  role       TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  UNIQUE (team_id, email)
) STRICT;

CREATE TABLE spaces (
  id            TEXT PRIMARY KEY,
  name          TEXT NOT NULL UNIQUE,
  team_id       TEXT NOT NULL REFERENCES teams (id),
  region        TEXT NOT NULL,
  state         TEXT NOT NULL,
  shield        INTEGER NOT NULL DEFAULT 0,
  cidr          TEXT NOT NULL,
  data_cidr     TEXT NOT NULL,
  -- name of its runtime: the space's name when it was made, kept through renames
  runtime       TEXT NOT NULL UNIQUE,
  -- what the machine gives it: subnet of the bridge, router ports, stable outbound addresses (JSON), PROXY peers (JSON)
  subnet        TEXT NOT NULL,
  http_port     INTEGER NOT NULL UNIQUE,
  https_port    INTEGER NOT NULL UNIQUE,
  nat           TEXT NOT NULL DEFAULT '[]',
  proxy_peers   TEXT NOT NULL DEFAULT '[]',
  log_drain_url TEXT,
  log_drain_id  TEXT,
  created_at    TEXT NOT NULL,
  updated_at    TEXT NOT NULL
) STRICT;

CREATE TABLE inbound_rulesets (
  id         TEXT PRIMARY KEY,
  sequence   INTEGER NOT NULL,
  space_id   TEXT NOT NULL REFERENCES spaces (id) ON DELETE CASCADE,
  rules      TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;
CREATE INDEX inbound_rulesets_space ON inbound_rulesets (space_id, sequence);

CREATE TABLE apps (
  id               TEXT PRIMARY KEY,
  name             TEXT NOT NULL UNIQUE,
  region           TEXT NOT NULL,
  space_id         TEXT REFERENCES spaces (id),
  team_id          TEXT REFERENCES teams (id),
  stack            TEXT NOT NULL,
  build_stack      TEXT NOT NULL,
  maintenance      INTEGER NOT NULL DEFAULT 0,
  acm              INTEGER NOT NULL DEFAULT 0,
  internal_routing INTEGER NOT NULL DEFAULT 0,
  locked           INTEGER NOT NULL DEFAULT 0,
  config           TEXT NOT NULL DEFAULT '{}',
  limits           TEXT NOT NULL DEFAULT '{}',
  -- grows with every change that a runtime has to hear of
  revision         INTEGER NOT NULL DEFAULT 1,
  repo_size        INTEGER,
  slug_size        INTEGER,
  buildpack_description TEXT,
  released_at      TEXT,
  created_at       TEXT NOT NULL,
  updated_at       TEXT NOT NULL
) STRICT;
CREATE INDEX apps_region ON apps (region);
CREATE INDEX apps_space ON apps (space_id);

-- Apps that are gone from the API, while their runtime still has to hear of it.
CREATE TABLE deleted_apps (
  id      TEXT PRIMARY KEY,
  runtime TEXT NOT NULL,
  images  TEXT NOT NULL DEFAULT '[]'
) STRICT;

CREATE TABLE app_features (
  app_id TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
  name   TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (app_id, name)
) STRICT;

CREATE TABLE account_features (
  name       TEXT PRIMARY KEY,
  updated_at TEXT NOT NULL
) STRICT;

CREATE TABLE slugs (
  id            TEXT PRIMARY KEY,
  app_id        TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
  stack         TEXT NOT NULL,
  -- the engine's reference; null until the slug's archive was uploaded
  image         TEXT,
  size          INTEGER,
  checksum      TEXT,
  commit_sha    TEXT,
  commit_description TEXT,
  buildpack_description TEXT,
  process_types TEXT NOT NULL,
  created_at    TEXT NOT NULL,
  updated_at    TEXT NOT NULL
) STRICT;
CREATE INDEX slugs_app ON slugs (app_id);

CREATE TABLE releases (
  id          TEXT PRIMARY KEY,
  app_id      TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
  version     INTEGER NOT NULL,
  description TEXT NOT NULL,
  status      TEXT NOT NULL,
  -- no foreign key: a slug may have been cleaned away while the release stays in the list
  slug_id     TEXT,
  -- the slug is that of the release before, not one of its own
  inherits_slug INTEGER NOT NULL DEFAULT 0,
  config      TEXT NOT NULL,
  user_email  TEXT NOT NULL,
  stream_id   TEXT,
  created_at  TEXT NOT NULL,
  updated_at  TEXT NOT NULL,
  UNIQUE (app_id, version)
) STRICT;

CREATE TABLE formation (
  id         TEXT PRIMARY KEY,
  app_id     TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
  type       TEXT NOT NULL,
  quantity   INTEGER NOT NULL,
  size       TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  UNIQUE (app_id, type)
) STRICT;

CREATE TABLE buildpack_installations (
  app_id  TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
  ordinal INTEGER NOT NULL,
  url     TEXT NOT NULL,
  PRIMARY KEY (app_id, ordinal)
) STRICT;

CREATE TABLE sources (
  id         TEXT PRIMARY KEY,
  secret     TEXT NOT NULL UNIQUE,
  size       INTEGER,
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE builds (
  id          TEXT PRIMARY KEY,
  app_id      TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
  status      TEXT NOT NULL,
  source_url  TEXT NOT NULL,
  source_version TEXT,
  source_description TEXT,
  source_checksum TEXT,
  buildpacks  TEXT,
  stack       TEXT NOT NULL,
  slug_id     TEXT,
  release_id  TEXT,
  stream_id   TEXT NOT NULL,
  user_email  TEXT NOT NULL,
  created_at  TEXT NOT NULL,
  updated_at  TEXT NOT NULL
) STRICT;
CREATE INDEX builds_app ON builds (app_id);

CREATE TABLE log_drains (
  id         TEXT PRIMARY KEY,
  app_id     TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
  url        TEXT NOT NULL,
  token      TEXT NOT NULL UNIQUE,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  UNIQUE (app_id, url)
) STRICT;

CREATE TABLE log_sessions (
  id         TEXT PRIMARY KEY,
  app_id     TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
  query      TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE collaborators (
  id         TEXT PRIMARY KEY,
  app_id     TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
  email      TEXT NOT NULL,
  user_id    TEXT NOT NULL,
  role       TEXT,
  permissions TEXT NOT NULL DEFAULT '[]',
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  UNIQUE (app_id, email)
) STRICT;

CREATE TABLE sni_endpoints (
  id          TEXT PRIMARY KEY,
  app_id      TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
  name        TEXT NOT NULL UNIQUE,
  certificate_chain TEXT NOT NULL,
  private_key TEXT NOT NULL,
  acm         INTEGER NOT NULL DEFAULT 0,
  created_at  TEXT NOT NULL,
  updated_at  TEXT NOT NULL
) STRICT;

CREATE TABLE domains (
  id          TEXT PRIMARY KEY,
  app_id      TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
  hostname    TEXT NOT NULL UNIQUE,
  cname       TEXT NOT NULL,
  sni_endpoint_id TEXT REFERENCES sni_endpoints (id) ON DELETE SET NULL,
  acm_status  TEXT,
  created_at  TEXT NOT NULL,
  updated_at  TEXT NOT NULL
) STRICT;
CREATE INDEX domains_app ON domains (app_id);

CREATE TABLE account_keys (
  id         TEXT PRIMARY KEY,
  public_key TEXT NOT NULL UNIQUE,
  comment    TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;

CREATE TABLE oauth_authorizations (
  id          TEXT PRIMARY KEY,
  description TEXT NOT NULL,
  scope       TEXT NOT NULL,
  token_id    TEXT NOT NULL,
  token       TEXT NOT NULL UNIQUE,
  expires_at  TEXT,
  created_at  TEXT NOT NULL,
  updated_at  TEXT NOT NULL
) STRICT;

CREATE TABLE oauth_clients (
  id           TEXT PRIMARY KEY,
  name         TEXT NOT NULL,
  redirect_uri TEXT NOT NULL,
  secret       TEXT NOT NULL,
  created_at   TEXT NOT NULL,
  updated_at   TEXT NOT NULL
) STRICT;

CREATE TABLE telemetry_drains (
  id         TEXT PRIMARY KEY,
  owner_id   TEXT NOT NULL,
  owner_type TEXT NOT NULL,
  signals    TEXT NOT NULL,
  exporter   TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;

CREATE TABLE webhooks (
  id            TEXT PRIMARY KEY,
  app_id        TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
  url           TEXT NOT NULL,
  include       TEXT NOT NULL,
  level         TEXT NOT NULL,
  secret        TEXT NOT NULL,
  auth_header   TEXT,
  created_at    TEXT NOT NULL,
  updated_at    TEXT NOT NULL
) STRICT;
CREATE INDEX webhooks_app ON webhooks (app_id);

CREATE TABLE webhook_events (
  id         TEXT PRIMARY KEY,
  app_id     TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
  include    TEXT NOT NULL,
  payload    TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX webhook_events_app ON webhook_events (app_id, created_at);

CREATE TABLE webhook_deliveries (
  id              TEXT PRIMARY KEY,
  app_id          TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
  webhook_id      TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
  event_id        TEXT NOT NULL REFERENCES webhook_events (id) ON DELETE CASCADE,
  status          TEXT NOT NULL,
  num_attempts    INTEGER NOT NULL DEFAULT 0,
  next_attempt_at TEXT,
  last_attempt    TEXT,
  created_at      TEXT NOT NULL,
  updated_at      TEXT NOT NULL
) STRICT;
CREATE INDEX webhook_deliveries_app ON webhook_deliveries (app_id, created_at);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (next_attempt_at) WHERE next_attempt_at IS NOT NULL;

CREATE TABLE pipelines (
  id         TEXT PRIMARY KEY,
  name       TEXT NOT NULL UNIQUE,
  owner_id   TEXT NOT NULL,
  owner_type TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;

CREATE TABLE pipeline_couplings (
  id          TEXT PRIMARY KEY,
  app_id      TEXT NOT NULL UNIQUE REFERENCES apps (id) ON DELETE CASCADE,
  pipeline_id TEXT NOT NULL REFERENCES pipelines (id) ON DELETE CASCADE,
  stage       TEXT NOT NULL,
  created_at  TEXT NOT NULL,
  updated_at  TEXT NOT NULL
) STRICT;

CREATE TABLE pipeline_promotions (
  id          TEXT PRIMARY KEY,
  pipeline_id TEXT NOT NULL REFERENCES pipelines (id) ON DELETE CASCADE,
  source_app_id     TEXT NOT NULL,
  source_release_id TEXT NOT NULL,
  status      TEXT NOT NULL,
  created_at  TEXT NOT NULL,
  updated_at  TEXT NOT NULL
) STRICT;

CREATE TABLE pipeline_promotion_targets (
  id           TEXT PRIMARY KEY,
  promotion_id TEXT NOT NULL REFERENCES pipeline_promotions (id) ON DELETE CASCADE,
  app_id       TEXT NOT NULL,
  release_id   TEXT,
  status       TEXT NOT NULL,
  error_message TEXT
) STRICT;
CREATE INDEX pipeline_promotion_targets_promotion ON pipeline_promotion_targets (promotion_id);
