import {expect} from 'chai';
import fc from 'fast-check';
import type {AppSpec} from '../../src/model/spec.js';
import {shiftHistory} from '../../src/dyno-manager/app-history.js';
import {leapOf} from '../../src/model/leap.js';
import {settle} from '../support/virtual-clock.js';
import {HOUR, MINUTE, SECOND, appOf, newHarness, releaseOf} from './harness.js';
import type {Harness} from './harness.js';
import {LeapingClock} from './leaping-clock.js';
import {SimulatedEngine} from './simulated-engine.js';

type Event =
  | {kind: 'release'; breaks: boolean}
  | {kind: 'scale'; type: 'web' | 'worker'; quantity: number}
  | {kind: 'preboot'; on: boolean}
  | {kind: 'crash'; which: number; status: number}
  /** somebody removes it behind our back */
  | {kind: 'vanish'; which: number}
  | {kind: 'restart'; which: number | null}
  | {kind: 'stop'; which: number}
  | {kind: 'child-killed'; which: number}
  /** a one-off; the client of an attached one never comes */
  | {kind: 'run'; attached: boolean}
  /** a web request: a sleeping app is started */
  | {kind: 'request'}
  /** kill -9 of the runtime, and its return */
  | {kind: 'runtime'}
  | {kind: 'engine'; reachable: boolean}
  | {kind: 'pass'; ms: number}
  /** `dyno clock:advance` */
  | {kind: 'leap'; ms: number}
  /** `dyno clock:reset` */
  | {kind: 'reset'};

const which = fc.nat(9);
const event: fc.Arbitrary<Event> = fc.oneof(
  {weight: 2, arbitrary: fc.record({kind: fc.constant('release'), breaks: fc.boolean()})},
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('scale'),
      type: fc.constantFrom('web', 'worker'),
      quantity: fc.nat(3),
    }),
  },
  {weight: 1, arbitrary: fc.record({kind: fc.constant('preboot'), on: fc.boolean()})},
  {weight: 3, arbitrary: fc.record({kind: fc.constant('crash'), which, status: fc.constantFrom(0, 1, 137)})},
  {weight: 1, arbitrary: fc.record({kind: fc.constant('vanish'), which})},
  {weight: 2, arbitrary: fc.record({kind: fc.constant('restart'), which: fc.option(which)})},
  {weight: 1, arbitrary: fc.record({kind: fc.constant('stop'), which})},
  {weight: 1, arbitrary: fc.record({kind: fc.constant('child-killed'), which})},
  {weight: 1, arbitrary: fc.record({kind: fc.constant('run'), attached: fc.boolean()})},
  {weight: 1, arbitrary: fc.record({kind: fc.constant('request')})},
  {weight: 1, arbitrary: fc.record({kind: fc.constant('runtime')})},
  {weight: 1, arbitrary: fc.record({kind: fc.constant('engine'), reachable: fc.boolean()})},
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('leap'),
      ms: fc.constantFrom(20 * SECOND, 61 * SECOND, 3 * MINUTE, 31 * MINUTE, 25 * HOUR),
    }),
  },
  {weight: 1, arbitrary: fc.record({kind: fc.constant('reset')})},
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('pass'),
      ms: fc.oneof(
        {weight: 12, arbitrary: fc.constantFrom(0, 20, 200, 700, 3 * SECOND)},
        {weight: 6, arbitrary: fc.constantFrom(31 * SECOND, 70 * SECOND, 4 * MINUTE)},
        {weight: 1, arbitrary: fc.constant(25 * HOUR)},
      ),
    }),
  },
) as fc.Arbitrary<Event>;

/** Drives one app through the events and holds the rules that hold at every moment. */
class Story {
  readonly clock = new LeapingClock();
  harness: Harness;
  spec: AppSpec;
  readonly #broken = new Set<number>();
  #healed = false;
  #prebootSeen = false;
  /** after a lost start or a lost view a second dyno of a name may be found, until the next list */
  #blindUntil = 0;
  #start = 0;

  readonly kind: 'common' | 'space';

  constructor(readonly size: 'Standard-1X' | 'Eco' | 'Private-S') {
    this.kind = size === 'Private-S' ? 'space' : 'common';
    this.spec = appOf(
      {web: `2:${this.size}`, worker: `1:${this.size}`},
      {limits: {crashBackoffMs: MINUTE, spaceCrashFloorMs: MINUTE}},
    );
    const engine = new SimulatedEngine(this.clock.machine, ({release, kind: dynoKind, attach}) => {
      const start = this.#start++;
      const termMs = start % 5 === 4 ? null : 100 + (start % 3) * 2000;
      const startMs = 50 + (start % 4) * 300;
      const answerLost = !this.#healed && start % 13 === 12;
      if (answerLost) this.#blindUntil = this.clock.machine.now() + 3 * MINUTE;
      if (dynoKind === 'run') return {startMs, termMs, answerLost, exitMs: attach ? null : 20 * SECOND};
      if (!this.#healed && this.#broken.has(release)) return {startMs, termMs, answerLost, exitMs: 700, exitStatus: 1};
      return {startMs, termMs, answerLost, bootMs: !this.#healed && start % 11 === 10 ? null : 300};
    });
    this.harness = newHarness({kind: this.kind, drainMs: 600, before: {clock: this.clock, engine}});
    this.harness.engine.onTransition = () => this.#check();
  }

  async begin(): Promise<void> {
    this.harness.manager.setApp(this.spec);
    await this.harness.manager.start();
  }

  async happen(event: Event): Promise<void> {
    const {clock} = this;
    const {engine, manager} = this.harness;
    switch (event.kind) {
      case 'release': {
        const version = this.spec.release!.version + 1;
        if (event.breaks) this.#broken.add(version);
        return this.#change({release: releaseOf(version)});
      }
      case 'scale': {
        const formation = structuredClone(this.spec.formation);
        formation[event.type]!.quantity = event.quantity;
        return this.#change({formation});
      }
      case 'preboot':
        this.#prebootSeen ||= event.on;
        return this.#change({features: event.on ? ['preboot'] : []});
      case 'crash':
        return this.#withOne(event.which, (name) => engine.end(name, event.status));
      case 'child-killed':
        return this.#withOne(event.which, (name) => engine.killChild(name));
      case 'vanish': {
        const running = engine.running();
        const victim = running[event.which % running.length];
        if (victim && engine.isReachable) await engine.removeDyno(victim.engineId);
        return;
      }
      case 'restart':
        if (event.which === null) manager.restart('app-1', {});
        else this.#withSlot(event.which, (dyno) => manager.restart('app-1', {dyno}));
        return;
      case 'stop':
        return this.#withSlot(event.which, (dyno) => manager.stop('app-1', {dyno}));
      case 'run': {
        const attach = event.attached ? {tty: null} : null;
        const request = {command: 'bash', kind: 'run', env: {}, size: 'standard-1x', type: 'run', attach} as const;
        // One that an engine does not start is nobody's any more.
        return void manager.runOneOff('app-1', {...request, size: this.size}).catch(() => undefined);
      }
      case 'request':
        return manager.wake('app-1');
      case 'engine':
        this.#blindUntil = clock.machine.now() + 3 * MINUTE;
        return event.reachable ? engine.resume() : engine.breakOff();
      case 'runtime':
        return this.comeBack();
      case 'pass':
        return clock.advance(event.ms);
      case 'leap':
        clock.leap(event.ms);
        return manager.clockLeapt(leapOf(event.ms));
      case 'reset':
        clock.leap(-clock.offsetMs);
        return manager.clockReset();
    }
  }

  async comeBack(): Promise<void> {
    const {clock} = this;
    const {engine, histories} = this.harness;
    this.#blindUntil = clock.machine.now() + 3 * MINUTE;
    engine.resume();
    await this.harness.manager.close({dynos: 'keep'});
    // As DynoHistories does: a new process starts at the machine's time.
    for (const [app, history] of histories) histories.set(app, shiftHistory(history, -clock.offsetMs));
    clock.leap(-clock.offsetMs);
    this.harness = newHarness({kind: this.kind, drainMs: 600, before: this.harness});
    await this.begin();
  }

  /** Everything is well again, and time passes: the app must be as desired, and nothing else be left. */
  async expectConvergence(): Promise<void> {
    const {engine, clock, log} = this.harness;
    this.#healed = true;
    if (!engine.isReachable) this.#blindUntil = this.clock.machine.now() + 3 * MINUTE;
    engine.resume();
    this.#change({release: releaseOf(this.spec.release!.version + 1)});
    await clock.advance(12 * MINUTE);
    const desired = Object.entries(this.spec.formation).flatMap(([type, {quantity}]) =>
      Array.from({length: quantity}, (_, index) => `${type}.${index + 1}`),
    );
    const {version} = this.spec.release!;
    expect(engine.names()).to.deep.equal(desired.sort());
    expect(engine.running().every(({release}) => release === version)).to.equal(true);
    expect(engine.size).to.equal(desired.length);
    const {manager, routed} = this.harness;
    const infos = manager.dynosOf('app-1');
    expect(infos.map(({name, state}) => `${name} ${state}`).sort()).to.deep.equal(desired.map((name) => `${name} up`));
    const web = (routed.get('app-1') ?? []).map(({state}) => state);
    expect(web).to.deep.equal(Array(this.spec.formation['web']!.quantity).fill('up'));

    expect(log.filter((line) => line.includes('R99'))).to.deep.equal([]);

    const starts = engine.starts;
    const lines = this.harness.log.length;
    await clock.advance(5 * MINUTE);
    expect(engine.starts, 'a settled app is left alone').to.equal(starts);
    expect(this.harness.log.length).to.equal(lines);
    const removed = manager.removeApp('app-1');
    await clock.advance(MINUTE);
    await removed;
    expect(engine.size).to.equal(0);
    await manager.close({dynos: 'keep'});
  }

  #change(own: Partial<AppSpec>): void {
    this.spec = {...this.spec, ...own, revision: this.spec.revision + 1};
    this.harness.manager.setApp(this.spec);
  }

  #withOne(which: number, act: (name: string) => void): void {
    const names = this.harness.engine.names();
    if (names.length > 0) act(names[which % names.length]!);
  }

  #withSlot(which: number, act: (name: string) => void): void {
    const dynos = this.harness.manager.dynosOf('app-1');
    if (dynos.length > 0) act(dynos[which % dynos.length]!.name);
  }

  /** Never two dynos of a name that have not been told to go, but for preboot's successors. */
  #check(): void {
    if (this.clock.machine.now() < this.#blindUntil) return;
    const counts = new Map<string, number>();
    for (const {name, terminatedAt} of this.harness.engine.running()) {
      if (terminatedAt === null) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    for (const [name, count] of counts) {
      const most = this.#prebootSeen && name.startsWith('web.') ? 2 : 1;
      if (count > most) throw new Error(`${count} dynos are ${name}`);
    }
  }
}

describe('convergence', function () {
  this.timeout(120_000);

  for (const size of ['Standard-1X', 'Eco', 'Private-S'] as const) {
    it(`whatever happens, the formation is what is desired in the end (${size})`, async () => {
      const property = fc.asyncProperty(fc.array(event, {minLength: 1, maxLength: 25}), async (events) => {
        const story = new Story(size);
        await story.begin();
        for (const each of events) {
          await story.happen(each);
          await settle();
        }
        await story.expectConvergence();
      });
      await fc.assert(property, {numRuns: Number(process.env['DYNO_PROPERTY_RUNS'] ?? 40), seed: 20261122});
    });
  }
});
