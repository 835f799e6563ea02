import {expect} from 'chai';
import {execFile} from 'node:child_process';
import {promisify} from 'node:util';
import {NeighbourGuard} from '../../src/engine/docker/space/neighbour-guard.js';
import type {AbilityFact, EngineDyno} from '../../src/engine/engine.js';
import {describeDocker} from '../support/docker.js';
import {Netns} from './netns.js';
import {
  hostPeerSees,
  OTHER_PORT,
  peerScript,
  type Probe,
  probeLines,
  readResults,
  UDP_PORT,
  whyNoPeers,
} from './peers.js';
import {World} from './world.js';

const run = promisify(execFile);
const PORT = 9000;

/**
 * A machine with a route to the dynos, on a host whose firewall lets it through, as where the policy of FORWARD is
 * ACCEPT: rules of Docker's chain for users stand for that, for this machine and these bridges only.
 */
describeDocker('a machine beside the host, let through by its firewall', function () {
  this.timeout(120_000);
  const world = new World();
  const opened: string[][] = [];
  let outside: Netns;
  let us: EngineDyno;
  let published: EngineDyno;
  let acme: EngineDyno;
  let beta: EngineDyno;

  before(async function () {
    const noChain = await run('iptables', ['-S', 'DOCKER-USER']).then(
      () => null,
      () => "Docker's chain for users is not here",
    );
    const reason = whyNoPeers() ?? noChain;
    if (reason) {
      console.log(`      skipped, ${reason}`);
      this.skip();
    }
    await world.region('us');
    await world.importImage();
    await Promise.all([world.region('eu', {publish: true}), world.space('acme'), world.space('beta', {publish: true})]);
    [us, published, acme, beta] = await Promise.all([
      world.startPeer('us', 'us', 'peer', 'web.1', PORT),
      world.startPeer('eu', 'eu', 'peer', 'web.1', PORT),
      world.startPeer('acme', 'acme', 'peer', 'web.1', PORT),
      world.startPeer('beta', 'beta', 'peer', 'web.1', PORT),
    ]);
    outside = await Netns.beside();
    for (const runtime of ['us', 'eu', 'acme', 'beta']) await letThrough(await deviceOf(runtime));
  });

  after(async () => {
    for (const rule of opened) await run('iptables', ['-D', ...rule]);
    await outside?.close();
    expect(await world.close()).to.deep.equal([]);
  });

  it('reaches no dyno of the Common Runtime, whose guard alone keeps it out', async () => {
    expect(await reached(us)).to.deep.equal([]);
    const guard = new NeighbourGuard(world.docker, {owner: world.owner, runtime: 'us'}, () => undefined);
    await guard.drop(world.networkName('us'));
    // From 28 on Docker itself keeps neighbours out, of what is not published.
    const {Version} = await world.docker.version();
    const open = Number.parseInt(Version) < 28 ? ['port', 'other', 'udp', 'ping'] : [];
    expect(await reached(us)).to.have.members(open);
    guard.load(world.networkName('us'));
    await guard.settled();
    expect(await reached(us)).to.deep.equal([]);
  });

  it('reaches no dyno that is published on loopback, which the host itself reaches', async () => {
    for (const dyno of [published, beta]) {
      expect(await reached(dyno)).to.deep.equal([]);
      expect(dyno.endpoint!.host).to.equal('127.0.0.1');
    }
    expect(await hostPeerSees(published.endpoint!)).to.match(/^eu /);
    expect(await hostPeerSees(beta.endpoint!)).to.match(/^beta /);
  });

  it('reaches no dyno of a space', async () => {
    expect(await reached(acme)).to.deep.equal([]);
  });

  it('is told of where no guard can be loaded, with what that means', async () => {
    const before = process.env['DYNO_NET_IMAGE'];
    process.env['DYNO_NET_IMAGE'] = `absent-${world.owner}`;
    try {
      const told: AbilityFact[] = [];
      const identity = {owner: world.owner, runtime: 'us'};
      const guard = new NeighbourGuard(world.docker, identity, (fact) => told.push(fact));
      guard.load(world.networkName('us'));
      await guard.settled();
      expect(told[0]).to.have.property('holds', false);
      expect(told[0])
        .to.have.property('why')
        .that.matches(/^Machines beside this one may reach dynos .* the image absent-/);
    } finally {
      if (before === undefined) delete process.env['DYNO_NET_IMAGE'];
      else process.env['DYNO_NET_IMAGE'] = before;
    }
  });

  async function letThrough(device: string): Promise<void> {
    const rule = ['DOCKER-USER', '-i', outside.outer, '-o', device, '-j', 'ACCEPT'];
    await run('iptables', ['-I', ...rule]);
    opened.push(rule);
  }

  async function deviceOf(runtime: string): Promise<string> {
    const info = await world.docker.getNetwork(world.networkName(runtime)).inspect();
    const {Id, Options} = info as {Id: string; Options?: Record<string, string>};
    return Options?.['com.docker.network.bridge.name'] ?? `br-${Id.slice(0, 12)}`;
  }

  async function reached({address}: EngineDyno): Promise<string[]> {
    const probes: Probe[] = [
      {id: 'port', kind: 'tcp', address: address!, port: PORT},
      {id: 'other', kind: 'tcp', address: address!, port: OTHER_PORT},
      {id: 'udp', kind: 'udp', address: address!, port: UDP_PORT},
      {id: 'ping', kind: 'ping', address: address!},
    ];
    const said = readResults(await outside.exec('/usr/bin/perl', [peerScript, 'probe', '2'], probeLines(probes)));
    expect([...said.keys()]).to.have.members(probes.map(({id}) => id));
    return [...said].filter(([, result]) => result.startsWith('open')).map(([id]) => id);
  }
});
