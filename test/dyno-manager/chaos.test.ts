import {expect} from 'chai';
import {DynoError} from '../../src/model/error.js';
import {SECOND, appOf, runningHarness} from './harness.js';

describe('chaos', () => {
  it('kill: a crash', async () => {
    const {manager, clock, takeLog} = await runningHarness(appOf({web: 1}));
    takeLog();
    manager.chaos({kind: 'kill', app: 'demo', dyno: 'web.1'});
    await clock.advance(SECOND);
    expect(takeLog().slice(0, 3)).to.deep.equal([
      'web.1: Chaos: killing all processes',
      'web.1: Process exited with status 137',
      'web.1: State changed from up to crashed',
    ]);
  });

  it('oom: R15', async () => {
    const {manager, clock, takeLog} = await runningHarness(appOf({web: 1}));
    takeLog();
    manager.chaos({kind: 'oom', app: 'app-1'});
    await clock.advance(SECOND);
    expect(takeLog().slice(0, 5)).to.deep.equal([
      'web.1: Chaos: running out of memory',
      'web.1: Process running mem=1024M(200.0%)',
      'web.1: Error R15 (Memory quota vastly exceeded)',
      'web.1: Stopping process with SIGKILL',
      'web.1: Process exited with status 137',
    ]);
  });

  it('hang: nothing more, until a restart ends it by force', async () => {
    const {manager, clock, takeLog, states} = await runningHarness(appOf({web: 1}));
    takeLog();
    manager.chaos({kind: 'hang', app: 'demo'});
    await clock.advance(10 * SECOND);
    expect(takeLog()).to.deep.equal(['web.1: Chaos: stopping all processes with SIGSTOP, until they are restarted']);
    manager.restart('app-1', {});
    await clock.advance(31 * SECOND);
    expect(takeLog()).to.include(
      'web.1: Error R12 (Exit timeout) -> At least one process failed to exit within 30 seconds of SIGTERM',
    );
    expect(states()).to.deep.equal({'web.1': 'up'});
  });

  it('slow-boot: up after the standstill', async () => {
    const {manager, clock, takeLog, states} = await runningHarness(appOf({web: 1}));
    takeLog();
    manager.chaos({kind: 'slow-boot', app: 'demo'});
    await clock.advance(19 * SECOND);
    expect(takeLog()[0]).to.equal('web.1: Chaos: restarting, with 20 seconds of standstill');
    expect(states()).to.deep.equal({'web.1': 'starting'});
    await clock.advance(3 * SECOND);
    expect(states()).to.deep.equal({'web.1': 'up'});
  });

  it('the same seed harms the same dyno', async () => {
    const victims: string[] = [];
    for (let round = 0; round < 2; round++) {
      const {manager, takeLog} = await runningHarness(appOf({web: 9}), {random: Math.random});
      takeLog();
      for (const seed of [1, 2, 3, 4]) {
        manager.chaos({kind: 'hang', app: 'demo', seed});
        victims.push(takeLog()[0]!);
      }
    }
    expect(victims.slice(0, 4)).to.deep.equal(victims.slice(4));
    expect(new Set(victims).size).to.be.greaterThan(1);
  });

  it('refuses an app or a dyno that is not there', async () => {
    const {manager} = await runningHarness(appOf({web: 1}));
    expect(() => manager.chaos({kind: 'kill', app: 'nobody'})).to.throw(DynoError, "Couldn't find that app");
    expect(() => manager.chaos({kind: 'kill', app: 'demo', dyno: 'web.2'})).to.throw(DynoError, 'running dyno');
  });
});
