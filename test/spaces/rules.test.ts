import {expect} from 'chai';
import {hostPrograms} from '../../src/engine/docker/space/net-image.js';
import {bridgeName, egressName} from '../../src/engine/docker/space/names.js';
import {
  dataFirewall,
  gatewayScript,
  neighbourGuard,
  spaceGuard,
  wayOutMac,
} from '../../src/engine/docker/space/rules.js';
import {DynoError} from '../../src/model/error.js';

describe('rules of a space', () => {
  const guard = {bridge: 'dy0123456789ab', subnet: '10.0.3.0/24', hostPorts: [7790, 7791], forwarded: false};

  it('guard the bridge on the host', () => {
    expect(spaceGuard(guard)).to.equal(`table inet dyno_dy0123456789ab
delete table inet dyno_dy0123456789ab
table ip dyno_dy0123456789ab
delete table ip dyno_dy0123456789ab
table inet dyno_dy0123456789ab {
  chain input {
    type filter hook input priority filter - 10; policy accept;
    iifname != { "lo", "dy0123456789ab" } ip daddr { 10.0.3.1, 10.0.3.4 } drop
    iifname != "dy0123456789ab" accept
    ct state established,related accept
    tcp dport { 7790, 7791 } accept
    drop
  }
  chain forward {
    type filter hook forward priority filter - 10; policy accept;
    iifname "dy0123456789ab" oifname != "dy0123456789ab" drop
    iifname != "dy0123456789ab" oifname "dy0123456789ab" drop
  }
  chain output {
    type filter hook output priority filter - 10; policy accept;
    oifname "dy0123456789ab" ip daddr 10.0.3.16-10.0.3.127 drop
  }
}
table ip dyno_dy0123456789ab {
  chain router {
    type nat hook prerouting priority dstnat - 10; policy accept;
    iifname "dy0123456789ab" ip daddr 10.0.3.4 tcp dport { 80, 7790 } redirect to :7790
    iifname "dy0123456789ab" ip daddr 10.0.3.4 tcp dport { 443, 7791 } redirect to :7791
  }
}
`);
  });

  it('let answers out, and nothing else, where published ports are reached by forwarded connections', () => {
    const rules = spaceGuard({...guard, hostPorts: [], forwarded: true});
    expect(rules).to.include('iifname "dy0123456789ab" oifname != "dy0123456789ab" ct state new drop\n');
    expect(rules).not.to.include('iifname != "dy0123456789ab" oifname');
    expect(rules).not.to.include('dport');
  });

  it('let nothing but answers into the Common Runtime from beyond the host', () => {
    expect(neighbourGuard('dy0123456789ab', 'br-112233445566')).to.equal(`table inet dyno_dy0123456789ab
delete table inet dyno_dy0123456789ab
table ip dyno_dy0123456789ab
delete table ip dyno_dy0123456789ab
table inet dyno_dy0123456789ab {
  chain forward {
    type filter hook forward priority filter - 10; policy accept;
    iifname "br-112233445566" accept
    oifname "br-112233445566" ct state != { established, related } drop
  }
}
`);
  });

  it('shut a data service but for its ports, and from dynos only', () => {
    const rules = dataFirewall('10.0.3.0/24', [5432, 5433]);
    expect(rules.match(/policy drop/g)).to.have.length(2);
    expect(rules).to.include('ip saddr 10.0.3.128/25 tcp dport { 5432, 5433 } accept\n');
  });

  it('have the gateway reachable only once they are loaded', () => {
    const lines = gatewayScript('10.0.3.0/24', ['198.18.4.16', '198.18.4.17'], '198.18.4.0/22').split('\n');
    const at = (part: string) => lines.findIndex((line) => line.includes(part));
    expect(at('snat to numgen inc mod 2 map { 0 : 198.18.4.16, 1 : 198.18.4.17 }')).to.be.greaterThan(0);
    expect(at('snat to')).to.be.lessThan(at(`address ${wayOutMac('10.0.3.0/24')}`));
    expect(at('address 02:44')).to.be.lessThan(at('10.0.3.2/24'));
    expect(at('10.0.3.2/24')).to.be.lessThan(at('echo ready'));
  });

  it('name the way out by an address that Docker never gives', () => {
    expect(wayOutMac('10.0.3.0/24')).to.equal('02:44:0a:00:03:02');
  });

  it('fit the names of interfaces, and differ by owner', () => {
    const one = {owner: 'one', runtime: 'acme'};
    expect(bridgeName(one, 'acme')).to.match(/^dy[0-9a-f]{12}$/);
    expect(bridgeName(one, 'acme')).not.to.equal(bridgeName({...one, owner: 'two'}, 'acme'));
    expect(egressName(one, 'acme')).not.to.equal(egressName(one, 'beta'));
  });
});

describe('programs of the network helpers', () => {
  it('are found where this machine has them', function () {
    if (process.platform !== 'linux') this.skip();
    const there = new Set(['/bin/sh', '/bin/sleep', '/usr/sbin/nft', '/sbin/ip']);
    expect(hostPrograms((path) => there.has(path))).to.deep.equal([
      '/bin/sh',
      '/bin/sleep',
      '/usr/sbin/nft',
      '/sbin/ip',
    ]);
  });

  it('are asked for by name where they are missing', function () {
    if (process.platform !== 'linux') this.skip();
    expect(() => hostPrograms((path) => path.startsWith('/bin/') && !/nft|ip$/.test(path))).to.throw(
      DynoError,
      /this machine has no nft, no ip\. Install nftables and iproute2/,
    );
  });
});
