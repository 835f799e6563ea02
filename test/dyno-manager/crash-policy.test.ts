import {expect} from 'chai';
import {crashesAfter, crashWait, engineWait} from '../../src/dyno-manager/crash-policy.js';
import {limits} from '../../src/model/limits.js';
import {MINUTE, SECOND, appOf, releaseOf, runningHarness} from './harness.js';

/** heroku-behaviour.md 2.5 */
describe('crash policy', () => {
  it('waits longer after each consecutive crash, and no longer after the sixth', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 100].map((crashes) => crashWait(crashes, 'common', limits) / MINUTE);
    expect(waits).to.deep.equal([0, 20, 40, 60, 180, 320, 320, 320]);
  });

  it('has no cool-off in spaces, only a floor', () => {
    expect([1, 2, 9].map((crashes) => crashWait(crashes, 'space', limits))).to.deep.equal([1000, 1000, 1000]);
  });

  it('forgets crashes before a correct start', () => {
    expect(crashesAfter(4, null, limits)).to.equal(5);
    expect(crashesAfter(4, 59 * SECOND, limits)).to.equal(5);
    expect(crashesAfter(4, 60 * SECOND, limits)).to.equal(1);
  });

  it('grows its pauses for an engine that does not answer', () => {
    expect([1, 2, 3, 4, 5, 99].map((failures) => engineWait(failures, limits))).to.deep.equal([
      500, 1000, 2000, 5000, 10_000, 10_000,
    ]);
  });

  it('tells the next try, and keeps it', async () => {
    const behaviour = () => ({exitMs: 100, exitStatus: 1});
    const {manager, clock, engine} = await runningHarness(appOf({web: 1}), {behaviour});
    const [crashed] = manager.dynosOf('app-1');
    expect(crashed!.state).to.equal('crashed');
    const wait = Date.parse(crashed!.nextTryAt!) - Date.parse(crashed!.updatedAt);
    expect(wait).to.equal(20 * MINUTE);
    expect(engine.starts).to.equal(2);
    await clock.advance(20 * MINUTE);
    expect(engine.starts).to.equal(3);
    await clock.advance(40 * MINUTE);
    expect(engine.starts).to.equal(4);
  });

  it('begins anew after a restart, a release, and scaling to 0 and back', async () => {
    const behaviour = () => ({exitMs: 100, exitStatus: 1});
    const {manager, clock, engine} = await runningHarness(appOf({worker: 1}), {behaviour});
    expect(engine.starts).to.equal(2);
    manager.restart('app-1', {});
    await clock.advance(5 * SECOND);
    expect(engine.starts).to.equal(4);
    manager.setApp(appOf({worker: 1}, {revision: 2, release: releaseOf(4)}));
    await clock.advance(5 * SECOND);
    expect(engine.starts).to.equal(6);
    manager.setApp(appOf({worker: 0}, {revision: 3, release: releaseOf(4)}));
    await clock.advance(5 * SECOND);
    manager.setApp(appOf({worker: 1}, {revision: 4, release: releaseOf(4)}));
    await clock.advance(5 * SECOND);
    expect(engine.starts).to.equal(8);
  });

  it('keeps the other dynos of the formation running', async () => {
    const behaviour = ({name}: {name: string}) => (name === 'web.2' ? {exitMs: 100, exitStatus: 1} : {});
    const {states} = await runningHarness(appOf({web: 3}), {behaviour});
    expect(states()).to.deep.equal({'web.1': 'up', 'web.2': 'crashed', 'web.3': 'up'});
  });

  it('restarts for ever in a space', async () => {
    const behaviour = () => ({startMs: 0, exitMs: 0, exitStatus: 1});
    const app = appOf({web: '1:Private-S'});
    const {clock, engine} = await runningHarness(app, {behaviour, kind: 'space'});
    const before = engine.starts;
    await clock.advance(10 * SECOND);
    expect(engine.starts - before).to.equal(10);
  });

  it('caps every wait by the override of an app', async () => {
    const behaviour = () => ({startMs: 0, exitMs: 100, exitStatus: 1});
    const app = appOf({worker: 1}, {limits: {crashBackoffMs: 3000}});
    const {clock, engine} = await runningHarness(app, {behaviour});
    await clock.advance(29 * SECOND);
    expect(engine.starts).to.equal(11);
  });
});
