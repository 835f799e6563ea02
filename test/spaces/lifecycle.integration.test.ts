import {expect} from 'chai';
import {execFile} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import {connect} from 'node:net';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {dockerSocket} from '../../src/engine/docker/docker-answers.js';
import {DockerEngine} from '../../src/engine/docker/docker-engine.js';
import type {DynoError} from '../../src/model/error.js';
import type {NetworkSpec} from '../../src/engine/engine.js';
import {egressName} from '../../src/engine/docker/space/names.js';
import {SocketProxy} from '../engine/docker/socket-proxy.js';
import {describeDocker} from '../support/docker.js';
import {OTHER_PORT, whyNoPeers} from './peers.js';
import {until} from '../support/until.js';
import {World} from './world.js';

describeDocker('life of a space on Docker', function () {
  this.timeout(120_000);
  const world = new World();

  before(async function () {
    const reason = whyNoPeers();
    if (reason) {
      console.log(`      skipped, ${reason}`);
      this.skip();
    }
    await world.space('acme');
    await world.importImage();
  });

  after(async () => {
    expect(await world.close()).to.deep.equal([]);
  });

  it('gives dynos their names and their address', async () => {
    const one = await world.startPeer('acme', 'one', 'shop', 'web.1', 22001);
    const two = await world.startPeer('acme', 'two', 'shop', 'web.2', 22001);
    const asker = await world.startDyno('acme', 'sleep 300', {
      name: 'run.7',
      env: {HOME: '/app', HEROKU_DNS_DYNO_NAME: '7.run.shop.app.localspace'},
      aliases: ['7.run.shop.app.localspace', 'run.shop.app.localspace'],
    });
    const first = new Set<string>();
    await until('both addresses in turn', async () => {
      const said = await world.exec('acme', asker, 'getent ahostsv4 web.shop.app.localspace | head -n 1');
      first.add(said.split(' ')[0]!);
      return first.size === 2;
    });
    expect([...first]).to.have.members([one.address, two.address]);
    expect((await world.exec('acme', asker, 'getent hosts 2.web.shop.app.localspace')).split(' ')[0]).to.equal(
      two.address,
    );
    expect((await world.exec('acme', asker, 'echo $HEROKU_PRIVATE_IP')).trim()).to.equal(asker.address);

    await world.engine('acme').removeDyno(two.engineId);
    const left = await world.exec('acme', asker, 'getent ahostsv4 web.shop.app.localspace | cut -d" " -f1 | sort -u');
    expect(left.trim()).to.equal(one.address);
  });

  it('is there already for a second runtime process, which changes nothing', async () => {
    const before = await world.gatewayContainer('acme');
    await world.space('acme');
    expect(await world.gatewayContainer('acme')).to.equal(before);
  });

  it('is finished by the next try when its making was cut short', async () => {
    for (const cut of ['gateway', 'network'] as const) {
      const runtime = `half-${cut}`;
      const engine = await world.space(runtime);
      const gateway = world.docker.getContainer(await world.gatewayContainer(runtime));
      if (cut === 'gateway') {
        await gateway.remove({force: true});
      } else {
        // As after a crash between two steps of a removal: a gateway without its network.
        const name = world.networkName(runtime);
        await engine.close();
        await gateway.stop({t: 0});
        await world.docker.getNetwork(name).disconnect({Container: gateway.id, Force: true});
        await world.docker.getNetwork(name).remove();
      }
      await world.space(runtime);
      const {State} = await world.docker
        .getContainer(egressName({owner: world.owner, runtime}, world.networkName(runtime)))
        .inspect();
      expect(State.Running, cut).to.equal(true);
    }
  });

  it('is swept when nobody knows its runtime any more, with its dynos', async () => {
    const lost = await world.space('lost');
    const dyno = await world.startDyno('lost', 'sleep 300');
    await world.ensureData('lost', 'db', 22005, randomUUID(), 'db.data.localspace');
    await lost.close();
    const janitor = world.engine('us');
    await janitor.open();
    await janitor.removeSpaceOf('lost');
    await janitor.close();
    const left = await world.docker.listContainers({
      all: true,
      filters: {label: [`dyno.owner=${world.owner}`, 'dyno.runtime=lost']},
    });
    expect(left).to.deep.equal([]);
    expect(
      await world.docker
        .getContainer(dyno.engineId)
        .inspect()
        .then(
          () => 'there',
          () => 'gone',
        ),
    ).to.equal('gone');
    expect(await world.gatewayContainer('acme')).to.be.a('string');
  });

  it('is made whole again when Docker comes back, guard and all', async () => {
    const proxy = new SocketProxy(join(world.directory, 'docker.sock'), dockerSocket()!);
    await proxy.open();
    const engine = new DockerEngine({
      owner: world.owner,
      runtime: 'far',
      directory: world.directory,
      docker: {socketPath: proxy.path},
    });
    const spec = {...world.spaceSpec('far')};
    try {
      await engine.open();
      const others = await world.guards();
      await engine.ensureNetwork(spec);
      const [guard] = (await world.guards()).filter((table) => !others.includes(table));
      await proxy.cut();
      // As after a reboot: no rules, no gateway.
      await promisify(execFile)('nft', ['delete', ...guard!.split(' ')]);
      const gateway = world.docker.getContainer(await world.gatewayContainer('far'));
      await gateway.kill();
      await proxy.open();
      await until('the gateway', async () => (await gateway.inspect()).State.Running);
      await until('the guard', async () => (await world.guards()).includes(guard!));
    } finally {
      await engine.removeNetwork(spec.name);
      await engine.close();
      await proxy.cut();
    }
  });

  it('refuses a subnet that is taken, and leaves nothing', async () => {
    const taken: NetworkSpec = {...world.spaceSpec('taken'), subnet: world.networkOf('acme').subnet};
    const engine = world.engine('taken');
    await engine.open();
    const failure = await engine.ensureNetwork(taken).then(
      () => undefined,
      (error: unknown) => error as DynoError,
    );
    expect(failure).to.have.property('code', 'subnet_taken');
    await engine.removeNetwork('taken');
    await engine.close();
    expect(await world.leftovers()).to.satisfy((lines: string[]) => lines.every((line) => !line.includes('taken')));
  });

  it('shuts a data service off before it serves, after its restarts and after those of its network', async () => {
    const id = randomUUID();
    const {address} = await world.ensureData('acme', 'data', 22010, id, 'db.data.localspace');
    const asker = await world.startDyno('acme', 'sleep 300');
    const trespassed: string[] = [];
    const ask = async () => {
      const said = await world.probe(
        'acme',
        asker,
        [
          {id: 'service', kind: 'tcp', address: 'db.data.localspace', port: 22010},
          {id: 'other', kind: 'tcp', address, port: OTHER_PORT},
        ],
        2,
      );
      if (said.get('other')?.startsWith('open')) trespassed.push(said.get('other')!);
      return said.get('service');
    };
    let reached = 0;
    let tried = 0;
    let over = false;
    const attacker = (async () => {
      while (!over) {
        for (const port of [22010, OTHER_PORT]) {
          tried++;
          if (await answers(address, port)) reached++;
        }
      }
    })();
    try {
      expect(await ask()).to.match(/^open data/);

      await world.docker.getContainer(await world.dataContainer(id, 'data')).restart({t: 0});
      await until('the service again', async () => (await ask())?.startsWith('open'));

      await world.docker.getContainer(await world.dataContainer(id, 'data')).kill();
      await until('the service again', async () => (await ask())?.startsWith('open'));

      await world.docker.getContainer(await world.dataContainer(id, 'data-net')).kill();
      await until('the service again', async () => (await ask())?.startsWith('open'));
      expect((await world.ensureData('acme', 'data', 22010, id, 'db.data.localspace')).address).to.equal(address);
    } finally {
      over = true;
      await attacker;
    }
    expect(tried).to.be.greaterThan(10);
    expect(reached).to.equal(0);
    expect(trespassed).to.deep.equal([]);
  });
});

/** Whether anybody answers on a port within a moment, be it with a refusal. */
function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const attempt = connect({host, port, timeout: 200});
    const settle = (reached: boolean) => {
      resolve(reached);
      attempt.destroy();
    };
    attempt.on('timeout', () => settle(false));
    attempt.on('connect', () => settle(true));
    attempt.on('error', ({code}: NodeJS.ErrnoException) => settle(code !== 'EHOSTUNREACH' && code !== 'ETIMEDOUT'));
  });
}
