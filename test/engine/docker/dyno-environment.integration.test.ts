import {execFileSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import {expect} from 'chai';
import {DockerEngine} from '../../../src/engine/docker/docker-engine.js';
import {until} from '../../support/until.js';
import {Rig} from '../contract/rig.js';
import {ownedBy} from './owned-by.js';

describe('docker engine: inside of a dyno', function () {
  this.timeout(120_000);
  const rig = new Rig({make: (identity) => new DockerEngine({...identity, stackImage: 'host'}), leftovers: ownedBy});

  before(() => rig.open());
  after(async () => expect(await rig.close()).to.deep.equal([]));

  it('everything is as hardened as docker-facts.md 5 says', async () => {
    const {output} = await rig.run(
      'grep -E "^(CapBnd|NoNewPrivs|Seccomp):" /proc/self/status; ulimit -n; ulimit -c; hostname | wc -c; pwd; id -un',
      {image: rig.image},
    );
    expect(output.stdout.replaceAll('\t', ' ').split('\n')).to.deep.equal([
      'CapBnd: 0000000000000000',
      'NoNewPrivs: 1',
      'Seccomp: 2',
      '10000',
      '0',
      '37',
      '/app',
      'dyno',
      '',
    ]);
  });

  it('buildpacks read the quota where Heroku has it, on cgroup v1', async function () {
    if (!existsSync('/sys/fs/cgroup/memory/memory.limit_in_bytes')) return this.skip();
    const {output} = await rig.run('cat /sys/fs/cgroup/memory/memory.limit_in_bytes', {
      memoryMb: 300,
      memoryKillMb: 600,
    });
    expect(output.stdout).to.equal(`${300 * 1024 * 1024}\n`);
  });

  it("this machine's certificate authorities are known where it was told of any", async function () {
    if (!process.env['NODE_EXTRA_CA_CERTS']) return this.skip();
    const {output} = await rig.run('grep -c BEGIN "$NODE_EXTRA_CA_CERTS"; echo "$MINE"', {env: {MINE: 'x'}});
    expect(output.stdout).to.match(/^[1-9]\d*\nx\n$/);
    const own = await rig.run('echo "$NODE_EXTRA_CA_CERTS"', {env: {NODE_EXTRA_CA_CERTS: '/app/own.pem'}});
    expect(own.output.stdout).to.equal('/app/own.pem\n');
  });

  it('a dyno of a space knows its address, whatever variables its app has', async () => {
    const env = {HEROKU_DNS_DYNO_NAME: 'x', HOSTNAME: 'mine', name: 'n', address: 'a', host: 'h', script: 's'};
    const {dyno, output} = await rig.start('echo "$HEROKU_PRIVATE_IP $HOSTNAME $name $address $host $script"', {env});
    await output.ended;
    expect(output.stdout).to.match(/^\d+\.\d+\.\d+\.\d+ mine n a h s\n$/);
    await rig.engine.removeDyno(dyno.engineId);
  });

  it('zombies are reaped', async () => {
    const {output} = await rig.run(
      'for i in 1 2 3 4 5; do setsid bash -c "sleep 0.05 & exit" & done; wait; sleep 0.5; grep -l "^State:.*Z" /proc/[0-9]*/status | wc -l',
    );
    expect(output.stdout).to.equal('0\n');
  });

  it('an image with no more than /bin/sh runs and ends like any other', async () => {
    const dockerfile = [
      `FROM ${stackImage()}`,
      'RUN rm -f /usr/bin/bash /bin/bash /usr/local/bin/bash',
      'WORKDIR /srv',
      `CMD ["sh", "-c", "trap 'echo got TERM; exit 5' TERM; echo ready; while :; do sleep 0.05; done"]`,
    ].join('\n');
    const result = await rig.engine.build(
      {
        id: crypto.randomUUID(),
        appId: rig.appId,
        app: 'probe',
        source: rig.packSource({Dockerfile: dockerfile}),
        stack: rig.stack,
        buildpacks: [],
        config: {},
        dockerfile: {path: 'Dockerfile', args: {}},
        timeoutMs: 60_000,
      },
      () => undefined,
    );
    const {dyno, output} = await rig.start(`pwd; exec ${result.defaultTypes['web']}`, {image: result.image});
    await output.sees('ready');
    await rig.engine.signalDyno(dyno.engineId, 'SIGTERM');
    const ended = await rig.ended(dyno.engineId);
    await output.ended;
    expect(output.stdout).to.equal('/srv\nready\ngot TERM\n');
    expect(ended.exit?.status).to.equal(5);
    await rig.engine.removeDyno(dyno.engineId);
    await rig.engine.removeImage(result.image);
  });

  it('dynos are reached on 127.0.0.1 where their own addresses cannot be', async () => {
    const engine = new DockerEngine({
      owner: rig.owner,
      runtime: 'published',
      directory: rig.directory,
      stackImage: 'host',
      publish: true,
    });
    const facts = await engine.open();
    expect(facts.abilities['direct-address'].holds).to.be.false;
    const {dyno, output} = await rig.start('node server.mjs', {name: 'web.1', port: 31_601}, engine);
    await output.sees('listening');
    expect(dyno.endpoint!.host).to.equal('127.0.0.1');
    expect(dyno.endpoint!.port).to.not.equal(31_601);
    expect((await engine.listDynos())[0]).to.deep.equal(dyno);
    expect(await engine.findDyno(dyno.engineId)).to.deep.equal(dyno);
    const answer = await fetch(`http://127.0.0.1:${dyno.endpoint!.port}/`);
    expect(await answer.text()).to.equal('dyno web.1\n');
    await until('the bound port', () => engine.isBound(dyno.engineId));
    const usage = await engine.usageOf(dyno.engineId);
    expect(usage!.rss).to.be.greaterThan(1 << 20);
    await engine.signalDyno(dyno.engineId, 'SIGTERM');
    expect((await rig.ended(dyno.engineId, engine)).exit?.status).to.equal(0);

    const young = await rig.start('sleep 3600', {}, engine);
    await engine.signalDyno(young.dyno.engineId, 'SIGTERM');
    expect((await rig.ended(young.dyno.engineId, engine)).exit?.status).to.equal(143);
    await engine.removeDyno(young.dyno.engineId);

    const local = await rig.start('node server.mjs', {name: 'web.2', port: 31_602, env: {LISTEN: '127.0.0.1'}}, engine);
    await local.output.sees('listening');
    expect(await engine.isBound(local.dyno.engineId)).to.be.false;
    await engine.removeDyno(local.dyno.engineId);
    await engine.removeDyno(dyno.engineId);
    await engine.close();
  });
});

/** The image that the rig's engine made of this machine's files. */
function stackImage(): string {
  return execFileSync('docker', ['images', '-q', '--filter', 'label=dyno.kind=stack', 'dyno/stack'])
    .toString()
    .split('\n')[0]!;
}
