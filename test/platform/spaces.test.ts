import {expect} from 'chai';
import {until} from '../support/until.js';
import {TestPlatform} from './support/test-platform.js';

describe('private spaces', function () {
  this.timeout(60_000);
  let platform: TestPlatform;

  beforeEach(async () => {
    platform = await TestPlatform.start();
  });
  afterEach(() => platform.close());

  const create = async (name: string, more = {}) => {
    await platform.ok('POST', '/spaces', {name, team: 'local', ...more});
    await until(
      `${name} is allocated`,
      async () => (await platform.ok('GET', `/spaces/${name}`)).state === 'allocated',
    );
    return platform.ok('GET', `/spaces/${name}`);
  };
  const refusal = async (body: object) => {
    const answer = await platform.call('POST', '/spaces', {body: {team: 'local', ...body}});
    expect(answer.status, JSON.stringify(answer.body)).to.equal(422);
    return answer.body.message as string;
  };

  it('has a runtime, a subnet, ports and outbound addresses of its own', async () => {
    await create('acme');
    await create('other');
    const [acme, other] = ['acme', 'other'].map((name) => platform.runtimes.get(name)!.spec!);
    expect(acme!.kind).to.equal('space');
    expect(acme!.space!.trustedRanges).to.deep.equal(['0.0.0.0/0']);
    expect(acme!.router.httpPort).to.equal(platform.port + 20);
    expect(other!.router.httpPort).to.equal(platform.port + 22);
    expect(acme!.space!.subnet).not.to.equal(other!.space!.subnet);
    const addresses = [...acme!.space!.natAddresses, ...other!.space!.natAddresses];
    expect(new Set(addresses).size).to.equal(8);
    expect(await platform.ok('GET', '/spaces/acme/nat')).to.include({state: 'enabled'});
  });

  it('refuses what cannot be, and leaves nothing behind', async () => {
    expect(await refusal({name: 'a--b'})).to.include('Name a--b');
    expect(await refusal({name: 'acme', cidr: '10.0.0.0/33'})).to.include('10.0.0.0/33');
    expect(await refusal({name: 'acme', cidr: '8.8.0.0/16'})).to.include('8.8.0.0/16');
    expect(await refusal({name: 'acme', cidr: 'fd00::/16'})).to.include('fd00::/16');
    expect(await refusal({name: 'acme', region: 'us'})).to.include('Region us');
    expect(await refusal({name: 'acme', data_cidr: '10.0.0.0/16'})).to.include('overlaps');
    expect(await platform.ok('GET', '/spaces')).to.deep.equal([]);
  });

  it('refuses a range that another space has, and a name that is taken', async () => {
    await create('acme', {cidr: '10.201.0.0/16'});
    expect(await refusal({name: 'other', cidr: '10.201.0.0/16'})).to.include('space acme');
    expect(await refusal({name: 'acme'})).to.equal('Name acme is already taken');
  });

  it('refuses engines that cannot isolate', async () => {
    await platform.ok('POST', '/apps', {name: 'demo'});
    await until('us', () => platform.us !== undefined);
    platform.us.spacesHold = false;
    expect(await refusal({name: 'acme'})).to.equal('The fixture engine cannot isolate a private space. Start Docker.');
  });

  it('holds apps of its own, which stay', async () => {
    await create('acme');
    const app = await platform.ok('POST', '/teams/apps', {name: 'inside', space: 'acme', internal_routing: true});
    expect(app.space.name).to.equal('acme');
    expect(app.web_url).to.equal(`http://inside.localhost:${platform.port + 20}/`);
    await platform.deploy('inside', {web: 'x'});
    const spec = platform.runtimes.get('acme')!.app('inside')!;
    expect(spec.internalRouting).to.equal(true);
    expect(spec.formation).to.deep.equal({web: {quantity: 1, size: 'Private-S', command: 'x'}});
    const moved = await platform.call('PATCH', '/apps/inside', {body: {space: null}});
    expect(moved.status).to.equal(422);
    const topology = await platform.ok('GET', '/spaces/acme/topology');
    expect(topology.apps[0].formation[0].dynos[0]).to.include({number: 1, hostname: '1.web.inside.app.localspace'});
  });

  describe('trusted ranges', () => {
    const put = (sources: string[]) =>
      platform.call('PUT', '/spaces/acme/inbound-ruleset', {
        body: {rules: sources.map((source) => ({action: 'allow', source}))},
      });

    beforeEach(() => create('acme'));

    it('are replaced as a whole, reach the router, and are kept as history', async () => {
      expect((await put(['203.0.113.0/24'])).status).to.equal(200);
      expect(platform.runtimes.get('acme')!.spec!.space!.trustedRanges).to.deep.equal(['203.0.113.0/24']);
      expect((await put([])).status).to.equal(200);
      expect(platform.runtimes.get('acme')!.spec!.space!.trustedRanges).to.deep.equal([]);
      const history = await platform.ok('GET', '/spaces/acme/inbound-rulesets');
      expect(history.map((set: {rules: {source: string}[]}) => set.rules.map(({source}) => source))).to.deep.equal([
        ['0.0.0.0/0'],
        ['203.0.113.0/24'],
        [],
      ]);
    });

    it('take the object back that was read, with all its fields', async () => {
      const read = await platform.ok('GET', '/spaces/acme/inbound-ruleset');
      const answer = await platform.call('PUT', '/spaces/acme/inbound-ruleset', {body: {...read, applied: true}});
      expect(answer.status).to.equal(200);
    });

    it('refuse bad ones, the 21st and duplicates', async () => {
      const many = Array.from({length: 21}, (_, index) => `203.0.113.${index}/32`);
      for (const sources of [['1.2.3.4'], ['1.2.3.4/33'], ['::/0'], many, ['1.2.3.0/24', '1.2.3.0/24']]) {
        expect((await put(sources)).status, sources[0]).to.equal(422);
      }
      expect((await put(many.slice(1))).status).to.equal(200);
    });
  });

  it('goes away with its runtime, once no app lives in it', async () => {
    await create('acme');
    await platform.ok('POST', '/teams/apps', {name: 'inside', space: 'acme'});
    const refused = await platform.call('DELETE', '/spaces/acme');
    expect(refused.status).to.equal(422);
    expect(refused.body.message).to.include('inside');
    await platform.ok('DELETE', '/apps/inside');
    const runtime = platform.runtimes.get('acme')!;
    expect((await platform.ok('DELETE', '/spaces/acme')).state).to.equal('deleting');
    await until('no space', async () => (await platform.ok('GET', '/spaces')).length === 0);
    expect(runtime.calls('POST', /shutdown/)[0]!.body).to.deep.equal({dynos: 'stop'});
  });

  it('is renamed without a new runtime; its old name is free then', async () => {
    await create('acme');
    await platform.ok('PATCH', '/spaces/acme', {name: 'renamed'});
    expect((await platform.ok('GET', '/spaces/renamed')).state).to.equal('allocated');
    await create('acme');
    expect([...platform.runtimes.keys()]).to.include.members(['acme', 'acme-2']);
  });
});
