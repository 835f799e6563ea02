import {DynoManager} from '../../src/dyno-manager/dyno-manager.js';
import type {AppHistory} from '../../src/dyno-manager/app-history.js';
import type {DynoManagerOptions, RoutedDyno} from '../../src/dyno-manager/dyno-manager.js';
import type {DynoSpec} from '../../src/engine/engine.js';
import {sleep} from '../../src/model/clock.js';
import type {DynoInfo} from '../../src/model/dyno-info.js';
import type {AppSpec, ReleaseSpec} from '../../src/model/spec.js';
import {VirtualClock} from '../support/virtual-clock.js';
import {SimulatedEngine} from './simulated-engine.js';
import type {Behaviour} from './simulated-engine.js';

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

export function releaseOf(version: number, own: Partial<ReleaseSpec> = {}): ReleaseSpec {
  return {
    id: `release-${version}`,
    version,
    image: `image-${version}`,
    config: {GREETING: 'hello'},
    processTypes: {web: 'node web.js', worker: 'node worker.js'},
    createdAt: '2026-11-22T06:00:00.123Z',
    description: `Deploy ${version}`,
    ...own,
  };
}

/** `web: 2`, or `web: '2:Eco'`. */
export function appOf(quantities: Record<string, number | string>, own: Partial<AppSpec> = {}): AppSpec {
  const release = own.release === undefined ? releaseOf(3) : own.release;
  const formation: AppSpec['formation'] = {};
  for (const [type, value] of Object.entries(quantities)) {
    const [quantity, size = 'Standard-1X'] = String(value).split(':');
    formation[type] = {quantity: Number(quantity), size, command: release?.processTypes[type] ?? `run ${type}`};
  }
  return {
    id: 'app-1',
    name: 'demo',
    revision: 1,
    hosts: ['demo.localhost'],
    maintenance: false,
    features: [],
    drains: [],
    ...own,
    release,
    formation,
  };
}

export interface Harness {
  clock: VirtualClock;
  engine: SimulatedEngine;
  manager: DynoManager;
  /** `web.1: State changed from starting to up` */
  log: string[];
  /** Each dyno once, or the dyno manager gets an error. */
  routed: Map<string, RoutedDyno[]>;
  changes: DynoInfo[];
  output: string[];
  /** Waits for these before SIGTERM; resolve by hand. */
  drains: {dynoId: string; resolve: () => void}[];
  /** What outlives the process, by app. */
  histories: Map<string, AppHistory>;
  /** The log since the last call. */
  takeLog(): string[];
  states(): Record<string, string>;
}

export interface HarnessOptions {
  behaviour?: (spec: DynoSpec) => Partial<Behaviour>;
  kind?: 'common' | 'space';
  random?: () => number;
  /** drains wait until they are resolved by hand */
  holdDrains?: boolean;
  /** ms that every drain takes */
  drainMs?: number;
  /** a runtime that comes back finds its clock and engine */
  before?: Pick<Harness, 'clock' | 'engine'> & Partial<Pick<Harness, 'histories'>>;
  /** gets log lines and output together, in their order */
  lines?: string[];
}

/** A dyno manager on a simulated engine and a virtual clock, not started yet. */
export function newHarness(options: HarnessOptions = {}): Harness {
  const {kind = 'common', random = () => 0.5} = options;
  const clock = options.before?.clock ?? new VirtualClock();
  const engine = options.before?.engine ?? new SimulatedEngine(clock, options.behaviour);
  const log: string[] = [];
  const routed = new Map<string, RoutedDyno[]>();
  const changes: DynoInfo[] = [];
  const output: string[] = [];
  const drains: Harness['drains'] = [];
  const histories = options.before?.histories ?? new Map<string, AppHistory>();
  const effects: DynoManagerOptions = {
    engine,
    clock,
    random,
    runtime: {name: kind === 'space' ? 'acme' : 'us', kind, network: kind === 'space' ? 'space-acme' : 'us'},
    log(_app, process, message) {
      log.push(`${process}: ${message}`);
      options.lines?.push(`${process}: ${message}`);
    },
    outputOf: (_app, {name}) => ({
      output: {
        write(chunk) {
          output.push(`${name}: ${chunk.toString()}`);
          options.lines?.push(`${name}: ${chunk.toString()}`);
        },
        end: () => undefined,
      },
      cursor: null,
    }),
    onDynos(appId, dynos) {
      const ids = dynos.map(({id}) => id);
      if (new Set(ids).size < ids.length) throw new Error(`the router is told of a dyno twice: ${ids.join()}`);
      routed.set(appId, dynos);
    },
    drain: (_app, dynoId) =>
      options.holdDrains
        ? new Promise<void>((resolve) => drains.push({dynoId, resolve}))
        : options.drainMs === undefined
          ? Promise.resolve()
          : sleep(clock, options.drainMs),
    onChange: (_app, info) => void changes.push(info),
    histories: {
      of: (appId) => histories.get(appId) ?? null,
      keep(appId, history) {
        if (history) histories.set(appId, structuredClone(history));
        else histories.delete(appId);
      },
    },
  };
  const manager = new DynoManager(effects);
  let taken = 0;
  return {
    clock,
    engine,
    manager,
    log,
    routed,
    changes,
    output,
    drains,
    histories,
    takeLog() {
      const lines = log.slice(taken);
      taken = log.length;
      return lines;
    },
    states: () => Object.fromEntries(manager.allDynos().map(({name, state}) => [name, state])),
  };
}

/** A started dyno manager whose app is up. */
export async function runningHarness(app: AppSpec, options: HarnessOptions = {}): Promise<Harness> {
  const harness = newHarness(options);
  harness.manager.setApp(app);
  await harness.manager.start();
  await harness.clock.advance(2 * SECOND);
  return harness;
}
