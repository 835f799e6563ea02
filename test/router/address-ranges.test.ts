import {expect} from 'chai';
import {AddressRanges, plainAddress} from '../../src/router/address-ranges.js';

describe('AddressRanges', () => {
  const ranges = new AddressRanges(['192.0.2.0/24', '2001:db8::/32', '198.51.100.7', 'nonsense', '1.2.3.4/99']);

  for (const [address, inside] of [
    ['192.0.2.1', true],
    ['192.0.3.1', false],
    ['::ffff:192.0.2.1', true],
    ['2001:db8::1', true],
    ['2001:db9::1', false],
    ['198.51.100.7', true],
    ['198.51.100.8', false],
    ['1.2.3.4', false],
    ['', false],
    ['not an address', false],
  ] as const) {
    it(`${address || 'nothing'} is ${inside ? 'inside' : 'outside'}`, () => {
      expect(ranges.includes(address)).to.equal(inside);
    });
  }

  it('0.0.0.0/0 is every IPv4 address and no other', () => {
    const all = new AddressRanges(['0.0.0.0/0']);
    expect([all.includes('203.0.113.9'), all.includes('::1')]).to.deep.equal([true, false]);
  });

  it('writes mapped addresses as IPv4', () => {
    expect(plainAddress('::ffff:192.0.2.1')).to.equal('192.0.2.1');
    expect(plainAddress('::1')).to.equal('::1');
  });
});
