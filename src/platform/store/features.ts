import type {Database} from './database.js';

/** Enabled features, of apps and of the account. What can be enabled stands in src/platform/api/feature-table.ts. */
export class FeatureRows {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Name → time of its enabling. */
  ofApp(appId: string): Map<string, string> {
    return toMap(this.#db.all('SELECT name, updated_at FROM app_features WHERE app_id = @appId', {appId}));
  }

  ofAccount(): Map<string, string> {
    return toMap(this.#db.all('SELECT name, updated_at FROM account_features'));
  }

  setForApp(appId: string, name: string, enabled: boolean, at: string): void {
    this.#db.run('DELETE FROM app_features WHERE app_id = @appId AND name = @name', {appId, name});
    if (enabled) this.#db.insert('app_features', {app_id: appId, name, updated_at: at});
  }

  setForAccount(name: string, enabled: boolean, at: string): void {
    this.#db.run('DELETE FROM account_features WHERE name = @name', {name});
    if (enabled) this.#db.insert('account_features', {name, updated_at: at});
  }
}

const toMap = (rows: unknown[]): Map<string, string> =>
  new Map((rows as {name: string; updated_at: string}[]).map((row) => [row.name, row.updated_at]));
