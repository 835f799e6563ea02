import {expect} from 'chai';
import {freeSubnets, overlap, parseRoutes, parseSubnet} from '../../../src/engine/docker/subnets.js';

describe('subnets', () => {
  it('reads a subnet as the range of its addresses', () => {
    expect(parseSubnet('10.0.0.0/8')).to.deep.equal({first: 0x0a000000, last: 0x0affffff});
    expect(parseSubnet('192.168.1.77/24')).to.deep.equal({first: 0xc0a80100, last: 0xc0a801ff});
    expect(parseSubnet('203.0.113.9/32')).to.deep.equal({first: 0xcb007109, last: 0xcb007109});
    expect(parseSubnet('fd00::/8')).to.equal(null);
    expect(parseSubnet('10.0.0.0')).to.equal(null);
  });

  it('sees when two overlap', () => {
    const range = (text: string) => parseSubnet(text)!;
    expect(overlap(range('10.0.0.0/8'), range('10.200.0.0/16'))).to.be.true;
    expect(overlap(range('10.0.0.0/16'), range('10.1.0.0/16'))).to.be.false;
  });

  it('offers every block that nothing else has, once, from a place of the seed', () => {
    const all = [...freeSubnets([], 'a')];
    expect(all).to.have.length(512);
    expect(new Set(all).size).to.equal(512);
    expect([...freeSubnets([], 'another')][0]).to.not.equal(all[0]);
    expect(all.every((subnet) => /^10\.(19[2-9]|2[01]\d|22[0-3])\.\d+\.0\/20$/.test(subnet))).to.be.true;

    const taken = [parseSubnet('10.192.0.0/12')!];
    expect([...freeSubnets(taken, 'a')]).to.have.length(256);
    expect([...freeSubnets([parseSubnet('10.0.0.0/8')!], 'a')]).to.deep.equal([]);
  });

  it('reads the routes of Linux, without the default route', () => {
    const table = [
      'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
      'eth0\t00000000\t0100000A\t0003\t0\t0\t0\t00000000\t0\t0\t0',
      'eth0\t0000000A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0',
      '',
    ].join('\n');
    expect(parseRoutes(table)).to.deep.equal([parseSubnet('10.0.0.0/16')]);
  });
});
