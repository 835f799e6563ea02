import type {DynoUsage} from '../engine/engine.js';
import type {Timer} from '../model/clock.js';
import {lines, loadLine, memoryLine} from '../model/dyno-log-lines.js';
import {limits} from '../model/limits.js';
import type {AppDynos} from './app-dynos.js';
import type {Dyno} from './dyno.js';
import type {Ground} from './ground.js';
import {averageLoad} from './load-average.js';
import {judgeMemory, sizeOf} from './memory-policy.js';

/** Questions to the engine at one time. */
const CONCURRENCY = 8;

/**
 * Looks at memory and load of every running dyno each 20 s: R14, R15 and `log-runtime-metrics` lines
 * (heroku-behaviour.md 2.11, 5.7). A round that has not ended when the next is due takes its place.
 */
export class Sampler {
  readonly #ground: Ground;
  readonly #dynos: () => Iterable<[AppDynos, Dyno]>;
  #timer: Timer | null = null;
  #isSampling = false;

  constructor(ground: Ground, dynos: () => Iterable<[AppDynos, Dyno]>) {
    this.#ground = ground;
    this.#dynos = dynos;
  }

  start(): void {
    this.#timer = this.#ground.clock.setTimeout(() => {
      this.start();
      void this.#sampleAll();
    }, limits.sampleMs);
  }

  stop(): void {
    this.#timer?.cancel();
  }

  async #sampleAll(): Promise<void> {
    if (this.#isSampling) return;
    this.#isSampling = true;
    const queue = [...this.#dynos()].filter(([, dyno]) => isRunning(dyno));
    const work = async () => {
      for (let next = queue.pop(); next; next = queue.pop()) await this.#sample(...next);
    };
    await Promise.all(Array.from({length: CONCURRENCY}, work));
    this.#isSampling = false;
  }

  async #sample(app: AppDynos, dyno: Dyno): Promise<void> {
    // Null, or an engine that does not answer: no sample this time.
    const usage = await this.#ground.engine.usageOf(dyno.engineId!).catch(() => null);
    if (!usage || !isRunning(dyno) || this.#ground.closing.aborted) return;
    takeSample(app, dyno, usage);
  }
}

function takeSample(app: AppDynos, dyno: Dyno, usage: DynoUsage): void {
  const size = sizeOf(dyno);
  dyno.memoryBytes = usage.rss + usage.swap + usage.cache;
  dyno.load = averageLoad(dyno.load, usage.runnable, limits.sampleMs);
  if (dyno.metrics) {
    const source = `heroku.${appNumber(app.appId)}.${dyno.id}`;
    app.log(dyno.name, loadLine(dyno.name, source, dyno.load));
    app.log(dyno.name, memoryLine(dyno.name, source, usage, size.memoryMb));
  }
  const verdict = judgeMemory(usage, size);
  if (verdict === 'exceeded') {
    app.log(dyno.name, lines.memory(dyno.memoryBytes, size.memoryMb));
    app.log(dyno.name, lines.quotaExceeded());
  }
  if (verdict === 'vastly-exceeded') {
    dyno.outOfMemory = true;
    app.look();
  }
}

function isRunning({phase, exit, engineId}: Dyno): boolean {
  return engineId !== null && exit === null && (phase === 'up' || phase === 'starting' || phase === 'draining');
}

/** Heroku numbers its apps; we make a stable number of the id. */
function appNumber(appId: string): number {
  let number = 0;
  for (const character of appId) number = (number * 31 + character.charCodeAt(0)) % 100_000_000;
  return number;
}
