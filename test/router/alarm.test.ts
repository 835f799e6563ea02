import {expect} from 'chai';
import {limits} from '../../src/model/limits.js';
import type {Clock} from '../../src/model/clock.js';
import {Alarm} from '../../src/router/alarm.js';
import {VirtualClock} from '../support/virtual-clock.js';

describe('alarm', () => {
  let clock: VirtualClock;
  let rings: number[];
  let alarm: Alarm;

  beforeEach(() => {
    clock = new VirtualClock(0);
    rings = [];
    alarm = new Alarm(clock, () => rings.push(clock.now()));
  });

  it('rings once, at its time', async () => {
    alarm.set(30);
    await clock.advance(29);
    expect(rings).to.deep.equal([]);
    await clock.advance(100);
    expect(rings).to.deep.equal([30]);
  });

  it('set again and again, it rings at the last time, with one timer', async () => {
    for (let at = 30; at <= 60; at++) {
      alarm.set(at);
      expect(clock.pendingTimers).to.equal(1);
    }
    await clock.advance(100);
    expect(rings).to.deep.equal([60]);
  });

  it('rings earlier than it was set before', async () => {
    alarm.set(60);
    alarm.set(30);
    await clock.advance(100);
    expect(rings).to.deep.equal([30]);
  });

  it('cleared, it does not ring, but may be set again', async () => {
    alarm.set(30);
    alarm.clear();
    await clock.advance(40);
    alarm.set(50);
    await clock.advance(100);
    expect(rings).to.deep.equal([50]);
  });

  it('closed, it leaves no timer', () => {
    alarm.set(30);
    alarm.close();
    expect(clock.pendingTimers).to.equal(0);
  });

  it('after a leap of the clock it gives its patience, as a timer of its own would', () => {
    const timers: Array<() => void> = [];
    let now = 0;
    const leaping: Clock = {
      now: () => now,
      setTimeout: (fire, delayMs) => {
        timers.push(fire);
        delays.push(delayMs);
        return {cancel: () => undefined};
      },
    };
    const delays: number[] = [];
    const one = new Alarm(leaping, () => rings.push(now));
    one.set(100);
    one.set(30_000);
    now = 40_000;
    timers[0]!();
    expect([rings, delays]).to.deep.equal([[], [100, limits.leapPatienceMs]]);
    timers[1]!();
    expect(rings).to.deep.equal([40_000]);
  });
});
