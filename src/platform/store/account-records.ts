import type {Database} from './database.js';
import {Table} from './table.js';

const times = {createdAt: 'created_at', updatedAt: 'updated_at'} as const;

/** An ssh key of the account. */
export interface AccountKey {
  id: string;
  publicKey: string;
  comment: string;
  /** `SHA256:…`, as ssh-keygen prints it */
  fingerprint: string;
  createdAt: string;
  updatedAt: string;
}

export const accountKeys = (db: Database): Table<AccountKey> =>
  new Table<AccountKey>(db, 'account_keys', 'created_at, rowid', {
    id: 'id',
    publicKey: 'public_key',
    comment: 'comment',
    fingerprint: 'fingerprint',
    ...times,
  });

/** A further token of the account. */
export interface OauthAuthorization {
  id: string;
  description: string;
  scope: string[];
  tokenId: string;
  token: string;
  /** null: never */
  expiresAt: string | null;
  createdAt: string;
  updatedAt: string;
}

export const oauthAuthorizations = (db: Database): Table<OauthAuthorization> =>
  new Table<OauthAuthorization>(db, 'oauth_authorizations', 'created_at, rowid', {
    id: 'id',
    description: 'description',
    scope: ['scope', 'json'],
    tokenId: 'token_id',
    token: 'token',
    expiresAt: 'expires_at',
    ...times,
  });

export interface OauthClient {
  id: string;
  name: string;
  redirectUri: string;
  secret: string;
  createdAt: string;
  updatedAt: string;
}

export const oauthClients = (db: Database): Table<OauthClient> =>
  new Table<OauthClient>(db, 'oauth_clients', 'created_at, rowid', {
    id: 'id',
    name: 'name',
    redirectUri: 'redirect_uri',
    secret: 'secret',
    ...times,
  });

export interface TelemetryDrain {
  id: string;
  ownerId: string;
  ownerType: 'app' | 'space';
  signals: string[];
  exporter: {type: string; endpoint: string; headers: Record<string, string>};
  createdAt: string;
  updatedAt: string;
}

export const telemetryDrains = (db: Database): Table<TelemetryDrain> =>
  new Table<TelemetryDrain>(db, 'telemetry_drains', 'created_at, rowid', {
    id: 'id',
    ownerId: 'owner_id',
    ownerType: 'owner_type',
    signals: ['signals', 'json'],
    exporter: ['exporter', 'json'],
    ...times,
  });
