import {expect} from 'chai';
import type {EngineDyno} from '../../src/engine/engine.js';
import {edgeLayout, EDGE_BITS, formatAddress, parseAddress} from '../../src/model/subnets.js';
import {edgeName} from '../../src/engine/docker/space/names.js';
import {describeDocker} from '../support/docker.js';
import {Netns} from './netns.js';
import {dynoPeer, peerScript, type Probe, whyNoPeers} from './peers.js';
import {until} from '../support/until.js';
import {World} from './world.js';

const PORT = 23001;
const UDP = 23003;

/** A partner that serves the addresses on its list, and counts what comes from any other. */
describeDocker('stable outbound addresses', function () {
  this.timeout(120_000);
  const world = new World();
  let partner: Netns;
  let acme: EngineDyno[];
  let beta: EngineDyno;

  before(async function () {
    const reason = whyNoPeers();
    if (reason) {
      console.log(`      skipped, ${reason}`);
      this.skip();
    }
    await world.space('acme');
    await world.importImage();
    await world.space('beta');
    await world.region('us');
    acme = [await world.startDyno('acme', 'sleep 600'), await world.startDyno('acme', 'sleep 600', {name: 'web.1'})];
    beta = await world.startDyno('beta', 'sleep 600');
    await addPartner();
  });

  after(async () => {
    await partner?.close();
    expect(await world.close()).to.deep.equal([]);
  });

  const allowed = () => world.networkOf('acme').egress.addresses;

  it('are what a partner sees of every dyno of the space, all of them and no other', async () => {
    for (const dyno of acme) {
      const seen = new Set((await calls('acme', dyno, 40)).map((said) => said.split(' ')[2]));
      expect([...seen]).to.have.members(allowed());
    }
    expect(await counted('strangers')).to.equal(0);
  });

  it('belong to one space: the same partner refuses another one, and the Common Runtime', async () => {
    expect((await calls('beta', beta, 4)).every((said) => said.startsWith('closed'))).to.equal(true);
    expect(await counted('strangers')).to.be.greaterThan(0);
    expect(await sources()).to.have.members(world.networkOf('beta').egress.addresses);
    const common = await world.startDyno('us', 'sleep 600');
    expect((await calls('us', common, 2)).every((said) => said.startsWith('closed'))).to.equal(true);
  });

  it('let nobody in', async () => {
    const lines = allowed().map((address, n) => `${n} tcp ${address} 9001\n`);
    const {host} = edgeLayout(world.edge);
    // Even with a route through the gateway, nobody opens a connection to a dyno.
    await partner.ip('route', 'add', acme[0]!.address!, 'via', allowed()[0]!);
    lines.push(`dyno tcp ${acme[0]!.address} 9001\n`, `ping ping ${acme[0]!.address}\n`, `host ping ${host}\n`);
    const said = await partner.exec('/usr/bin/perl', [peerScript, 'probe', '3'], lines.join(''));
    expect(said.split('\n').filter((line) => / open /.test(line))).to.deep.equal(['host open pong']);
  });

  it('are the only way out while the gateway is killed and started, under a flood, and come back by themselves', async () => {
    await reset();
    // Datagrams without a pause: one that slipped out beside the rules would be counted, whatever its fate.
    const flood = `exec env ${dynoPeer.replace('/app/peer.pl', '')} -MSocket -e '
      socket(my $s, PF_INET, SOCK_DGRAM, 0); my $to = sockaddr_in(${UDP}, inet_aton("${partner.address}"));
      while (1) { send($s, "x", 0, $to); select(undef, undef, undef, 0.001) }'`;
    const flooder = await world.startDyno('acme', flood, {name: 'worker.9'});
    await until('the flood', async () => (await counted('friends')) > 100);

    for (const end of ['kill', 'stop', 'restart'] as const) {
      const gateway = world.docker.getContainer(await world.gatewayContainer('acme'));
      await gateway[end]({t: 0});
      await until('the way out again', async () => {
        const before = await counted('friends');
        await new Promise((resolve) => setTimeout(resolve, 100));
        return (await counted('friends')) > before;
      });
    }
    await world.docker.getContainer(await world.gatewayContainer('acme')).remove({force: true});
    await until('the way out again', async () => (await calls('acme', acme[0]!, 1))[0]!.startsWith('open'));
    expect(await counted('strangers'), `from ${(await sources()).join(', ')}`).to.equal(0);
    await world.engine('acme').removeDyno(flooder.engineId);
  });

  it('are kept by the next runtime process, and open no way while nobody keeps the gateway', async () => {
    const engine = await world.space('acme');
    await engine.close();
    await reset();
    await world.docker.getContainer(await world.gatewayContainer('acme')).kill();
    expect((await calls('acme', acme[0]!, 3)).every((said) => said.startsWith('closed'))).to.equal(true);
    expect(await counted('strangers')).to.equal(0);
    await world.space('acme');
    expect((await calls('acme', acme[0]!, 20)).every((said) => said.startsWith('open'))).to.equal(true);
    expect(await counted('strangers')).to.equal(0);
  });

  async function addPartner(): Promise<void> {
    const {Id, Options} = await world.docker.getNetwork(edgeName({owner: world.owner, runtime: ''})).inspect();
    const bridge = (Options?.['com.docker.network.bridge.name'] as string | undefined) ?? `br-${Id.slice(0, 12)}`;
    const {pool, host} = edgeLayout(world.edge);
    const address = formatAddress(parseAddress(pool.split('/')[0]!)! + 200);
    const ns = (partner = await Netns.on(bridge, address, EDGE_BITS, host));
    await ns.nft(`table ip partner {
  set allowed { type ipv4_addr; elements = { ${allowed().join(', ')} } }
  set seen { type ipv4_addr; size 4096; flags dynamic; }
  counter friends { }
  counter strangers { }
  chain input {
    type filter hook input priority filter; policy accept;
    iifname "lo" accept
    ip saddr ${host} accept
    ip saddr @allowed counter name friends accept
    ct state established,related accept
    add @seen { ip saddr }
    counter name strangers
    tcp dport ${PORT} reject with tcp reset
    drop
  }
}`);
    ns.start('/usr/bin/perl', [peerScript, 'serve', 'partner', `${PORT}`, `${PORT + 1}`, `${UDP}`]);
    await until('the partner', async () => (await ns.exec('ss', ['-ltn'])).includes(`:${PORT}`));
  }

  async function counted(name: 'friends' | 'strangers'): Promise<number> {
    const {nftables} = JSON.parse(await partner.exec('nft', ['-j', 'list', 'counter', 'ip', 'partner', name])) as {
      nftables: {counter?: {packets: number}}[];
    };
    return nftables.find(({counter}) => counter)!.counter!.packets;
  }

  async function sources(): Promise<string[]> {
    const listed = await partner.exec('nft', ['list', 'set', 'ip', 'partner', 'seen']);
    return listed.match(/\d+\.\d+\.\d+\.\d+/g) ?? [];
  }

  async function reset(): Promise<void> {
    await partner.exec('nft', ['reset', 'counters', 'table', 'ip', 'partner']);
    await partner.exec('nft', ['flush', 'set', 'ip', 'partner', 'seen']);
  }

  async function calls(runtime: string, dyno: EngineDyno, count: number): Promise<string[]> {
    const probes = Array.from({length: count}, (_, n): Probe => ({
      id: `${n}`,
      kind: 'tcp',
      address: partner.address,
      port: PORT,
    }));
    return [...(await world.probe(runtime, dyno, probes, 3)).values()];
  }
});
