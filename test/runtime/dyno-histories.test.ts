import {statSync} from 'node:fs';
import {join} from 'node:path';
import {expect} from 'chai';
import type {AppHistory} from '../../src/dyno-manager/app-history.js';
import {AdvancingClock} from '../../src/runtime/advancing-clock.js';
import {DynoHistories} from '../../src/runtime/dyno-histories.js';
import {tempHome} from '../support/temp-home.js';
import type {TempHome} from '../support/temp-home.js';

const HOUR = 3_600_000;
const last = {
  id: 'dyno-1',
  name: 'worker.1',
  type: 'worker',
  release: 3,
  size: 'Standard-1X',
  command: 'x',
  createdAt: 1,
};
const historyAt = (time: number): AppHistory => ({
  lastTraffic: null,
  slots: {'worker.1': {rest: 'crashed', crashes: 3, retryAt: time + HOUR, toldAt: time, release: 3, last}},
});

describe('DynoHistories', () => {
  let home: TempHome;
  beforeEach(async () => (home = await tempHome()));
  afterEach(() => home.remove());

  it('are there for the next process, 0600, and gone when nothing is kept', async () => {
    const path = join(home.path, 'runtimes/us/dynos.json');
    const clock = new AdvancingClock();
    const histories = new DynoHistories(path, clock, () => undefined);
    await histories.open();
    histories.keep('app-1', historyAt(1000));
    histories.keep('app-2', historyAt(2000));
    histories.keep('app-2', null);
    await histories.flush();
    expect(statSync(path).mode & 0o777).to.equal(0o600);
    const next = new DynoHistories(path, clock, () => undefined);
    await next.open();
    expect(next.of('app-1')).to.deep.equal(historyAt(1000));
    expect(next.of('app-2')).to.equal(null);
    clock.close();
  });

  it('keep what is left of a wait, though the next process has the time of the machine again', async () => {
    const path = join(home.path, 'dynos.json');
    const clock = new AdvancingClock();
    const histories = new DynoHistories(path, clock, () => undefined);
    const {now} = Date;
    histories.keep('app-1', historyAt(now()));
    clock.advance(HOUR / 2);
    await histories.flush();
    const next = new DynoHistories(path, new AdvancingClock(), () => undefined);
    await next.open();
    expect(next.of('app-1')!.slots['worker.1']!.retryAt - now()).to.be.within(HOUR / 2 - 60_000, HOUR / 2);
    clock.close();
  });
});
