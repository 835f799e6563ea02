import {expect} from 'chai';
import type Docker from 'dockerode';
import {probeEngine} from '../../../src/engine/docker/probe.js';
import {spaceAbility} from '../../../src/engine/docker/space/ability.js';

/** What `dyno doctor` says of engines that are not on this machine's own network: from what they say of themselves. */
describe('an engine with a network of its own', () => {
  const info = {
    OperatingSystem: 'Debian GNU/Linux 12',
    MemoryLimit: true,
    SwapLimit: true,
    PidsLimit: true,
    CPUShares: true,
    CgroupDriver: 'systemd',
    CgroupVersion: '2',
    BridgeNfIptables: true,
    SecurityOptions: ['name=seccomp'],
    ServerVersion: '27.0',
    ID: 'id',
    Architecture: 'x86_64',
  };
  const engine = (says: Partial<typeof info>, socketPath: string | null = '/run/docker.sock') =>
    ({info: () => Promise.resolve({...info, ...says}), modem: {socketPath}}) as unknown as Docker;

  for (const [name, says] of [
    ['rootless', {SecurityOptions: ['name=seccomp', 'name=rootless']}],
    ['in a virtual machine', {OperatingSystem: 'Docker Desktop'}],
  ] as const) {
    it(`${name}: dynos are published, and nobody is beside them`, async () => {
      const {facts, ownNetwork} = await probeEngine(engine(says as unknown as Partial<typeof info>));
      expect(ownNetwork).to.equal(true);
      expect(facts.abilities['direct-address']).to.include({holds: false}).and.property('why').includes('127.0.0.1');
      expect(facts.abilities['neighbour-isolation'].holds).to.equal(true);
    });
  }

  it('on another machine: it has neighbours there, whom a guard has to keep out', async () => {
    const {facts, ownNetwork} = await probeEngine(engine({}, null));
    expect(ownNetwork).to.equal(false);
    expect(facts.abilities['direct-address']).to.have.property('why', 'The Docker Engine is on another machine.');
    expect(facts.abilities['neighbour-isolation'].holds).to.equal(false);
  });

  it('rootless without cgroups: what is not limited is told', async () => {
    const {facts} = await probeEngine(engine({SecurityOptions: ['name=rootless'], CgroupDriver: 'none'}));
    for (const limit of ['memory-limit', 'process-limit', 'cpu-share'] as const) {
      expect(facts.abilities[limit]).to.have.property('why').that.includes('rootless without cgroup v2');
    }
  });

  it('says of spaces what past trusted ranges is open', async () => {
    const docker = {getImage: () => ({inspect: () => Promise.resolve({})})} as unknown as Docker;
    const before = process.env['DYNO_NET_IMAGE'];
    process.env['DYNO_NET_IMAGE'] = 'named';
    try {
      expect(await spaceAbility(docker, true)).to.deep.equal({holds: true});
      expect(await spaceAbility(docker, false))
        .to.have.property('note')
        .that.includes('past trusted IP ranges');
    } finally {
      if (before === undefined) delete process.env['DYNO_NET_IMAGE'];
      else process.env['DYNO_NET_IMAGE'] = before;
    }
  });
});
