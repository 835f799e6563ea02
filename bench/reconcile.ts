import {DynoManager} from '../src/dyno-manager/dyno-manager.js';
import {AppDynos} from '../src/dyno-manager/app-dynos.js';
import {plan} from '../src/dyno-manager/plan.js';
import {SECOND, appOf} from '../test/dyno-manager/harness.js';
import {SimulatedEngine} from '../test/dyno-manager/simulated-engine.js';
import {VirtualClock} from '../test/support/virtual-clock.js';
import type {Figure} from './figure.js';

const DYNOS_PER_APP = 10;

interface Settled {
  clock: VirtualClock;
  engine: SimulatedEngine;
  manager: DynoManager;
  /** what the dyno manager keeps of each app */
  apps: AppDynos[];
}

/** A dyno manager on a simulated engine, all dynos up. */
async function settledManager(apps: number): Promise<Settled> {
  const seen = new Set<AppDynos>();
  const stopWatching = watchLooks((app) => seen.add(app));
  const clock = new VirtualClock();
  const engine = new SimulatedEngine(clock, () => ({startMs: 1, bootMs: 0}));
  const manager = new DynoManager({
    engine,
    clock,
    random: Math.random,
    runtime: {name: 'us', kind: 'common', network: 'us'},
    log: () => undefined,
    outputOf: () => ({output: {write: () => undefined, end: () => undefined}, cursor: null}),
    onDynos: () => undefined,
    drain: () => Promise.resolve(),
    onChange: () => undefined,
  });
  for (let app = 0; app < apps; app++) {
    manager.setApp(appOf({web: DYNOS_PER_APP}, {id: `app-${app}`, name: `app-${app}`}));
  }
  await manager.start();
  await clock.advance(SECOND);
  stopWatching();
  return {clock, engine, manager, apps: [...seen]};
}

/** Calls `onLook` at every look at an app, until the answer is called. */
function watchLooks(onLook: (app: AppDynos) => void): () => void {
  const {look} = AppDynos.prototype;
  AppDynos.prototype.look = function (this: AppDynos) {
    onLook(this);
    look.call(this);
  };
  return () => (AppDynos.prototype.look = look);
}

/** ms of one look at every app with nothing to do. */
function lookAtAll(apps: AppDynos[]): number {
  return fastest(() => {
    for (const app of apps) app.look();
  });
}

/** ms of the plans alone. */
function planAll(apps: AppDynos[]): number {
  return fastest(() => {
    for (const app of apps) {
      if (plan(app.desired, app.observed, app.now).length > 0) throw new Error('The benchmark has something to do');
    }
  });
}

/** Looks, and ms spent in them, from a crash until the crashed dyno is up again. */
async function crash(apps: number): Promise<{looks: number; ms: number}> {
  const {engine, manager, clock} = await settledManager(apps);
  const {look} = AppDynos.prototype;
  let looks = 0;
  let ms = 0;
  let isCounting = false;
  AppDynos.prototype.look = function (this: AppDynos) {
    if (!isCounting) return look.call(this);
    const began = performance.now();
    look.call(this);
    ms += performance.now() - began;
    looks++;
  };
  const rounds = 10;
  for (let round = 0; round < rounds; round++) {
    const {engineId} = engine.running()[0]!;
    isCounting = true;
    engine.endById(engineId, 1);
    await clock.advance(SECOND);
    isCounting = false;
    // Far enough apart that no crash is a consecutive one.
    await clock.advance(61 * SECOND);
  }
  AppDynos.prototype.look = look;
  await manager.close({dynos: 'keep'});
  return {looks: looks / rounds, ms: ms / rounds};
}

export async function measureReconcile(): Promise<Figure[]> {
  const figures: Figure[] = [];
  const times = new Map<number, number>();
  for (const apps of [25, 100, 200]) {
    const settled = await settledManager(apps);
    const dynos = apps * DYNOS_PER_APP;
    times.set(apps, lookAtAll(settled.apps));
    figures.push({
      name: `no-op reconcile of ${dynos} dynos of ${apps} apps`,
      value: times.get(apps)!,
      unit: 'ms',
      ...(dynos === 1000 ? {goal: 5} : {}),
    });
    figures.push({name: `plan alone of ${dynos} dynos`, value: planAll(settled.apps), unit: 'ms'});
    await settled.manager.close({dynos: 'keep'});
  }
  figures.push({
    name: 'time per dyno at 2000 dynos against 1000 (linear: 1)',
    value: times.get(200)! / 2 / times.get(100)!,
    unit: '×',
    goal: 1.5,
  });
  const few = await crash(10);
  const many = await crash(200);
  figures.push({
    name: 'looks after one crash, 200 apps against 10',
    value: many.looks / few.looks,
    unit: '×',
    goal: 1.5,
  });
  figures.push({name: 'time in looks after one crash, 200 apps against 10', value: many.ms / few.ms, unit: '×'});
  return figures;
}

/** ms of the quickest of many rounds: what the work takes when the machine is left alone. */
function fastest(act: () => void): number {
  let least = Infinity;
  for (let round = 0; round < 100; round++) {
    const began = performance.now();
    act();
    least = Math.min(least, performance.now() - began);
  }
  return least;
}
