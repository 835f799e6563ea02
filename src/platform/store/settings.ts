import type {Database} from './database.js';

/** Facts of the installation that are made once: its id, the account's id, the account's email. */
export class SettingRows {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  find(name: string): string | undefined {
    return this.#db.get<{value: string}>('SELECT value FROM settings WHERE name = @name', {name})?.value;
  }

  /** The setting, made by `make` when it is not there yet. */
  ensure(name: string, make: () => string): string {
    const found = this.find(name);
    if (found !== undefined) return found;
    const value = make();
    this.set(name, value);
    return value;
  }

  set(name: string, value: string): void {
    this.#db.run(
      'INSERT INTO settings (name, value) VALUES (@name, @value) ON CONFLICT (name) DO UPDATE SET value = @value',
      {name, value},
    );
  }
}
