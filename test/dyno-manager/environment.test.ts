import {expect} from 'chai';
import {DynoError} from '../../src/model/error.js';
import {SECOND, appOf, releaseOf, runningHarness} from './harness.js';

/** heroku-behaviour.md 2.13 */
describe('environment of a dyno', () => {
  it('web: config vars, $PORT, name, home, metadata, quota', async () => {
    const {engine} = await runningHarness(appOf({web: 1}));
    const [{id, port, env}] = engine.running() as [ReturnType<typeof engine.running>[0]];
    expect(env).to.deep.equal({
      MEMORY_AVAILABLE: '512',
      GREETING: 'hello',
      PORT: String(port),
      DYNO: 'web.1',
      HOME: '/app',
      HEROKU_APP_ID: 'app-1',
      HEROKU_APP_NAME: 'demo',
      HEROKU_APP_DEFAULT_DOMAIN_NAME: 'demo.localhost',
      HEROKU_RELEASE_CREATED_AT: '2026-11-22T06:00:00Z',
      HEROKU_RELEASE_VERSION: 'v3',
      HEROKU_SLUG_COMMIT: '',
      HEROKU_BUILD_COMMIT: '',
      HEROKU_SLUG_DESCRIPTION: 'Deploy 3',
      HEROKU_BUILD_DESCRIPTION: 'Deploy 3',
      HEROKU_DYNO_ID: id,
    });
  });

  it('the platform wins over config vars, config vars over its helpers', async () => {
    const config = {PORT: '1', DYNO: 'x', HOME: '/root', MEMORY_AVAILABLE: '99'};
    const {engine} = await runningHarness(appOf({web: 1}, {release: releaseOf(3, {config})}));
    const [{env, port}] = engine.running() as [ReturnType<typeof engine.running>[0]];
    expect(env).to.include({PORT: String(port), DYNO: 'web.1', HOME: '/app', MEMORY_AVAILABLE: '99'});
  });

  it('no $PORT but for web, another one at each start, never one that is taken', async () => {
    const {engine, manager, clock} = await runningHarness(appOf({web: 30, worker: 1}), {random: () => 0.25});
    const ports = () => engine.running().map(({port}) => port);
    const first = ports();
    expect(engine.running().find(({name}) => name === 'worker.1')!.env).not.to.have.property('PORT');
    expect(new Set(first).size).to.equal(31);
    for (const port of first) if (port !== null) expect(port).to.be.within(10_000, 32_767);
    manager.restart('app-1', {dyno: 'web.1'});
    await clock.advance(3 * SECOND);
    const again = engine.running().find(({name}) => name === 'web.1')!.port;
    expect(first).not.to.include(again);
  });

  it('in a space: DNS names, and no dyno id', async () => {
    const {engine} = await runningHarness(appOf({web: '1:Private-S'}), {kind: 'space'});
    const [{env, aliases, network}] = engine.running() as [ReturnType<typeof engine.running>[0]];
    expect(env).to.include({
      HEROKU_DNS_APP_NAME: 'demo.app.localspace',
      HEROKU_DNS_FORMATION_NAME: 'web.demo.app.localspace',
      HEROKU_DNS_DYNO_NAME: '1.web.demo.app.localspace',
      MEMORY_AVAILABLE: '1024',
    });
    expect(env).not.to.have.property('HEROKU_DYNO_ID');
    expect(aliases).to.deep.equal(['1.web.demo.app.localspace', 'web.demo.app.localspace']);
    expect(network).to.equal('space-acme');
  });

  it('the engine gets memory, share and processes of the size', async () => {
    const {engine} = await runningHarness(appOf({web: '1:Standard-2X', worker: '1:Performance-L-RAM'}));
    const of = (name: string) => engine.running().find((spec) => spec.name === name)!;
    expect(of('web.1')).to.include({memoryMb: 1024, memoryKillMb: 2048, cpuShare: 2, processes: 512});
    expect(of('worker.1')).to.include({memoryMb: 30720, memoryKillMb: 36864});
  });

  it('R17 when the engine finds another slug than was built', async () => {
    const startError = new DynoError('checksum_mismatch', {expected: 'SHA256:a', actual: 'SHA256:b'});
    const app = appOf({web: 1}, {release: releaseOf(3, {checksum: 'SHA256:a'})});
    const {takeLog} = await runningHarness(app, {behaviour: () => ({startError})});
    expect(takeLog().slice(0, 3)).to.deep.equal([
      'web.1: Starting process with command `node web.js`',
      'web.1: Error R17 (Checksum error) -> Checksum does match expected value. Expected: SHA256:a Actual: SHA256:b',
      'web.1: State changed from starting to crashed',
    ]);
  });
});
