import {shiftHistory} from '../dyno-manager/app-history.js';
import type {AppHistory} from '../dyno-manager/app-history.js';
import type {AdvancingClock} from './advancing-clock.js';
import {JsonFile} from './json-file.js';

interface Saved {
  /** how far the clock was ahead of the machine's: a new process starts at the machine's */
  advancedMs: number;
  apps: Record<string, AppHistory>;
}

/** The histories of a runtime's apps, over the end of its process: crash counts and sleep (app-history.ts). */
export class DynoHistories {
  readonly #file: JsonFile<Saved>;
  readonly #clock: AdvancingClock;
  readonly #report: (problem: string) => void;
  readonly #apps = new Map<string, AppHistory>();

  constructor(path: string, clock: AdvancingClock, report: (problem: string) => void) {
    this.#file = new JsonFile(path);
    this.#clock = clock;
    this.#report = report;
    clock.onLeap(() => void this.#write());
  }

  /** Once, before anything is kept. */
  async open(): Promise<void> {
    const saved = await this.#file.read();
    if (!saved) return;
    const ms = this.#clock.advancedMs - saved.advancedMs;
    for (const [appId, history] of Object.entries(saved.apps)) this.#apps.set(appId, shiftHistory(history, ms));
  }

  of(appId: string): AppHistory | null {
    return this.#apps.get(appId) ?? null;
  }

  keep(appId: string, history: AppHistory | null): void {
    if (history) this.#apps.set(appId, history);
    else if (!this.#apps.delete(appId)) return;
    void this.#write();
  }

  /** Resolves once all that was kept is on disk. */
  flush(): Promise<void> {
    return this.#write();
  }

  /** A full disk costs no more than the history. */
  async #write(): Promise<void> {
    const saved = {advancedMs: this.#clock.advancedMs, apps: Object.fromEntries(this.#apps)};
    await this.#file.write(saved).catch((error: Error) => this.#report(`Keeping crash counts: ${error.message}`));
  }
}
