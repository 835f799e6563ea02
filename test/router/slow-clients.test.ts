import {getDefaultHighWaterMark} from 'node:stream';
import {expect} from 'chai';
import {SlowClients} from '../../src/router/slow-clients.js';

const MIB = 1024 * 1024;

describe('slow clients', () => {
  it('share a budget: the more they are, the less each may have waiting', () => {
    const clients = new SlowClients(MIB, 16 * MIB);
    expect(clients.allowance).to.equal(MIB);
    for (let count = 0; count < 31; count++) clients.add();
    expect(clients.allowance).to.equal(MIB / 2);
    clients.remove();
    expect(clients.allowance).to.be.greaterThan(MIB / 2);
  });

  it('however many they are, a pause is one that a drain ends', () => {
    const clients = new SlowClients(MIB, 16 * MIB);
    for (let count = 0; count < 100_000; count++) clients.add();
    expect(clients.allowance).to.equal(getDefaultHighWaterMark(false));
  });
});
