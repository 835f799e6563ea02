import {expect} from 'chai';
import {AdvancingClock} from '../../src/runtime/advancing-clock.js';

describe('AdvancingClock', () => {
  it('fires what falls due on the way, in order of time', async () => {
    const clock = new AdvancingClock();
    const fired: string[] = [];
    clock.setTimeout(() => fired.push('day'), 24 * 60 * 60 * 1000);
    clock.setTimeout(() => fired.push('year'), 365 * 24 * 60 * 60 * 1000);
    clock.setTimeout(() => fired.push('hour'), 60 * 60 * 1000);
    clock.advance(25 * 60 * 60 * 1000);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(fired.sort()).to.deep.equal(['day', 'hour']);
    expect(clock.advancedMs).to.equal(25 * 60 * 60 * 1000);
    clock.close();
  });

  it('does not fire what was cancelled', async () => {
    const clock = new AdvancingClock();
    let fired = false;
    const timer = clock.setTimeout(() => (fired = true), 1000);
    timer.cancel();
    timer.cancel();
    clock.advance(5000);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(fired).to.be.false;
  });

  it('takes delays longer than the timers of Node, and goes back to the time of the machine', async () => {
    const clock = new AdvancingClock();
    let fired = 0;
    clock.setTimeout(() => fired++, 2 ** 33);
    clock.advance(2 ** 32);
    clock.reset();
    expect(Math.abs(clock.now() - Date.now())).to.be.lessThan(1000);
    clock.advance(2 ** 32);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(fired).to.equal(1);
    clock.close();
  });
});
