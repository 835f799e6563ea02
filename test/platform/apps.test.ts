import {expect} from 'chai';
import {until} from '../support/until.js';
import {TestPlatform} from './support/test-platform.js';

describe('apps', function () {
  this.timeout(60_000);
  let platform: TestPlatform;

  beforeEach(async () => {
    platform = await TestPlatform.start();
  });
  afterEach(() => platform.close());

  const versions = async (app: string) =>
    (await platform.ok('GET', `/apps/${app}/releases`)).map(
      (release: {version: number; description: string}) => `v${release.version} ${release.description}`,
    );

  it('starts with two releases and says so in its log', async () => {
    await platform.ok('POST', '/apps', {name: 'demo'});
    expect(await versions('demo')).to.deep.equal(['v1 Initial release', 'v2 Enable Logplex']);
    await until('four lines', () => platform.us?.lines('demo').length >= 4);
    const {email} = platform.running.context.account;
    expect(platform.us.lines('demo').map((line) => line.replace(/^\S+ /, ''))).to.deep.equal([
      `app[api]: Initial release by user ${email}`,
      `app[api]: Release v1 created by user ${email}`,
      `app[api]: Enable Logplex by user ${email}`,
      `app[api]: Release v2 created by user ${email}`,
    ]);
  });

  it('refuses names that Heroku refuses, with its words, and changes nothing', async () => {
    for (const name of ['ab', 'Demo', '1demo', 'demo-', 'de_mo', 'x'.repeat(31), 'déjà', '']) {
      const answer = await platform.call('POST', '/apps', {body: {name}});
      expect(answer.status, name).to.equal(422);
      expect(answer.body.message, name).to.match(/^Name must start with a letter/);
    }
    expect(await platform.ok('GET', '/apps')).to.deep.equal([]);
  });

  it('gives a name to an app that has none', async () => {
    expect((await platform.ok('POST', '/apps')).name).to.match(/^[a-z]+-[a-z]+-\d{5}$/);
  });

  it('lets one of two clients have a name', async () => {
    const answers = await Promise.all([1, 2].map(() => platform.call('POST', '/apps', {body: {name: 'demo'}})));
    expect(answers.map(({status}) => status).sort()).to.deep.equal([201, 422]);
    const refused = answers.find(({status}) => status === 422)!;
    expect(refused.body).to.deep.equal({id: 'invalid_params', message: 'Name demo is already taken'});
  });

  it('tells the runtime of its code, formation, config and names', async () => {
    await platform.appWithCode('demo', {web: 'node web.js', worker: 'node worker.js'});
    await platform.ok('PATCH', '/apps/demo/config-vars', {FOO: 'bar'});
    await platform.ok('PATCH', '/apps/demo', {maintenance: true, name: 'renamed'});
    await platform.ok('PATCH', '/apps/renamed/features/preboot', {enabled: true});
    const spec = platform.us.app('renamed')!;
    expect(spec).to.deep.include({
      hosts: ['renamed.localhost'],
      maintenance: true,
      features: ['preboot'],
      formation: {
        web: {quantity: 1, size: 'Standard-1X', command: 'node web.js'},
        worker: {quantity: 0, size: 'Standard-1X', command: 'node worker.js'},
      },
    });
    expect(spec.release).to.deep.include({version: 4, config: {FOO: 'bar'}});
  });

  it('refuses to move an app', async () => {
    await platform.ok('POST', '/apps', {name: 'demo'});
    const answer = await platform.call('PATCH', '/apps/demo', {body: {region: 'eu'}});
    expect(answer.status).to.equal(422);
    expect(answer.body.message).to.include('cannot be changed');
  });

  it('starts eu when its first app arrives', async () => {
    await platform.ok('POST', '/apps', {name: 'here'});
    expect(platform.runtimes.has('eu')).to.equal(false);
    await platform.ok('POST', '/apps', {name: 'there', region: 'eu'});
    await until('eu knows its app', () => platform.runtimes.get('eu')?.app('there') !== undefined);
    expect((await platform.ok('GET', '/apps/there')).web_url).to.equal(`http://there.localhost:${platform.port + 11}/`);
  });

  it('leaves nothing of a destroyed app', async () => {
    await platform.appWithCode('demo', {web: 'node web.js'});
    const {id} = await platform.ok('GET', '/apps/demo');
    const image = platform.us.app('demo')!.release!.image;
    await platform.ok('DELETE', '/apps/demo');
    expect((await platform.call('GET', '/apps/demo')).status).to.equal(404);
    expect(platform.us.apps.has(id)).to.equal(false);
    expect(platform.us.calls('DELETE', new RegExp(`^/images/${image}$`))).to.have.length(1);
    expect(platform.us.calls('DELETE', new RegExp(`^/build-cache/${id}$`))).to.have.length(1);
    expect(platform.running.context.store.apps.listDeleted()).to.deep.equal([]);
  });

  it('keeps an image that another app was promoted', async () => {
    await platform.appWithCode('demo', {web: 'node web.js'});
    await platform.ok('POST', '/apps', {name: 'live'});
    const pipeline = await platform.ok('POST', '/pipelines', {name: 'line'});
    for (const [app, stage] of [
      ['demo', 'staging'],
      ['live', 'production'],
    ]) {
      await platform.ok('POST', '/pipeline-couplings', {app, pipeline: pipeline.id, stage});
    }
    const [demo, live] = [await platform.ok('GET', '/apps/demo'), await platform.ok('GET', '/apps/live')];
    const promotion = await platform.ok('POST', '/pipeline-promotions', {
      pipeline: {id: pipeline.id},
      source: {app: {id: demo.id}},
      targets: [{app: {id: live.id}}],
    });
    const path = `/pipeline-promotions/${promotion.id}/promotion-targets`;
    await until('promoted', async () => (await platform.ok('GET', path))[0].status === 'succeeded');
    expect(await versions('live')).to.include('v3 Promote demo v3 71c09b06');
    const image = platform.us.app('live')!.release!.image;
    await platform.ok('DELETE', '/apps/demo');
    expect(platform.us.calls('DELETE', new RegExp(`^/images/${image}$`))).to.have.length(0);
    await platform.ok('DELETE', '/apps/live');
    expect(platform.us.calls('DELETE', new RegExp(`^/images/${image}$`))).to.have.length(1);
  });
});
