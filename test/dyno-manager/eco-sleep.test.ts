import {expect} from 'chai';
import {HOUR, MINUTE, SECOND, appOf, releaseOf, runningHarness} from './harness.js';

describe('eco sleep', () => {
  it('is for apps with a web dyno: a worker alone goes on', async () => {
    const {clock, states, log} = await runningHarness(appOf({web: '0:Eco', worker: '1:Eco'}));
    await clock.advance(HOUR);
    expect(states()).to.deep.equal({'worker.1': 'up'});
    expect(log.filter((line) => line.includes('R99'))).to.deep.equal([]);
  });

  it('does not keep a web dyno from starting that is new after more than half an hour', async () => {
    const {manager, clock, states} = await runningHarness(appOf({web: '0:Eco', worker: '1:Eco'}));
    await clock.advance(31 * MINUTE);
    manager.setApp(appOf({web: '1:Eco', worker: '1:Eco'}, {revision: 2}));
    await clock.advance(2 * SECOND);
    expect(states()).to.deep.equal({'web.1': 'up', 'worker.1': 'up'});
    await clock.advance(31 * MINUTE);
    expect(states()).to.deep.equal({'web.1': 'idle', 'worker.1': 'idle'});
  });

  it('nor one whose type comes with a release', async () => {
    const {manager, clock, states} = await runningHarness(appOf({worker: '1:Eco'}));
    await clock.advance(31 * MINUTE);
    manager.setApp(appOf({web: '1:Eco', worker: '1:Eco'}, {revision: 2, release: releaseOf(4)}));
    await clock.advance(2 * SECOND);
    expect(states()).to.deep.equal({'web.1': 'up', 'worker.1': 'up'});
  });
});
