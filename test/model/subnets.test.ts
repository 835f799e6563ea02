import {expect} from 'chai';
import fc from 'fast-check';
import {DynoError} from '../../src/model/error.js';
import {
  allocateEdge,
  allocateNatAddresses,
  allocateSubnet,
  checkSpaceCidr,
  edgeLayout,
  edgeOf,
  formatAddress,
  overlap,
  parseAddress,
  parseRoutes,
  parseSubnet,
  type Range,
  refuseOverlap,
  spaceLayout,
} from '../../src/model/subnets.js';

const range = (text: string): Range => parseSubnet(text)!;

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as DynoError).code;
  }
  return 'nothing thrown';
}

describe('subnets', () => {
  it('reads subnets and refuses what is none', () => {
    expect(range('10.1.2.3/16')).to.deep.equal(range('10.1.0.0/16'));
    expect(range('0.0.0.0/0')).to.deep.equal({first: 0, last: 2 ** 32 - 1});
    for (const text of [
      '10.0.0.0/33',
      '10.0.0.0',
      '256.0.0.0/8',
      '10.0.0/8',
      'fd00::/8',
      '',
      '10.0.0.0/-1',
      '1.2.3.4.5/8',
      '203.0.113.010/32',
      '10.0.0.0/08',
    ]) {
      expect(parseSubnet(text), text).to.equal(null);
    }
  });

  it('writes every address as it reads it', () => {
    fc.assert(fc.property(fc.integer({min: 0, max: 2 ** 32 - 1}), (n) => parseAddress(formatAddress(n)) === n));
  });

  it('reads the routes of a machine, all but the default one', () => {
    const table = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
`;
    expect(parseRoutes(table)).to.deep.equal([range('172.17.0.0/16'), range('192.0.2.0/24')]);
  });

  describe('of a space', () => {
    it('takes a /16 of private addresses only', () => {
      expect(checkSpaceCidr('10.0.0.0/16')).to.equal('10.0.0.0/16');
      expect(checkSpaceCidr('172.31.0.0/16')).to.equal('172.31.0.0/16');
      const refused = [
        '10.0.0.0/33',
        '10.0.0.0/8',
        '10.0.0.0/24',
        '172.32.0.0/16',
        '11.0.0.0/16',
        '8.8.0.0/16',
        'fd00::/16',
        '10.0.5.0/16',
        'ten',
        '',
      ];
      for (const text of refused)
        expect(
          codeOf(() => checkSpaceCidr(text)),
          text,
        ).to.equal('cidr_invalid');
    });

    it('names who has a range already', () => {
      const others = [{range: range('10.4.0.0/14'), holder: 'a route of this machine'}];
      expect(() => refuseOverlap('10.5.0.0/16', others)).to.throw(
        DynoError,
        '10.5.0.0/16 overlaps with 10.4.0.0/14, which belongs to a route of this machine.',
      );
      expect(() => refuseOverlap('10.8.0.0/16', others)).not.to.throw();
    });

    it('gets the first free /24 of its CIDR', () => {
      expect(allocateSubnet('10.0.0.0/16', [])).to.equal('10.0.0.0/24');
      expect(allocateSubnet('10.0.0.0/16', [range('10.0.0.0/23'), range('10.0.2.128/25')])).to.equal('10.0.3.0/24');
    });

    it('is refused once all are taken', () => {
      expect(codeOf(() => allocateSubnet('10.0.0.0/16', [range('10.0.0.0/8')]))).to.equal('subnets_exhausted');
      const taken: Range[] = [];
      for (let n = 0; n < 256; n++) taken.push(range(allocateSubnet('10.0.0.0/16', taken)));
      expect(() => allocateSubnet('10.0.0.0/16', taken)).to.throw(DynoError, 'No free /24 is left in 10.0.0.0/16.');
    });

    it('never gets what overlaps with anything taken', () => {
      const takenRange = fc
        .record({first: fc.integer({min: 0x0a000000, max: 0x0a00ffff}), size: fc.integer({min: 0, max: 4096})})
        .map(({first, size}) => ({first, last: first + size}));
      fc.assert(
        fc.property(fc.array(takenRange, {maxLength: 12}), (taken) => {
          const got = range(allocateSubnet('10.0.0.0/16', taken));
          return taken.every((one) => !overlap(one, got)) && overlap(got, range('10.0.0.0/16'));
        }),
      );
    });

    it('is laid out so that dynos, data and the way out never meet', () => {
      expect(spaceLayout('10.0.7.0/24')).to.deep.equal({
        host: '10.0.7.1',
        wayOut: '10.0.7.2',
        egress: '10.0.7.3',
        router: '10.0.7.4',
        dataFirst: '10.0.7.16',
        dataLast: '10.0.7.127',
        pool: '10.0.7.128/25',
      });
    });
  });

  describe('of the edge', () => {
    it('is one /22 for an installation, free and fairly its own', () => {
      const first = allocateEdge('installation one', []);
      expect(first).to.match(/^198\.1[89]\.\d+\.0\/22$/);
      const next = allocateEdge('installation one', [range(first)]);
      expect(overlap(range(first), range(next))).to.equal(false);
      expect(codeOf(() => allocateEdge('x', [range('198.18.0.0/15')]))).to.equal('subnets_exhausted');
    });

    it('gives four addresses to each space, none twice, until there are no more', () => {
      const used: string[] = [];
      const spaces: string[][] = [];
      while (codeOf(() => allocateNatAddresses('198.18.4.0/22', used)) === 'nothing thrown') {
        spaces.push(allocateNatAddresses('198.18.4.0/22', used));
        used.push(...spaces.at(-1)!);
      }
      expect(spaces[0]).to.deep.equal(['198.18.4.16', '198.18.4.17', '198.18.4.18', '198.18.4.19']);
      expect(spaces.length).to.equal(188);
      expect(new Set(used).size).to.equal(752);
      expect(used.every((address) => edgeOf(address) === '198.18.4.0/22')).to.equal(true);
      const pool = range(edgeLayout('198.18.4.0/22').pool);
      expect(used.some((address) => overlap(range(`${address}/32`), pool))).to.equal(false);
    });
  });
});
