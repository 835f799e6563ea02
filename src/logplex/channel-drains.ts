import {readdir} from 'node:fs/promises';
import {join} from 'node:path';
import type {SecureContext} from 'node:tls';
import type {Clock} from '../model/clock.js';
import type {DrainSpec} from '../model/spec.js';
import type {Drain, DrainPast} from './drain.js';
import type {DrainStatus} from '../model/drain.js';
import {DrainPosition} from './drain-position.js';
import type {DrainProgress} from './drain-position.js';
import type {Message} from './message.js';
import {openDrain} from './open-drain.js';

const PREFIX = 'drain-';

export interface ChannelDrainsOptions {
  clock: Clock;
  random: () => number;
  directory: string;
  secureContext: () => SecureContext;
  certificateRefused: (spec: DrainSpec, alert: string) => void;
}

/** The drains of one app, and how far each has come. */
export class ChannelDrains {
  readonly #options: ChannelDrainsOptions;
  readonly #drains = new Map<string, Drain>();
  /** of drains that this process has not opened yet */
  #earlier = new Map<string, DrainProgress>();
  /** drains that close, and the spec of the one that takes their place then */
  readonly #moving = new Map<Drain, DrainSpec>();
  /** all that was removed or moved has closed */
  #left: Promise<unknown> = Promise.resolve();

  constructor(options: ChannelDrainsOptions) {
    this.#options = options;
  }

  /** Reads what an earlier process left. */
  async load(): Promise<void> {
    for (const name of await readdir(this.#options.directory).catch(() => [])) {
      if (!name.startsWith(PREFIX)) continue;
      const id = decodeURIComponent(name.slice(PREFIX.length));
      const progress = await this.#positionOf(id).load();
      if (progress) this.#earlier.set(id, progress);
    }
  }

  /** First seq that a drain still needs from the disk; Infinity without drains. */
  get neededSeq(): number {
    const earlier = [...this.#earlier.values()].map(({next, frame}) => frame?.from ?? next);
    return Math.min(...earlier, ...[...this.#drains.values()].map(({neededSeq}) => neededSeq));
  }

  /**
   * Opens, keeps, moves and removes drains so that these are left. Resolves once the beginning of new ones is on disk: what
   * is committed later is theirs, whatever happens.
   *
   * @param headSeq of the next message
   * @param recent committed messages, at least from neededSeq on
   */
  async set(specs: DrainSpec[], headSeq: number, recent: Message[]): Promise<void> {
    const wanted = new Map(specs.map((spec) => [spec.id, spec]));
    for (const drain of this.#drains.values()) {
      const spec = wanted.get(drain.spec.id);
      wanted.delete(drain.spec.id);
      if (spec) this.#move(drain, spec);
      else this.#remove(drain);
    }
    const opened = [...wanted.values()].map((spec) => this.#open(spec, this.#pastOf(spec.id, headSeq, recent)));
    for (const id of this.#earlier.keys()) this.#left = Promise.all([this.#left, this.#positionOf(id).remove()]);
    this.#earlier.clear();
    await Promise.all(opened.map((drain) => drain.save()));
  }

  push(messages: Message[]): void {
    for (const drain of this.#drains.values()) drain.push(messages);
  }

  statuses(): DrainStatus[] {
    return [...this.#drains.values()].map((drain) => drain.status());
  }

  async save(): Promise<void> {
    await Promise.all([...this.#drains.values()].map((drain) => drain.save()));
  }

  async close(inFlight: 'finish' | 'abort'): Promise<void> {
    await this.#left;
    await Promise.all([...this.#drains.values()].map((drain) => drain.close(inFlight)));
    this.#drains.clear();
  }

  #pastOf(id: string, headSeq: number, recent: Message[]): DrainPast {
    const progress = this.#earlier.get(id) ?? null;
    this.#earlier.delete(id);
    const from = progress?.frame?.from ?? progress?.next ?? headSeq;
    return {progress, headSeq, backlog: from < headSeq ? recent.filter((message) => message.seq >= from) : []};
  }

  #open(spec: DrainSpec, past: DrainPast): Drain {
    const {clock, random, secureContext, certificateRefused} = this.#options;
    const drain = openDrain({
      ...past,
      spec,
      clock,
      random,
      secureContext,
      position: this.#positionOf(spec.id),
      certificateRefused: (alert) => certificateRefused(spec, alert),
    });
    this.#drains.set(spec.id, drain);
    return drain;
  }

  /** Where its URL changed, another takes its place once it is closed; until then it takes what comes. */
  #move(drain: Drain, spec: DrainSpec): void {
    const {url, token} = this.#moving.get(drain) ?? drain.spec;
    if (spec.url === url && spec.token === token) return;
    const isMoving = this.#moving.has(drain);
    this.#moving.set(drain, spec);
    if (isMoving) return;
    const moved = drain.close('abort').then(async () => {
      const wanted = this.#moving.get(drain);
      this.#moving.delete(drain);
      if (wanted) await this.#open(wanted, drain.handOver()).save();
    });
    this.#left = Promise.all([this.#left, moved]);
  }

  #remove(drain: Drain): void {
    const {id} = drain.spec;
    this.#drains.delete(id);
    this.#moving.delete(drain);
    const closed = drain.close('abort').then(async () => {
      if (!this.#drains.has(id)) await this.#positionOf(id).remove();
    });
    this.#left = Promise.all([this.#left, closed]);
  }

  #positionOf(id: string): DrainPosition {
    return new DrainPosition(join(this.#options.directory, PREFIX + encodeURIComponent(id)));
  }
}
