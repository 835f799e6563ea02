import {expect} from 'chai';
import {HOUR, MINUTE, SECOND, appOf, newHarness, releaseOf, runningHarness} from './harness.js';

const START_WEB = ['web.1: Starting process with command `node web.js`', 'web.1: State changed from starting to up'];
const STOP_WEB = ['web.1: Stopping all processes with SIGTERM', 'web.1: Process exited with status 143'];

/** heroku-behaviour.md 2.3, a test per row. */
describe('log lines of each transition', () => {
  it('start, and the first boot of a new dyno', async () => {
    const {takeLog, states} = await runningHarness(appOf({web: 1}));
    expect(takeLog()).to.deep.equal(START_WEB);
    expect(states()).to.deep.equal({'web.1': 'up'});
  });

  it('manual restart', async () => {
    const {manager, clock, takeLog} = await runningHarness(appOf({web: 1}));
    takeLog();
    manager.restart('app-1', {});
    await clock.advance(2 * SECOND);
    expect(takeLog()).to.deep.equal([
      'web.1: Restarting',
      'web.1: State changed from up to starting',
      ...STOP_WEB,
      ...START_WEB,
    ]);
  });

  it('release restart', async () => {
    const {manager, clock, takeLog} = await runningHarness(appOf({web: 1}));
    takeLog();
    manager.setApp(appOf({web: 1}, {revision: 2, release: releaseOf(4)}));
    await clock.advance(2 * SECOND);
    expect(takeLog()).to.deep.equal([
      'web.1: Restarting',
      'web.1: State changed from up to starting',
      ...STOP_WEB,
      ...START_WEB,
    ]);
  });

  it('daily cycle', async () => {
    const {clock, takeLog} = await runningHarness(appOf({web: 1}));
    takeLog();
    await clock.advance(24 * HOUR + 107 * MINUTE);
    expect(takeLog()).to.deep.equal([]);
    await clock.advance(2 * MINUTE);
    expect(takeLog()).to.deep.equal([
      'web.1: Cycling',
      'web.1: State changed from up to starting',
      ...STOP_WEB,
      ...START_WEB,
    ]);
  });

  it('crash during run, the first time', async () => {
    const {engine, clock, takeLog} = await runningHarness(appOf({web: 1}));
    takeLog();
    engine.end('web.1', 1);
    await clock.advance(2 * SECOND);
    expect(takeLog()).to.deep.equal([
      'web.1: Process exited with status 1',
      'web.1: State changed from up to crashed',
      'web.1: State changed from crashed to starting',
      ...START_WEB,
    ]);
  });

  it('crash during boot, the first time', async () => {
    let starts = 0;
    const behaviour = () => (starts++ === 0 ? {bootMs: null, exitMs: 300, exitStatus: 1} : {});
    const {takeLog} = await runningHarness(appOf({web: 1}), {behaviour});
    expect(takeLog()).to.deep.equal([
      START_WEB[0],
      'web.1: Process exited with status 1',
      'web.1: State changed from starting to crashed',
      'web.1: State changed from crashed to starting',
      ...START_WEB,
    ]);
  });

  it('exit status 0 of a formation dyno is a crash', async () => {
    const {engine, clock, takeLog} = await runningHarness(appOf({worker: 1}));
    takeLog();
    engine.end('worker.1', 0);
    await clock.advance(SECOND);
    expect(takeLog()).to.deep.equal([
      'worker.1: Process exited with status 0',
      'worker.1: State changed from up to crashed',
      'worker.1: State changed from crashed to starting',
      'worker.1: Starting process with command `node worker.js`',
      'worker.1: State changed from starting to up',
    ]);
  });

  it('boot timeout', async () => {
    const {clock, takeLog} = await runningHarness(appOf({web: 1}), {behaviour: () => ({bootMs: null})});
    await clock.advance(58 * SECOND);
    expect(takeLog()).to.deep.equal([START_WEB[0]]);
    await clock.advance(SECOND);
    expect(takeLog()).to.deep.equal([
      'web.1: Error R10 (Boot timeout) -> Web process failed to bind to $PORT within 60 seconds of launch',
      'web.1: Stopping process with SIGKILL',
      'web.1: Process exited with status 137',
      'web.1: State changed from starting to crashed',
      'web.1: State changed from crashed to starting',
      START_WEB[0],
    ]);
  });

  it('exit timeout', async () => {
    const {manager, clock, takeLog} = await runningHarness(appOf({web: 1}), {behaviour: () => ({termMs: null})});
    takeLog();
    manager.setApp(appOf({web: 0}, {revision: 2}));
    await clock.advance(31 * SECOND);
    expect(takeLog()).to.deep.equal([
      'web.1: State changed from up to down',
      'web.1: Stopping all processes with SIGTERM',
      'web.1: Error R12 (Exit timeout) -> At least one process failed to exit within 30 seconds of SIGTERM',
      'web.1: Stopping remaining processes with SIGKILL',
      'web.1: Process exited with status 137',
    ]);
  });

  it('eco sleep and wake', async () => {
    const {manager, clock, takeLog, states, routed} = await runningHarness(appOf({web: '1:Eco', worker: '1:Eco'}));
    takeLog();
    await clock.advance(29 * MINUTE);
    manager.trafficSeen('app-1');
    await clock.advance(29 * MINUTE);
    expect(takeLog()).to.deep.equal([]);
    await clock.advance(2 * MINUTE);
    expect(takeLog().filter((line) => line.startsWith('web'))).to.deep.equal([
      'web.1: Idling',
      'web.1: State changed from up to down',
      ...STOP_WEB,
    ]);
    expect(states()).to.deep.equal({'web.1': 'idle', 'worker.1': 'idle'});
    expect(routed.get('app-1')!.map(({state}) => state)).to.deep.equal(['idle']);
    manager.wake('app-1');
    await clock.advance(2 * SECOND);
    expect(takeLog().filter((line) => line.startsWith('web'))).to.deep.equal([
      'web.1: Unidling',
      'web.1: State changed from down to starting',
      ...START_WEB,
    ]);
    expect(states()).to.deep.equal({'web.1': 'up', 'worker.1': 'up'});
  });

  it('deploy while sleeping', async () => {
    const {manager, clock, takeLog} = await runningHarness(appOf({web: '1:Eco'}));
    await clock.advance(31 * MINUTE);
    takeLog();
    manager.setApp(appOf({web: '1:Eco'}, {revision: 2, release: releaseOf(4)}));
    await clock.advance(2 * SECOND);
    expect(takeLog()).to.deep.equal(['web.1: State changed from down to starting', ...START_WEB]);
  });

  it('deploy while crashed', async () => {
    const behaviour = ({release}: {release: number}) => (release === 3 ? {exitMs: 100, exitStatus: 1} : {});
    const {manager, clock, takeLog, states} = await runningHarness(appOf({web: 1}), {behaviour});
    expect(states()).to.deep.equal({'web.1': 'crashed'});
    takeLog();
    manager.setApp(appOf({web: 1}, {revision: 2, release: releaseOf(4)}));
    await clock.advance(2 * SECOND);
    expect(takeLog()).to.deep.equal(['web.1: State changed from crashed to starting', ...START_WEB]);
  });

  it('memory above quota, repeated about every 20 s', async () => {
    const {engine, clock, takeLog} = await runningHarness(appOf({web: 1}));
    takeLog();
    engine.setUsage('web.1', {rss: 800 * 1024 * 1024, cache: 71 * 1024 * 1024});
    await clock.advance(40 * SECOND);
    const pair = ['web.1: Process running mem=871M(170.1%)', 'web.1: Error R14 (Memory quota exceeded)'];
    expect(takeLog()).to.deep.equal([...pair, ...pair]);
  });

  it('memory far above quota', async () => {
    const {engine, clock, takeLog} = await runningHarness(appOf({web: 1}));
    takeLog();
    engine.setUsage('web.1', {rss: 1038 * 1024 * 1024, cache: 0});
    await clock.advance(20 * SECOND);
    expect(takeLog()).to.deep.equal([
      'web.1: Process running mem=1038M(202.7%)',
      'web.1: Error R15 (Memory quota vastly exceeded)',
      'web.1: Stopping process with SIGKILL',
      'web.1: Process exited with status 137',
      'web.1: State changed from up to crashed',
      'web.1: State changed from crashed to starting',
      ...START_WEB,
    ]);
  });

  it('a child killed for memory ends the dyno', async () => {
    const {engine, clock, takeLog} = await runningHarness(appOf({worker: 1}));
    takeLog();
    engine.killChild('worker.1');
    await clock.advance(SECOND);
    expect(takeLog().slice(0, 5)).to.deep.equal([
      'worker.1: Process running mem=1024M(200.0%)',
      'worker.1: Error R15 (Memory quota vastly exceeded)',
      'worker.1: Stopping process with SIGKILL',
      'worker.1: Process exited with status 137',
      'worker.1: State changed from up to crashed',
    ]);
  });

  it('the main process killed for memory', async () => {
    const {engine, clock, takeLog} = await runningHarness(appOf({worker: 1}));
    takeLog();
    engine.killForMemory('worker.1');
    await clock.advance(SECOND);
    expect(takeLog().slice(0, 5)).to.deep.equal([
      'worker.1: Process running mem=1024M(200.0%)',
      'worker.1: Error R15 (Memory quota vastly exceeded)',
      'worker.1: Stopping process with SIGKILL',
      'worker.1: Process exited with status 137',
      'worker.1: State changed from up to crashed',
    ]);
  });

  it('scaling down', async () => {
    const {manager, clock, takeLog, states} = await runningHarness(appOf({web: 2}));
    takeLog();
    manager.setApp(appOf({web: 1}, {revision: 2}));
    await clock.advance(SECOND);
    expect(takeLog()).to.deep.equal([
      'web.2: State changed from up to down',
      'web.2: Stopping all processes with SIGTERM',
      'web.2: Process exited with status 143',
    ]);
    expect(states()).to.deep.equal({'web.1': 'up'});
  });

  it('stop: a formation dyno is stopped and then started again', async () => {
    const {manager, clock, takeLog} = await runningHarness(appOf({web: 1}));
    takeLog();
    manager.stop('app-1', {dyno: 'web.1'});
    await clock.advance(2 * SECOND);
    expect(takeLog()).to.deep.equal([
      'web.1: State changed from up to down',
      ...STOP_WEB,
      'web.1: State changed from down to starting',
      ...START_WEB,
    ]);
  });

  it('the start line comes before the first output', async () => {
    const lines: string[] = [];
    const harness = newHarness({behaviour: () => ({output: 'hello\n'}), lines});
    harness.manager.setApp(appOf({worker: 1}));
    await harness.manager.start();
    await harness.clock.advance(SECOND);
    expect(lines).to.deep.equal([
      'worker.1: Starting process with command `node worker.js`',
      'worker.1: hello\n',
      'worker.1: State changed from starting to up',
    ]);
  });
});
