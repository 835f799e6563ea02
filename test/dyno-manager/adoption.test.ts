import {expect} from 'chai';
import {HOUR, MINUTE, SECOND, appOf, newHarness, releaseOf, runningHarness} from './harness.js';
import type {Harness} from './harness.js';

/** The runtime is killed, and comes back on the same engine. */
async function comeBack(before: Harness, app = appOf({web: 2, worker: 1})): Promise<Harness> {
  await before.manager.close({dynos: 'keep'});
  const harness = newHarness({before});
  harness.manager.setApp(app);
  await harness.manager.start();
  await harness.clock.advance(SECOND);
  return harness;
}

describe('adoption', () => {
  it('keeps what runs, silently, and routes to it', async () => {
    const before = await runningHarness(appOf({web: 2, worker: 1}));
    const engineIds = before.engine.running().map(({engineId}) => engineId);
    const after = await comeBack(before);
    expect(after.engine.running().map(({engineId}) => engineId)).to.deep.equal(engineIds);
    expect(after.takeLog()).to.deep.equal([]);
    expect(after.states()).to.deep.equal({'web.1': 'up', 'web.2': 'up', 'worker.1': 'up'});
    expect(after.routed.get('app-1')!.map(({state, endpoint}) => [state, endpoint !== null])).to.deep.equal([
      ['up', true],
      ['up', true],
    ]);
  });

  it('goes on with all rules for what it adopted', async () => {
    const before = await runningHarness(appOf({web: 1}));
    const after = await comeBack(before, appOf({web: 1}));
    after.engine.end('web.1', 9);
    await after.clock.advance(2 * SECOND);
    expect(after.takeLog().slice(0, 2)).to.deep.equal([
      'web.1: Process exited with status 9',
      'web.1: State changed from up to crashed',
    ]);
    expect(after.states()).to.deep.equal({'web.1': 'up'});
    await after.clock.advance(28 * HOUR);
    expect(after.takeLog()).to.include('web.1: Cycling');
  });

  it('settles what ended meanwhile', async () => {
    const before = await runningHarness(appOf({worker: 2}));
    await before.manager.close({dynos: 'keep'});
    before.engine.end('worker.1', 3);
    const after = newHarness({before});
    after.manager.setApp(appOf({worker: 2}));
    await after.manager.start();
    await after.clock.advance(2 * SECOND);
    expect(after.takeLog()).to.deep.equal([
      'worker.1: Process exited with status 3',
      'worker.1: State changed from up to crashed',
      'worker.1: State changed from crashed to starting',
      'worker.1: Starting process with command `node worker.js`',
      'worker.1: State changed from starting to up',
    ]);
    expect(after.engine.size).to.equal(2);
  });

  it('brings formation and release to what is desired now', async () => {
    const before = await runningHarness(appOf({web: 3, worker: 1}));
    const spec = appOf({web: 1, worker: 2}, {revision: 9, release: releaseOf(4)});
    const after = await comeBack(before, spec);
    await after.clock.advance(2 * SECOND);
    expect(after.engine.names()).to.deep.equal(['web.1', 'worker.1', 'worker.2']);
    expect(after.engine.running().every(({release}) => release === 4)).to.equal(true);
    expect(after.engine.size).to.equal(3);
  });

  it('ends the older of two dynos of a name: it was on its way out', async () => {
    const before = await runningHarness(appOf({worker: 1}), {behaviour: () => ({termMs: 25 * SECOND})});
    before.manager.restart('app-1', {});
    await before.clock.advance(2 * SECOND);
    expect(before.engine.names()).to.deep.equal(['worker.1', 'worker.1']);
    const after = await comeBack(before, appOf({worker: 1}));
    await after.clock.advance(40 * SECOND);
    expect(after.engine.names()).to.deep.equal(['worker.1']);
    expect(after.engine.starts).to.equal(2);
  });

  it('gives a web dyno that was booting the rest of its 60 s', async () => {
    const before = await runningHarness(appOf({web: 1}), {behaviour: () => ({bootMs: null})});
    await before.clock.advance(30 * SECOND);
    const after = await comeBack(before, appOf({web: 1}));
    expect(after.states()).to.deep.equal({'web.1': 'starting'});
    await after.clock.advance(30 * SECOND);
    expect(after.takeLog()[0]).to.match(/^web\.1: Error R10/);
  });

  it('keeps detached one-offs and ends a release phase that nobody waits for', async () => {
    const before = await runningHarness(appOf({}));
    const oneOff = {command: 'bash', kind: 'run', env: {}, size: 'standard-1x', type: 'run', attach: null} as const;
    void before.manager.runOneOff('app-1', oneOff);
    const release = releaseOf(4, {processTypes: {release: 'migrate'}});
    void before.manager.runReleasePhase('app-1', {release, size: 'standard-1x'}, () => undefined);
    await before.clock.advance(SECOND);
    const after = await comeBack(before, appOf({}));
    expect(after.engine.running().map(({kind}) => kind)).to.deep.equal(['run']);
    expect(after.manager.dynosOf('app-1').map(({kind, state}) => [kind, state])).to.deep.equal([['run', 'up']]);
  });

  it('holds an adopted one-off to the time to live that it was started with', async () => {
    const told: number[] = [];
    const before = await runningHarness(appOf({}), {
      behaviour: ({timeToLiveMs}) => {
        if (timeToLiveMs !== undefined) told.push(timeToLiveMs);
        return {};
      },
    });
    const oneOff = {command: 'bash', kind: 'run', env: {}, size: 'standard-1x', type: 'run', attach: null} as const;
    void before.manager.runOneOff('app-1', {...oneOff, timeToLiveMs: 2 * MINUTE});
    await before.clock.advance(MINUTE);
    expect(told).to.deep.equal([2 * MINUTE]);

    // What an engine keeps of the spec.
    const list = before.engine.listDynos.bind(before.engine);
    before.engine.listDynos = async () => (await list()).map((dyno) => ({...dyno, timeToLiveMs: told[0]!}));
    const after = await comeBack(before, appOf({}));
    await after.clock.advance(58 * SECOND);
    expect(after.engine.running()).to.have.length(1);
    await after.clock.advance(5 * SECOND);
    expect(after.engine.size).to.equal(0);
  });

  for (const hupMs of [100, null]) {
    const answer = hupMs === null ? 'does not answer' : 'goes';
    it(`hangs up an attached one-off, whose client has gone with the runtime; it ${answer}`, async () => {
      const before = await runningHarness(appOf({}), {behaviour: () => ({hupMs})});
      const attach = {tty: null};
      const oneOff = {command: 'bash', kind: 'run', env: {}, size: 'standard-1x', type: 'run', attach} as const;
      void before.manager.runOneOff('app-1', oneOff);
      await before.clock.advance(SECOND);
      const {name} = before.manager.dynosOf('app-1')[0]!;
      const after = await comeBack(before, appOf({}));
      await after.clock.advance(15 * SECOND);
      const lost = `${name}: Client connection closed. Sending SIGHUP to all processes`;
      if (hupMs === null) {
        expect(after.takeLog().filter((line) => line !== lost)).to.deep.equal([
          `${name}: Error R16 (Detached) -> An attached process is not responding to SIGHUP after its external connection was closed.`,
        ]);
        after.manager.stop('app-1', {dyno: name});
        await after.clock.advance(SECOND);
      } else {
        expect(after.takeLog()).to.deep.equal([
          lost,
          `${name}: Process exited with status 129`,
          `${name}: State changed from up to complete`,
        ]);
      }
      expect(after.engine.size).to.equal(0);
    });
  }

  it('touches nothing of an app it was not told of, for a minute', async () => {
    const before = await runningHarness(appOf({web: 1}));
    await before.manager.close({dynos: 'keep'});
    const after = newHarness({before});
    await after.manager.start();
    await after.clock.advance(59 * SECOND);
    expect(after.engine.names()).to.deep.equal(['web.1']);
    await after.clock.advance(2 * SECOND);
    expect(after.engine.size).to.equal(0);
  });

  it('finds by its list what no event told', async () => {
    const {engine, clock, states} = await runningHarness(appOf({worker: 1}));
    await engine.removeDyno(engine.running()[0]!.engineId);
    await clock.advance(2 * MINUTE);
    expect(states()).to.deep.equal({'worker.1': 'up'});
    expect(engine.starts).to.equal(2);
  });
});

describe('what a new runtime process knows of the past', () => {
  const crashing = () => ({exitMs: 300, exitStatus: 1});

  it('crash counts: a crash loop gets no fresh start by the end of the runtime', async () => {
    const before = await runningHarness(appOf({worker: 1}), {behaviour: crashing});
    await before.clock.advance(10 * SECOND);
    expect(before.states()).to.deep.equal({'worker.1': 'crashed'});
    const [info] = before.manager.dynosOf('app-1');
    await before.clock.advance(5 * MINUTE);
    const after = await comeBack(before, appOf({worker: 1}));
    expect(after.manager.dynosOf('app-1')).to.deep.equal([info]);
    expect(after.takeLog()).to.deep.equal([]);
    await after.clock.advance(14 * MINUTE);
    expect(after.engine.starts).to.equal(2);
    await after.clock.advance(2 * MINUTE);
    expect(after.engine.starts).to.equal(3);
    const [third] = after.manager.dynosOf('app-1');
    const wait = Date.parse(third!.nextTryAt!) - after.clock.now();
    expect(wait).to.be.within(38 * MINUTE, 40 * MINUTE);
  });

  it('crash counts of what runs again, and of what crashed meanwhile', async () => {
    const before = await runningHarness(appOf({worker: 1}));
    before.engine.end('worker.1', 1);
    await before.clock.advance(2 * SECOND);
    await before.manager.close({dynos: 'keep'});
    before.engine.end('worker.1', 1);
    const after = await comeBack(before, appOf({worker: 1}));
    expect(after.states()).to.deep.equal({'worker.1': 'crashed'});
    const [info] = after.manager.dynosOf('app-1');
    expect(Date.parse(info!.nextTryAt!) - after.clock.now()).to.be.within(19 * MINUTE, 20 * MINUTE);
  });

  it('no crash loop where a dyno had lived for long: a machine that starts again has its apps at once', async () => {
    const before = await runningHarness(appOf({web: 1}));
    before.engine.end('web.1', 1);
    await before.clock.advance(HOUR);
    await before.manager.close({dynos: 'keep'});
    before.engine.end('web.1', 137);
    await before.clock.advance(HOUR);
    const after = await comeBack(before, appOf({web: 1}));
    await after.clock.advance(SECOND);
    expect(after.states()).to.deep.equal({'web.1': 'up'});
  });

  it('nothing that a release meanwhile has made void', async () => {
    const before = await runningHarness(appOf({worker: 1}), {behaviour: crashing});
    await before.clock.advance(10 * SECOND);
    const after = await comeBack(before, appOf({worker: 1}, {revision: 2, release: releaseOf(4)}));
    expect(after.engine.starts).to.equal(3);
    after.manager.setApp(appOf({}, {revision: 3, release: releaseOf(4)}));
    await after.clock.advance(SECOND);
    expect(after.histories.size).to.equal(0);
  });

  it('eco sleep, and when the last traffic was', async () => {
    const app = appOf({web: '1:Eco'});
    const before = await runningHarness(app);
    await before.clock.advance(20 * MINUTE);
    before.manager.trafficSeen('app-1');
    const awake = await comeBack(before, app);
    await awake.clock.advance(28 * MINUTE);
    expect(awake.states()).to.deep.equal({'web.1': 'up'});
    await awake.clock.advance(3 * MINUTE);
    expect(awake.states()).to.deep.equal({'web.1': 'idle'});
    const asleep = await comeBack(awake, app);
    await asleep.clock.advance(MINUTE);
    expect(asleep.states()).to.deep.equal({'web.1': 'idle'});
    expect(asleep.routed.get('app-1')!.map(({state}) => state)).to.deep.equal(['idle']);
    expect(asleep.engine.size).to.equal(0);
    asleep.manager.wake('app-1');
    await asleep.clock.advance(2 * SECOND);
    expect(asleep.takeLog().slice(0, 2)).to.deep.equal([
      'web.1: Unidling',
      'web.1: State changed from down to starting',
    ]);
    expect(asleep.states()).to.deep.equal({'web.1': 'up'});
  });

  it('since when a dyno is up', async () => {
    const before = await runningHarness(appOf({web: 1}));
    await before.clock.advance(10 * MINUTE);
    const after = await comeBack(before, appOf({web: 1}));
    const [info] = after.manager.dynosOf('app-1');
    expect(after.clock.now() - Date.parse(info!.updatedAt)).to.be.above(9 * MINUTE);
  });
});

describe('removal', () => {
  it('resolves once none is left', async () => {
    const {manager, clock, engine} = await runningHarness(appOf({web: 2, worker: 1}));
    let isRemoved = false;
    const removed = manager.removeApp('app-1').then(() => (isRemoved = true));
    await clock.advance(50);
    expect(isRemoved).to.equal(false);
    await clock.advance(SECOND);
    await removed;
    expect(engine.size).to.equal(0);
    expect(manager.allDynos()).to.deep.equal([]);
    expect(clock.pendingTimers).to.be.at.most(3);
  });

  it('does not wait for requests that were draining', async () => {
    const {manager, clock, engine} = await runningHarness(appOf({web: 2}), {holdDrains: true});
    manager.setApp(appOf({web: 1}, {revision: 2}));
    await clock.advance(SECOND);
    const removed = manager.removeApp('app-1');
    await clock.advance(SECOND);
    await removed;
    expect(engine.size).to.equal(0);
  });

  it('close stops everything when asked, and leaves no timer', async () => {
    const {manager, clock, engine} = await runningHarness(appOf({web: 2}), {behaviour: () => ({termMs: null})});
    const closed = manager.close({dynos: 'stop'});
    await clock.advance(31 * SECOND);
    await closed;
    expect(engine.size).to.equal(0);
    await clock.advance(2 * MINUTE);
    expect(clock.pendingTimers).to.equal(0);
  });
});

describe('an engine that does not answer', () => {
  it('changes nothing desired, and is asked again', async () => {
    const {manager, clock, engine, states, takeLog} = await runningHarness(appOf({web: 1}));
    engine.breakOff();
    takeLog();
    manager.setApp(appOf({web: 2}, {revision: 2}));
    await clock.advance(MINUTE);
    expect(states()).to.deep.equal({'web.1': 'up', 'web.2': 'starting'});
    engine.resume();
    await clock.advance(15 * SECOND);
    expect(states()).to.deep.equal({'web.1': 'up', 'web.2': 'up'});
    expect(takeLog()).to.deep.equal([
      'web.2: Starting process with command `node web.js`',
      'web.2: State changed from starting to up',
    ]);
  });

  it('does not hold up the removal of an app: its dynos are ended when it answers', async () => {
    const {manager, clock, engine} = await runningHarness(appOf({web: 2}));
    engine.breakOff();
    const refusal = await manager.removeApp('app-1').catch((error: unknown) => error);
    expect(refusal).to.have.property('code', 'engine_unreachable');
    engine.resume();
    await clock.advance(MINUTE);
    expect(engine.size).to.equal(0);
    await manager.removeApp('app-1');
    expect(manager.allDynos()).to.deep.equal([]);
  });

  it('does not hold up the end of a runtime that shall stop all', async () => {
    const {manager, clock, engine} = await runningHarness(appOf({web: 2}), {behaviour: () => ({termMs: null})});
    const closed = manager.close({dynos: 'stop'});
    await clock.advance(4 * SECOND);
    engine.breakOff();
    await clock.advance(4 * SECOND);
    await closed;
    await clock.advance(MINUTE);
    expect(clock.pendingTimers).to.equal(0);
  });

  it('may lose dynos meanwhile', async () => {
    const {clock, engine, states} = await runningHarness(appOf({web: 1}));
    engine.breakOff();
    engine.end('web.1', 137);
    await clock.advance(5 * SECOND);
    engine.resume();
    await clock.advance(MINUTE);
    expect(states()).to.deep.equal({'web.1': 'up'});
    expect(engine.starts).to.equal(2);
  });

  it('takes dynos along as it stops: no crash of theirs, however often', async () => {
    const {clock, engine, states} = await runningHarness(appOf({web: 1, worker: 1}));
    engine.end('web.1', 137);
    await clock.advance(2 * SECOND);
    engine.end('web.1', 137);
    await clock.advance(2 * SECOND);
    engine.end('worker.1', 137);
    await clock.advance(2 * SECOND);
    expect(states()).to.deep.equal({'web.1': 'crashed', 'worker.1': 'up'});
    engine.breakOff();
    engine.end('worker.1', 137);
    await clock.advance(5 * SECOND);
    engine.resume();
    await clock.advance(15 * SECOND);
    expect(states()).to.deep.equal({'web.1': 'up', 'worker.1': 'up'});
  });

  it('that refuses makes the dyno crash with its reason', async () => {
    const {DynoError} = await import('../../src/model/error.js');
    const startError = new DynoError('engine_refused', {engine: 'simulated', action: 'start', reason: 'no image-3'});
    const {takeLog, states} = await runningHarness(appOf({web: 1}), {behaviour: () => ({startError})});
    expect(takeLog().slice(0, 3)).to.deep.equal([
      'web.1: Starting process with command `node web.js`',
      'web.1: Error R99 (Platform error) -> The simulated engine refused to start: no image-3',
      'web.1: State changed from starting to crashed',
    ]);
    expect(states()).to.deep.equal({'web.1': 'crashed'});
  });
});
