import {getDefaultHighWaterMark} from 'node:stream';
import {expect} from 'chai';
import {SlowClients} from '../../src/router/slow-clients.js';

const MIB = 1024 * 1024;

describe('slow clients', () => {
  it('share a budget: the more waits for them, the less each may have waiting', () => {
    const clients = new SlowClients(MIB, 16 * MIB);
    expect(clients.allowance).to.equal(MIB);
    const first = clients.count(0, 14 * MIB);
    expect(clients.allowance).to.equal(MIB / 2);
    expect(clients.count(first, 0)).to.equal(0);
    expect(clients.allowance).to.equal(MIB);
  });

  it('stay near the budget, although each of them is done before anybody would have paused it', () => {
    const clients = new SlowClients(MIB, 16 * MIB);
    let held = 0;
    for (let count = 0; count < 2000; count++) held += clients.count(0, Math.min(MIB, clients.allowance));
    expect(held).to.be.lessThan(17 * MIB);
  });

  it('that hold no more than any socket does not count', () => {
    const clients = new SlowClients(MIB, 16 * MIB);
    expect(clients.count(0, getDefaultHighWaterMark(false))).to.equal(0);
  });

  it('however many they are, a pause is one that a drain ends', () => {
    const clients = new SlowClients(MIB, 16 * MIB);
    for (let count = 0; count < 100; count++) clients.count(0, MIB);
    expect(clients.allowance).to.equal(getDefaultHighWaterMark(false));
  });
});
