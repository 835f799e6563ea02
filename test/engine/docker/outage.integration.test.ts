import {execFile} from 'node:child_process';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {expect} from 'chai';
import {connect} from '../../../src/engine/docker/connection.js';
import {DockerEngine} from '../../../src/engine/docker/docker-engine.js';
import {dockerSocket} from '../../../src/engine/docker/docker-answers.js';
import {bridgeName} from '../../../src/engine/docker/space/names.js';
import {writerOutput} from '../contract/probe-app.js';
import {Recorder} from '../contract/recorder.js';
import {Rig} from '../contract/rig.js';
import {whyNoPeers} from '../../spaces/peers.js';
import {until} from '../../support/until.js';
import {ownedBy} from './owned-by.js';
import {SocketProxy} from './socket-proxy.js';

describe('docker engine while Docker is away', function () {
  this.timeout(120_000);
  const rig = new Rig({make: (identity) => new DockerEngine({...identity, stackImage: 'host'}), leftovers: ownedBy});
  let proxy: SocketProxy;
  let engine: DockerEngine;

  before(async () => {
    await rig.open();
    proxy = new SocketProxy(join(rig.directory, 'docker.sock'), dockerSocket()!);
    engine = new DockerEngine({
      owner: rig.owner,
      runtime: 'us',
      directory: rig.directory,
      stackImage: 'host',
      docker: {socketPath: proxy.path},
    });
    await proxy.open();
    await engine.open();
  });
  after(async () => {
    await engine.close();
    await proxy.cut();
    expect(await rig.close()).to.deep.equal([]);
  });

  it('says so, and goes on delivering output exactly where it broke', async () => {
    const lines = 4000;
    const {dyno, output} = await rig.start(`node writer.mjs ${lines} 100 40`, {}, engine);
    await output.sees('out 700 ');
    await proxy.cut();
    const attempts: Promise<unknown>[] = [
      engine.listDynos(),
      engine.startDyno(rig.spec('true'), new Recorder()),
      engine.signalDyno(dyno.engineId, 'SIGCONT'),
      engine.usageOf('no-such-dyno'),
      engine.ensureNetwork({name: rig.network, kind: 'common'}),
      engine.open(),
    ];
    for (const attempt of await Promise.allSettled(attempts)) {
      expect(attempt.status).to.equal('rejected');
      expect((attempt as PromiseRejectedResult).reason).to.have.property('code', 'engine_unreachable');
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
    await proxy.open();
    await output.ended;
    const expected = writerOutput(lines);
    expect(output.stdout === expected.stdout, 'stdout is exact').to.be.true;
    expect(output.stderr === expected.stderr, 'stderr is exact').to.be.true;
    expect(output.ends).to.equal(1);
    await engine.removeDyno(dyno.engineId);
  });

  it('reads the last words of a dyno that ended meanwhile', async () => {
    const {dyno, output} = await rig.start('echo first; sleep 1; echo last; exit 3', {}, engine);
    await output.sees('first');
    await proxy.cut();
    await rig.ended(dyno.engineId);
    await proxy.open();
    await output.ended;
    expect(output.stdout).to.equal('first\nlast\n');
    await engine.removeDyno(dyno.engineId);
  });

  it('tells those who watch to look again', async () => {
    const events: string[] = [];
    const stop = new AbortController();
    const watching = engine.watch((event) => events.push(event.kind), stop.signal);
    await until('a first event', async () => {
      const {dyno} = await rig.start('true');
      await rig.ended(dyno.engineId);
      await rig.engine.removeDyno(dyno.engineId);
      return events.includes('removed') || undefined;
    });
    await proxy.cut();
    await proxy.open();
    await until('the resync', () => events.includes('resync') || undefined);
    events.length = 0;
    const {dyno} = await rig.start('true');
    await rig.engine.removeDyno(dyno.engineId);
    await until('an event after it', () => events.includes('removed') || undefined);
    stop.abort();
    await watching;
  });

  it('gives a dyno its network that somebody pruned', async () => {
    const {network} = await prunable();
    await network.remove();
    const {dyno, output} = await rig.start('echo here', {}, engine);
    await output.ended;
    expect(output.stdout).to.equal('here\n');
    await engine.removeDyno(dyno.engineId);
  });

  it('makes its network and the guard whole when Docker is back', async function () {
    const reason = whyNoPeers();
    if (reason) {
      console.log(`      skipped, ${reason}`);
      return this.skip();
    }
    const {network, guard} = await prunable();
    const stop = new AbortController();
    const watching = engine.watch(() => undefined, stop.signal);
    await proxy.cut();
    await network.remove();
    await nft('delete', 'table', 'inet', guard);
    await proxy.open();
    await until('the network', () =>
      network.inspect().then(
        () => true,
        () => undefined,
      ),
    );
    await until('its guard', async () => (await nft('list', 'tables')).includes(guard) || undefined);
    stop.abort();
    await watching;
  });

  /** The network with its guard, and nobody on it. */
  async function prunable() {
    await engine.ensureNetwork({name: rig.network, kind: 'common'});
    const name = engine.networkName(rig.network);
    const guard = `dyno_${bridgeName({owner: rig.owner, runtime: 'us'}, name)}`;
    return {network: connect().getNetwork(name), guard};
  }
});

async function nft(...words: string[]): Promise<string> {
  return (await promisify(execFile)('nft', words)).stdout;
}
