import type {EngineDyno, EngineEvent} from '../engine/engine.js';
import {sleep} from '../model/clock.js';
import type {Timer} from '../model/clock.js';
import {limits} from '../model/limits.js';
import {engineWait} from './crash-policy.js';
import type {Ground} from './ground.js';

/** What comes of looking at the engine. */
export interface WatchHooks {
  /** one dyno may have changed; null: the engine has it no more */
  seen(engineId: string, found: EngineDyno | null): void;
  /** all that the engine has; `since`: when it was asked, by the count that asked() gave */
  listed(found: EngineDyno[], asked: number): void;
  outOfMemory(engineId: string): void;
  /** it answers again, having been silent since, ms since the epoch */
  wasAway(since: number): void;
  isKnown(engineId: string): boolean;
  /** a question is about to go out: what is launched later may be missing in the answer */
  asked(): number;
}

/** Follows the engine: its events are hints, its list is the truth. Looks at all of it again each minute. */
export class EngineWatch {
  readonly #ground: Ground;
  readonly #hooks: WatchHooks;
  #timer: Timer | null = null;
  #listing: Promise<void> | null = null;
  #listAgain = false;
  /** ms since the epoch: it has not answered since; null while it does */
  #lostAt: number | null = null;

  constructor(ground: Ground, hooks: WatchHooks) {
    this.#ground = ground;
    this.#hooks = hooks;
  }

  start(): void {
    void this.#follow();
    this.#waitToList();
  }

  stop(): void {
    this.#timer?.cancel();
  }

  /** Looks at one dyno; where the engine cannot, at all of them. */
  async look(engineId: string): Promise<void> {
    const {engine} = this.#ground;
    if (!engine.findDyno) return this.list();
    try {
      const found = await engine.findDyno(engineId);
      if (!this.#ground.closing.aborted) this.#hooks.seen(engineId, found);
    } catch {
      // Unreachable: the stream of events has broken too, and its return makes us list.
    }
  }

  /** Looks at all; one list at a time, and another one after it when something happened meanwhile. */
  async list(): Promise<void> {
    if (this.#listing) {
      this.#listAgain = true;
      return this.#listing;
    }
    this.#listing = this.#listAll();
    await this.#listing;
    this.#listing = null;
  }

  async #listAll(): Promise<void> {
    do {
      this.#listAgain = false;
      const asked = this.#hooks.asked();
      const found = await this.#ground.engine.listDynos().catch(() => null);
      if (this.#ground.closing.aborted) return;
      if (!found) continue;
      this.#hooks.listed(found, asked);
      if (this.#lostAt !== null) this.#hooks.wasAway(this.#lostAt);
      this.#lostAt = null;
    } while (this.#listAgain);
  }

  async #follow(): Promise<void> {
    const {engine, clock, closing} = this.#ground;
    for (let failures = 1; !closing.aborted; failures++) {
      const began = clock.now();
      await engine.watch((event) => this.#happened(event), closing).catch(() => undefined);
      if (closing.aborted) return;
      this.#lostAt ??= clock.now();
      if (clock.now() - began > limits.engineListMs) failures = 1;
      await sleep(clock, engineWait(failures, limits), closing).catch(() => undefined);
      void this.list();
    }
  }

  #happened(event: EngineEvent): void {
    if (this.#ground.closing.aborted) return;
    if (event.kind === 'resync') {
      this.#lostAt ??= this.#ground.clock.now() - event.awayMs;
      void this.list();
    }
    if (event.kind === 'out-of-memory') this.#hooks.outOfMemory(event.engineId);
    else if (event.kind === 'ended') void this.look(event.engineId);
    // The removal of what has ended before is our own doing.
    else if (event.kind === 'removed' && this.#hooks.isKnown(event.engineId)) void this.look(event.engineId);
  }

  #waitToList(): void {
    this.#timer = this.#ground.clock.setTimeout(() => {
      void this.list();
      this.#waitToList();
    }, limits.engineListMs);
  }
}
