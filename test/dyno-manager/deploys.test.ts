import {expect} from 'chai';
import {MINUTE, SECOND, appOf, releaseOf, runningHarness} from './harness.js';
import type {Harness} from './harness.js';

const releases = ({engine}: Harness) =>
  engine
    .running()
    .map(({name, release}) => `${name}@${release}`)
    .sort();

describe('deploys', () => {
  describe('all at once', () => {
    it('replaces every dyno, the new ones started when SIGTERM goes out', async () => {
      const behaviour = () => ({termMs: 20 * SECOND});
      const harness = await runningHarness(appOf({web: 2, worker: 1}), {behaviour});
      harness.manager.setApp(appOf({web: 2, worker: 1}, {revision: 2, release: releaseOf(4)}));
      await harness.clock.advance(2 * SECOND);
      expect(releases(harness)).to.deep.equal(['web.1@3', 'web.1@4', 'web.2@3', 'web.2@4', 'worker.1@3', 'worker.1@4']);
      await harness.clock.advance(20 * SECOND);
      expect(releases(harness)).to.deep.equal(['web.1@4', 'web.2@4', 'worker.1@4']);
    });

    it('ignores an older revision, and a repeated one does nothing', async () => {
      const harness = await runningHarness(appOf({web: 1}, {revision: 5}));
      harness.manager.setApp(appOf({web: 4}, {revision: 4, release: releaseOf(9)}));
      harness.manager.setApp(appOf({web: 1}, {revision: 5}));
      await harness.clock.advance(MINUTE);
      expect(releases(harness)).to.deep.equal(['web.1@3']);
      expect(harness.engine.starts).to.equal(1);
    });

    it('waits for the requests of a dyno before its SIGTERM, and for that before its replacement', async () => {
      const harness = await runningHarness(appOf({web: 1}), {holdDrains: true});
      const {manager, clock, routed, drains, takeLog} = harness;
      takeLog();
      manager.restart('app-1', {});
      await clock.advance(SECOND);
      expect(takeLog()).to.deep.equal(['web.1: Restarting', 'web.1: State changed from up to starting']);
      expect(routed.get('app-1')!.map(({state}) => state)).to.deep.equal(['starting', 'draining']);
      expect(harness.engine.starts).to.equal(1);
      drains[0]!.resolve();
      await clock.advance(2 * SECOND);
      expect(takeLog()).to.include('web.1: Stopping all processes with SIGTERM');
      expect(routed.get('app-1')!.map(({state}) => state)).to.deep.equal(['up']);
      expect(harness.engine.starts).to.equal(2);
    });

    it('does not wait for ever', async () => {
      const {manager, clock, takeLog} = await runningHarness(appOf({web: 2}), {holdDrains: true});
      takeLog();
      manager.setApp(appOf({web: 1}, {revision: 2}));
      await clock.advance(29 * SECOND);
      expect(takeLog()).to.deep.equal(['web.2: State changed from up to down']);
      await clock.advance(SECOND);
      expect(takeLog()).to.deep.equal(['web.2: Stopping all processes with SIGTERM']);
    });

    it('gives a dyno that is still being launched its SIGTERM when there is a process', async () => {
      const harness = await runningHarness(appOf({web: 1}), {behaviour: () => ({startMs: 10 * SECOND})});
      harness.manager.setApp(appOf({web: 1}, {revision: 2, release: releaseOf(4)}));
      await harness.clock.advance(7 * SECOND);
      expect(releases(harness)).to.deep.equal([]);
      await harness.clock.advance(12 * SECOND);
      expect(releases(harness)).to.deep.equal(['web.1@4']);
      expect(harness.engine.size).to.equal(1);
    });
  });

  describe('preboot', () => {
    const app = (version: number, own = {}) =>
      appOf({web: 2, worker: 1}, {revision: version, release: releaseOf(version), features: ['preboot'], ...own});

    it('starts new web dynos, switches after three minutes, then stops the old', async () => {
      const harness = await runningHarness(app(3));
      const {clock, manager, routed, takeLog} = harness;
      const before = routed.get('app-1')!.map(({id}) => id);
      takeLog();
      manager.setApp(app(4));
      await clock.advance(2 * SECOND);
      expect(releases(harness)).to.deep.equal(['web.1@3', 'web.1@4', 'web.2@3', 'web.2@4', 'worker.1@4']);
      expect(routed.get('app-1')!.map(({id}) => id)).to.deep.equal(before);
      await clock.advance(177 * SECOND);
      expect(routed.get('app-1')!.map(({id}) => id)).to.deep.equal(before);
      await clock.advance(2 * SECOND);
      expect(releases(harness)).to.deep.equal(['web.1@4', 'web.2@4', 'worker.1@4']);
      expect(routed.get('app-1')!.map(({state}) => state)).to.deep.equal(['up', 'up']);
      expect(routed.get('app-1')!.map(({id}) => id)).not.to.have.members(before);
      const web = manager.dynosOf('app-1').find(({name}) => name === 'web.1')!;
      expect(clock.now() - Date.parse(web.updatedAt)).to.be.within(179 * SECOND, 181 * SECOND);
      expect(harness.changes.some(({id, state}) => id === web.id && state === 'up')).to.equal(true);
      expect(takeLog().filter((line) => line.startsWith('web.1'))).to.deep.equal([
        'web.1: Starting process with command `node web.js`',
        'web.1: State changed from starting to up',
        'web.1: Stopping all processes with SIGTERM',
        'web.1: Process exited with status 143',
      ]);
    });

    it('always has dynos that are up for the router', async () => {
      const {clock, manager, routed} = await runningHarness(app(3));
      manager.setApp(app(4));
      for (let second = 0; second < 200; second++) {
        await clock.advance(SECOND);
        expect(routed.get('app-1')!.filter(({state}) => state === 'up')).to.have.length(2);
      }
    });

    it('keeps the old dynos while the new ones crash', async () => {
      const behaviour = ({release}: {release: number}) => (release === 4 ? {exitMs: 50, exitStatus: 1} : {});
      const harness = await runningHarness(app(3), {behaviour});
      harness.manager.setApp(app(4));
      await harness.clock.advance(10 * MINUTE);
      expect(releases(harness)).to.deep.equal(['web.1@3', 'web.2@3']);
      expect(harness.routed.get('app-1')!.map(({state}) => state)).to.deep.equal(['up', 'up']);
      harness.manager.setApp(app(5));
      await harness.clock.advance(4 * MINUTE);
      expect(releases(harness)).to.deep.equal(['web.1@5', 'web.2@5', 'worker.1@5']);
    });

    it('goes on with the newest of two releases', async () => {
      const harness = await runningHarness(app(3));
      harness.manager.setApp(app(4));
      await harness.clock.advance(MINUTE);
      harness.manager.setApp(app(5));
      await harness.clock.advance(2 * SECOND);
      expect(releases(harness)).to.deep.equal(['web.1@3', 'web.1@5', 'web.2@3', 'web.2@5', 'worker.1@5']);
      await harness.clock.advance(4 * MINUTE);
      expect(releases(harness)).to.deep.equal(['web.1@5', 'web.2@5', 'worker.1@5']);
      expect(harness.engine.size).to.equal(3);
    });

    it('lets a successor take over at once when the old dyno crashes', async () => {
      const harness = await runningHarness(app(3));
      harness.manager.setApp(app(4));
      await harness.clock.advance(2 * SECOND);
      harness.engine.end('web.1', 1);
      await harness.clock.advance(SECOND);
      expect(releases(harness)).to.deep.equal(['web.1@4', 'web.2@3', 'web.2@4', 'worker.1@4']);
      expect(harness.states()['web.1']).to.equal('up');
    });

    it('is for standard and performance web dynos only, and not for the restart of one', async () => {
      const harness = await runningHarness(app(3));
      harness.manager.restart('app-1', {dyno: 'web.1'});
      await harness.clock.advance(2 * SECOND);
      expect(harness.engine.running()).to.have.length(3);
      const basic = await runningHarness(appOf({web: '1:Basic'}, {features: ['preboot']}));
      const next = {revision: 2, release: releaseOf(4), features: ['preboot']};
      basic.manager.setApp(appOf({web: '1:Basic'}, next));
      await basic.clock.advance(2 * SECOND);
      expect(releases(basic)).to.deep.equal(['web.1@4']);
    });

    it('scales down in the middle without leaving anything behind', async () => {
      const harness = await runningHarness(app(3));
      harness.manager.setApp(app(4));
      await harness.clock.advance(2 * SECOND);
      const spec = appOf({web: 1, worker: 0}, {revision: 5, release: releaseOf(4), features: ['preboot']});
      harness.manager.setApp(spec);
      await harness.clock.advance(4 * MINUTE);
      expect(releases(harness)).to.deep.equal(['web.1@4']);
      expect(harness.engine.size).to.equal(1);
    });
  });

  describe('rolling, in a space', () => {
    const app = (version: number, quantity = 8) =>
      appOf(
        {web: `${quantity}:Private-S`, worker: `${quantity}:Private-S`},
        {revision: version, release: releaseOf(version)},
      );

    it('replaces a quarter of each type at a time', async () => {
      const harness = await runningHarness(app(3), {kind: 'space'});
      harness.manager.setApp(app(4));
      const counts: string[] = [];
      for (let tenth = 0; tenth < 300; tenth++) {
        await harness.clock.advance(100);
        const infos = harness.manager.dynosOf('app-1');
        for (const type of ['web', 'worker']) {
          const away = infos.filter((info) => info.type === type && info.state !== 'up').length;
          expect(away, `${type} at ${tenth}`).to.be.at.most(2);
        }
        const count = String(infos.filter(({release, state}) => release === 4 && state === 'up').length);
        if (counts.at(-1) !== count) counts.push(count);
      }
      expect(counts.at(-1)).to.equal('16');
      expect(counts.length).to.be.at.least(5);
    });

    it('halts when the new release crashes', async () => {
      const behaviour = ({release}: {release: number}) => (release === 4 ? {exitMs: 50, exitStatus: 1} : {});
      const harness = await runningHarness(app(3, 4), {kind: 'space', behaviour});
      harness.manager.setApp(app(4, 4));
      await harness.clock.advance(10 * MINUTE);
      const up = harness.manager.dynosOf('app-1').filter(({state, release}) => state === 'up' && release === 3);
      expect(up).to.have.length(6);
    });

    it('replaces a single dyno at once', async () => {
      const harness = await runningHarness(app(3, 1), {kind: 'space'});
      harness.manager.setApp(app(4, 1));
      await harness.clock.advance(2 * SECOND);
      expect(releases(harness)).to.deep.equal(['web.1@4', 'worker.1@4']);
    });
  });

  it('cycles the dynos of a type one by one, even when the clock jumps', async () => {
    const {manager, clock} = await runningHarness(appOf({web: 4}));
    const before = manager.dynosOf('app-1').map(({id}) => id);
    await clock.advance(25 * 3600 * SECOND + 47 * MINUTE);
    let least = 4;
    for (let tenth = 0; tenth < 100; tenth++) {
      await clock.advance(100);
      least = Math.min(least, manager.dynosOf('app-1').filter(({state}) => state === 'up').length);
    }
    await clock.advance(5 * MINUTE);
    expect(manager.dynosOf('app-1').map(({id}) => id)).not.to.include.members(before.slice(0, 1));
    expect(least).to.be.at.least(3);
  });
});
