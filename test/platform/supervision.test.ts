import {existsSync, readFileSync, statSync} from 'node:fs';
import {createServer} from 'node:net';
import {expect} from 'chai';
import {DynoError} from '../../src/model/error.js';
import {startPlatform} from '../../src/platform/platform.js';
import {systemClock} from '../../src/platform/system-clock.js';
import {until} from '../support/until.js';
import {TestPlatform} from './support/test-platform.js';

describe('supervision', function () {
  this.timeout(60_000);
  let platform: TestPlatform;

  beforeEach(async () => {
    platform = await TestPlatform.start();
  });
  afterEach(() => platform.close());

  const connected = (name: string) => () => platform.running.context.runtimes.isConnected(name);

  it('starts no runtime before there is an app', async () => {
    expect(platform.runtimes.size).to.equal(0);
    expect((await platform.ok('GET', '/local/platform')).runtimes).to.deep.equal([]);
  });

  it('says what runs', async () => {
    await platform.appWithCode('demo', {web: 'x'});
    await until('a connection', connected('us'));
    const facts = await platform.ok('GET', '/local/platform');
    expect(facts).to.deep.include({pid: process.pid, version: '1.0.0', engine: 'fixture'});
    expect(facts.api_url).to.equal(`http://localhost:${platform.port}`);
    expect(facts.runtimes).to.have.length(1);
    expect(facts.runtimes[0]).to.include({name: 'us', kind: 'common', dynos: 1});
  });

  it('starts a runtime again that died, and tells it everything', async () => {
    await platform.appWithCode('demo', {web: 'x'});
    const first = platform.us;
    await first.close();
    platform.runtimes.delete('us');
    await until('another runtime', () => platform.us !== undefined && connected('us')());
    expect(platform.us).not.to.equal(first);
    expect(platform.us.app('demo')!.release!.version).to.equal(3);
  });

  it('adopts runtimes that outlived the platform, of the same version', async () => {
    await platform.appWithCode('demo', {web: 'x'});
    const runtime = platform.us;
    await platform.stop();
    await platform.start();
    await until('a connection', connected('us'));
    expect(platform.us).to.equal(runtime);
    expect(runtime.calls('PUT', /^\/spec$/)).to.have.length(2);
    expect(runtime.calls('POST', /shutdown/)).to.have.length(0);
  });

  it('replaces a runtime of another version, and asks it to keep its dynos', async () => {
    await platform.appWithCode('demo', {web: 'x'});
    const old = platform.us;
    await platform.stop();
    await platform.start('2.0.0');
    await until('the new runtime', () => platform.us !== undefined && platform.us !== old && connected('us')());
    expect(old.calls('POST', /shutdown/)[0]!.body).to.deep.equal({dynos: 'keep'});
    expect(platform.us.version).to.equal('2.0.0');
  });

  it('removes an app whose runtime was away when it is back', async () => {
    await platform.appWithCode('demo', {web: 'x'});
    const {id} = await platform.ok('GET', '/apps/demo');
    const {store} = platform.running.context;
    store.apps.delete({id, runtime: 'us', images: ['image-1']});
    await platform.stop();
    await platform.start();
    await until('nothing left', () => platform.running.context.store.apps.listDeleted().length === 0);
    expect(platform.us.calls('DELETE', new RegExp(`^/apps/${id}$`))).to.have.length(1);
    expect(platform.us.calls('DELETE', /^\/images\/image-1$/)).to.have.length(1);
  });

  it('keeps desired state through a restart', async () => {
    await platform.appWithCode('demo', {web: 'x'});
    await platform.ok('PATCH', '/apps/demo/formation', {updates: [{type: 'web', quantity: '+2', size: 'standard-2x'}]});
    const before = [await platform.ok('GET', '/apps/demo'), await platform.ok('GET', '/apps/demo/formation')];
    await platform.stop();
    await platform.start();
    expect([await platform.ok('GET', '/apps/demo'), await platform.ok('GET', '/apps/demo/formation')]).to.deep.equal(
      before,
    );
  });

  it('keeps its secrets to itself', async () => {
    const {home} = platform;
    const modes = [home.token, home.database, home.platformFile].map((path) => statSync(path).mode & 0o777);
    expect(modes).to.deep.equal([0o600, 0o600, 0o600]);
    expect(statSync(home.root).mode & 0o777).to.equal(0o700);
    await platform.ok('POST', '/apps', {name: 'demo'});
    await platform.ok('PATCH', '/apps/demo/config-vars', {SECRET: 'hunter2'});
    await platform.call('POST', '/apps/demo/dynos', {body: {command: 'x'}});
    expect(platform.logged.join('\n')).not.to.include('hunter2').and.not.to.include(platform.running.context.token);
  });

  it('says in platform.json who it is, and takes it away', async () => {
    const {home, port} = platform;
    expect(JSON.parse(readFileSync(home.platformFile, 'utf8'))).to.include({pid: process.pid, version: '1.0.0', port});
    await platform.stop();
    expect(existsSync(home.platformFile)).to.equal(false);
    expect(existsSync(home.platformLock)).to.equal(false);
  });

  it('names the holder of its port', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const {port} = server.address() as {port: number};
    await platform.stop();
    const log = {info: () => undefined, error: () => undefined};
    const processes = {start: () => undefined, pidOf: () => null, kill: () => undefined, lastWords: () => ''};
    try {
      const failure = await startPlatform({
        home: platform.home,
        port,
        version: '1',
        clock: systemClock,
        log,
        processes,
        resolvesHost: () => Promise.resolve(true),
      }).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(failure).to.be.instanceOf(DynoError);
      expect((failure as DynoError).code).to.equal('port_in_use');
      expect((failure as DynoError).details.holder).to.match(new RegExp(`\\(pid ${process.pid}\\)|another program`));
      expect(existsSync(platform.home.platformLock)).to.equal(false);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
