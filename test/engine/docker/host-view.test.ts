import {expect} from 'chai';
import {listensOn, socketsIn} from '../../../src/engine/docker/host-view.js';

const row = (local: string, state: string) =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000 1000 0 1`;
const table = (...rows: string[]) => ['  sl  local_address rem_address   st', ...rows, ''].join('\n');

describe('number of sockets', () => {
  it('is what the kernel says', () => {
    expect(socketsIn('sockets: used 5\nTCP: inuse 0 orphan 0 tw 0 alloc 3 mem 0\nUDP: inuse 2 mem 0\n')).to.equal(0);
    expect(socketsIn('sockets: used 5\nTCP: inuse 10 orphan 0 tw 0 alloc 3 mem 0\n')).to.equal(10);
    expect(socketsIn('TCP6: inuse 1\nUDP6: inuse 0\n')).to.equal(1);
    expect(socketsIn('')).to.be.NaN;
  });
});

describe('table of listening sockets', () => {
  it('tells ports that are bound where others see them', () => {
    expect(listensOn(table(row('00000000:1F90', '0A')), 8080)).to.be.true;
    expect(listensOn(table(row('0200C80A:1F90', '0A')), 8080)).to.be.true;
    expect(listensOn(table(row('00000000000000000000000000000000:1F90', '0A')), 8080)).to.be.true;
    expect(listensOn(table(row('0000000000000000FFFF00000200C80A:1F90', '0A')), 8080)).to.be.true;
  });

  it('knows loopback, other ports and connections apart from them', () => {
    expect(listensOn(table(row('0100007F:1F90', '0A')), 8080)).to.be.false;
    expect(listensOn(table(row('00000000000000000000000001000000:1F90', '0A')), 8080)).to.be.false;
    expect(listensOn(table(row('0000000000000000FFFF00000100007F:1F90', '0A')), 8080)).to.be.false;
    expect(listensOn(table(row('00000000:1F91', '0A')), 8080)).to.be.false;
    expect(listensOn(table(row('00000000:1F90', '01')), 8080)).to.be.false;
    expect(listensOn(table(), 8080)).to.be.false;
  });
});
