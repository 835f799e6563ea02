import {expect} from 'chai';
import type {DynoManager} from '../../src/dyno-manager/dyno-manager.js';
import {leapOf} from '../../src/model/leap.js';
import {VirtualClock} from '../support/virtual-clock.js';
import {HOUR, MINUTE, SECOND, appOf, newHarness} from './harness.js';
import {LeapingClock} from './leaping-clock.js';
import {SimulatedEngine} from './simulated-engine.js';

async function running(web: number, behaviour = {}) {
  const clock = new LeapingClock();
  const harness = newHarness({before: {clock, engine: new SimulatedEngine(clock, () => behaviour)}});
  harness.manager.setApp(appOf({web}));
  await harness.manager.start();
  await clock.advance(2 * SECOND);
  return {...harness, clock};
}

async function startOneOff(manager: DynoManager, clock: VirtualClock, attach: {tty: null}) {
  const request = {command: 'bash', kind: 'run', env: {}, size: 'standard-1x', type: 'run', attach} as const;
  const started = manager.runOneOff('app-1', request);
  await clock.advance(SECOND);
  return started;
}

/** Its timers are early by a millisecond at most, as Node's, and time goes on while somebody works. */
class UneasyClock extends VirtualClock {
  #worked = 0;
  #readings = 0;

  constructor(readonly pace: number) {
    super();
  }

  override now(): number {
    if (++this.#readings % this.pace === 0) this.#worked++;
    return super.now() + this.#worked;
  }

  override setTimeout(fire: () => void, delayMs: number) {
    return super.setTimeout(fire, delayMs - 1);
  }
}

describe('a clock as it is', () => {
  it('passes no limit by that falls due during a look', async () => {
    for (let pace = 2; pace < 40; pace++) {
      const clock = new UneasyClock(pace);
      const engine = new SimulatedEngine(clock, () => ({termMs: null}));
      const {manager, log} = newHarness({before: {clock, engine}});
      manager.setApp(appOf({worker: 1}));
      await manager.start();
      await clock.advance(2 * SECOND);
      manager.setApp(appOf({worker: 0}, {revision: 2}));
      await clock.advance(32 * SECOND);
      expect(log.join('\n'), `a millisecond passes in ${pace} readings`).to.include('Error R12 (Exit timeout)');
    }
  });
});

describe('a clock that is moved', () => {
  it('ahead by 25 hours cycles all, whatever their random minutes are', async () => {
    const {clock, manager} = await running(2);
    const before = manager.dynosOf('app-1').map(({id}) => id);
    clock.leap(25 * HOUR);
    manager.clockLeapt(leapOf(25 * HOUR));
    await clock.advance(MINUTE);
    const after = manager.dynosOf('app-1');
    expect(after.map(({state}) => state)).to.deep.equal(['up', 'up']);
    for (const {id} of after) expect(before).not.to.include(id);
  });

  it('ahead by a minute: a dyno that boots has a last moment, then R10', async () => {
    const {clock, manager, takeLog} = await running(1, {bootMs: null});
    takeLog();
    clock.leap(61 * SECOND);
    manager.clockLeapt(leapOf(61 * SECOND));
    await clock.advance(4 * SECOND);
    expect(takeLog()).to.deep.equal([]);
    await clock.advance(2 * SECOND);
    expect(takeLog()[0]).to.match(/Error R10/);
  });

  it('ahead by hours: what boots, and what stops, keeps the time it had left', async () => {
    const {clock, manager, takeLog} = await running(1, {bootMs: null, termMs: null});
    takeLog();
    manager.restart('app-1', {});
    await clock.advance(10 * SECOND);
    takeLog();
    clock.leap(25 * HOUR);
    manager.clockLeapt(leapOf(25 * HOUR));
    await clock.advance(19 * SECOND);
    expect(takeLog()).to.deep.equal([]);
    await clock.advance(2 * SECOND);
    expect(takeLog()[0]).to.match(/Error R12/);
    await clock.advance(28 * SECOND);
    expect(takeLog().join()).not.to.include('R10');
    await clock.advance(2 * SECOND);
    expect(takeLog()[0]).to.match(/Error R10/);
  });

  it('ahead by hours: a client that is on its way still finds its dyno', async () => {
    const {clock, manager, takeLog} = await running(1);
    const attach = {tty: null};
    const {name} = await startOneOff(manager, clock, attach);
    takeLog();
    clock.leap(5 * HOUR);
    manager.clockLeapt(leapOf(5 * HOUR));
    await clock.advance(SECOND);
    expect(takeLog()).to.deep.equal([]);
    const session = await manager.attach('app-1', name);
    session.output.destroy();
    await clock.advance(SECOND);
    expect(takeLog()[0]).to.include('Client connection closed');
  });

  it('back again: deadlines go with it', async () => {
    const {clock, manager, engine, states} = await running(1, {});
    clock.leap(12 * HOUR);
    manager.restart('app-1', {});
    await clock.advance(2 * SECOND);
    clock.leap(-12 * HOUR);
    engine.end('web.1', 1);
    await clock.advance(2 * SECOND);
    expect(states()).to.deep.equal({'web.1': 'up'});
    engine.end('web.1', 1);
    await clock.advance(2 * SECOND);
    const [crashed] = manager.dynosOf('app-1');
    const wait = Date.parse(crashed!.nextTryAt!) - clock.now();
    expect(wait).to.be.within(19 * MINUTE, 20 * MINUTE);
  });

  it('back, and ahead again by 25 hours: cycles all, whatever their random minutes are', async () => {
    const {clock, manager} = await running(2);
    clock.leap(100 * HOUR);
    manager.clockLeapt(leapOf(100 * HOUR));
    await clock.advance(MINUTE);
    const before = manager.dynosOf('app-1').map(({id}) => id);
    clock.leap(-100 * HOUR);
    manager.clockReset();
    clock.leap(25 * HOUR);
    manager.clockLeapt(leapOf(25 * HOUR));
    await clock.advance(MINUTE);
    for (const {id} of manager.dynosOf('app-1')) expect(before).not.to.include(id);
  });

  it('back while a web dyno boots: it still gets its 60 s, and no more', async () => {
    const {clock, manager, takeLog} = await running(1, {bootMs: null});
    clock.leap(-5 * HOUR);
    manager.trafficSeen('app-1');
    manager.setApp(appOf({web: 1}, {revision: 2}));
    takeLog();
    await clock.advance(61 * SECOND);
    expect(takeLog()[0]).to.match(/Error R10/);
  });
});
