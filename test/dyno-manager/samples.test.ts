import {expect} from 'chai';
import {averageLoad} from '../../src/dyno-manager/load-average.js';
import {judgeMemory} from '../../src/dyno-manager/memory-policy.js';
import {findDynoSize} from '../../src/model/dyno-size.js';
import {SECOND, appOf, runningHarness} from './harness.js';

const MB = 1024 * 1024;

describe('samples of memory and load', () => {
  const usage = {rss: 0, cache: 0, swap: 0, pgpgin: 0, pgpgout: 0, runnable: 0};
  const judge = (size: string, own: Partial<typeof usage>) => judgeMemory({...usage, ...own}, findDynoSize(size)!);

  it('R14 counts the cache, R15 does not', () => {
    expect(judge('Standard-1X', {rss: 512 * MB})).to.equal('fine');
    expect(judge('Standard-1X', {rss: 500 * MB, cache: 13 * MB})).to.equal('exceeded');
    expect(judge('Standard-1X', {rss: 500 * MB, cache: 2000 * MB})).to.equal('exceeded');
    expect(judge('Standard-1X', {rss: 1000 * MB, swap: 24 * MB})).to.equal('exceeded');
    expect(judge('Standard-1X', {rss: 1000 * MB, swap: 25 * MB})).to.equal('vastly-exceeded');
  });

  it('each tier has its own factor', () => {
    expect(judge('Performance-L-RAM', {rss: 36000 * MB})).to.equal('exceeded');
    expect(judge('Performance-L-RAM', {rss: 36900 * MB})).to.equal('vastly-exceeded');
    expect(judge('Private-S', {rss: 1025 * MB})).to.equal('vastly-exceeded');
  });

  it('load is an exponential average', () => {
    const first = averageLoad([0, 0, 0], 1, 20_000);
    expect(first.map((value) => value.toFixed(4))).to.deep.equal(['0.2835', '0.0645', '0.0220']);
    let load = first;
    for (let sample = 0; sample < 1000; sample++) load = averageLoad(load, 1, 20_000);
    expect(load.map((value) => value.toFixed(2))).to.deep.equal(['1.00', '1.00', '1.00']);
  });

  it('log-runtime-metrics: two lines per dyno each 20 s, one-offs too', async () => {
    const app = appOf({web: 1}, {features: ['log-runtime-metrics']});
    const {manager, clock, takeLog} = await runningHarness(app);
    const oneOff = {command: 'bash', kind: 'run', env: {}, size: 'standard-1x', type: 'run', attach: null} as const;
    const started = manager.runOneOff('app-1', oneOff);
    await clock.advance(SECOND);
    const {name} = await started;
    takeLog();
    await clock.advance(20 * SECOND);
    const [web] = manager.dynosOf('app-1');
    const lines = takeLog();
    expect(lines.filter((line) => line.startsWith(`${name}: source=${name} `))).to.have.length(2);
    expect(lines.filter((line) => line.startsWith('web.1: source=web.1 '))).to.have.length(2);
    expect(lines.find((line) => line.startsWith('web.1'))).to.match(
      new RegExp(`^web\\.1: source=web\\.1 dyno=heroku\\.\\d+\\.${web!.id} sample#load_avg_1m=0\\.28 `),
    );
  });

  it('nothing without the feature', async () => {
    const {clock, takeLog} = await runningHarness(appOf({web: 1}));
    takeLog();
    await clock.advance(60 * SECOND);
    expect(takeLog()).to.deep.equal([]);
  });
});
