import type {Database} from './database.js';

/** Buildpacks of an app, in the order in which they run. */
export class BuildpackRows {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  listOf(appId: string): string[] {
    return this.#db
      .all<{url: string}>('SELECT url FROM buildpack_installations WHERE app_id = @appId ORDER BY ordinal', {appId})
      .map((row) => row.url);
  }

  replace(appId: string, urls: string[]): void {
    this.#db.transaction(() => {
      this.#db.run('DELETE FROM buildpack_installations WHERE app_id = @appId', {appId});
      for (const [ordinal, url] of urls.entries()) {
        this.#db.insert('buildpack_installations', {app_id: appId, ordinal, url});
      }
    });
  }
}
