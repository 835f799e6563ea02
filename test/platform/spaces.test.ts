import {expect} from 'chai';
import {allocateSubnet} from '../../src/model/subnets.js';
import {machineRanges} from '../../src/platform/spaces/machine-ranges.js';
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
    expect(await refusal({name: 'acme', data_cidr: '8.8.0.0/16'})).to.include('not private');
    expect(await refusal({name: 'acme', data_cidr: '172.23.0.0/24'})).to.include('it is a /24');
    expect(await platform.ok('GET', '/spaces')).to.deep.equal([]);
  });

  it('refuses a range that another space has, and a name that is taken', async () => {
    const cidr = allocateSubnet('10.128.0.0/10', machineRanges(), 16);
    await create('acme', {cidr});
    expect(await refusal({name: 'other', cidr})).to.include('space acme');
    expect(await refusal({name: 'acme'})).to.equal('Name acme is already taken');
  });

  it("shares the default range out, also to who names it as Terraform's provider does", async () => {
    const spaces = [await create('acme'), await create('other', {cidr: '10.0.0.0/16'})];
    expect(spaces.map(({cidr}) => cidr)).to.deep.equal(['10.0.0.0/16', '10.0.0.0/16']);
    const [acme, other] = ['acme', 'other'].map((name) => platform.runtimes.get(name)!.spec!.space!.subnet);
    expect(acme).not.to.equal(other);
  });

  it('starts no runtime again once it is being destroyed', async () => {
    const {id} = await create('acme');
    const {runtimes, store} = platform.running.context;
    const runtime = platform.runtimes.get('acme')!;
    store.spaces.update(id, {state: 'deleting'});
    platform.runtimes.delete('acme');
    await runtime.close();
    await until('that it is missed', () => !runtimes.isConnected('acme'));
    const asked = await runtimes.clientOf('acme').catch((error: Error) => error.message);
    expect(asked).to.equal('Runtime acme does not answer: there is no such region or space any more');
    expect([...platform.runtimes.keys()]).not.to.include('acme');
  });

  it('refuses a space more than its range has room for', async () => {
    await create('acme');
    const {store} = platform.running.context;
    const acme = store.spaces.get('acme');
    for (let number = 0; number < 256; number++) {
      const own = {
        id: `id-${number}`,
        name: `full-${number}`,
        runtime: `full-${number}`,
        subnet: `10.0.${number}.0/24`,
      };
      const ports = {httpPort: 40_000 + 2 * number, httpsPort: 40_001 + 2 * number};
      store.spaces.insert({...acme, ...own, ...ports, state: 'deleting', nat: []});
    }
    expect(await refusal({name: 'last'})).to.equal('No free /24 is left in 10.0.0.0/16.');
    expect(store.spaces.find('last')).to.equal(undefined);
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
    expect(app.web_url).to.equal('http://inside.internal.localspace/');
    await platform.deploy('inside', {web: 'x'});
    const spec = platform.runtimes.get('acme')!.app('inside')!;
    expect(spec.internalRouting).to.equal(true);
    expect(spec.hosts).to.deep.equal(['inside.internal.localspace', 'inside.localhost']);
    const [domain] = await platform.ok('GET', '/apps/inside/domains');
    expect(domain).to.include({kind: 'heroku', hostname: 'inside.internal.localspace'});
    expect(spec.formation).to.deep.equal({web: {quantity: 1, size: 'Private-S', command: 'x'}});
    const elsewhere = await platform.call('POST', '/teams/apps', {
      body: {name: 'other', space: 'acme', region: 'oregon'},
    });
    expect(elsewhere.body.message).to.include('Space acme is in virginia, not in oregon');
    const moved = await platform.call('PATCH', '/apps/inside', {body: {space: null}});
    expect(moved.status).to.equal(422);
    const topology = await platform.ok('GET', '/spaces/acme/topology');
    expect(topology.apps[0].domains).to.deep.equal(['inside.internal.localspace']);
    expect(topology.apps[0].formation[0].dynos[0]).to.include({number: 1, hostname: '1.web.inside.app.localspace'});
  });

  it('refuses internal routing where its router cannot be inside', async () => {
    await create('acme');
    platform.runtimes.get('acme')!.hasDirectAddress = false;
    const answer = await platform.call('POST', '/teams/apps', {
      body: {name: 'inside', space: 'acme', internal_routing: true},
    });
    expect(answer.status).to.equal(422);
    expect(answer.body.message).to.equal(
      'Internal routing needs dynos at addresses of their own. Docker is elsewhere.',
    );
    expect(await platform.ok('GET', '/apps')).to.deep.equal([]);
  });

  it('takes no app that was still being checked when its end began', async () => {
    const {id} = await create('acme');
    const {store} = platform.running.context;
    // Asked while the app is being made.
    platform.runtimes.get('acme')!.isTaken = () => {
      store.spaces.update(id, {state: 'deleting'});
      return false;
    };
    const answer = await platform.call('POST', '/teams/apps', {
      body: {name: 'inside', space: 'acme', internal_routing: true},
    });
    expect(answer.status).to.equal(422);
    expect(answer.body.message).to.include('Space acme is deleting');
    expect(await platform.ok('GET', '/apps')).to.deep.equal([]);
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

    it('may deny a part of what they allow', async () => {
      const rules = [
        {action: 'deny', source: '203.0.113.9/32'},
        {action: 'allow', source: '203.0.113.0/24'},
      ];
      const answer = await platform.call('PUT', '/spaces/acme/inbound-ruleset', {body: {rules}});
      expect(answer.body.rules).to.deep.equal(rules);
      expect(platform.runtimes.get('acme')!.spec!.space).to.deep.include({
        trustedRanges: ['203.0.113.0/24'],
        deniedRanges: ['203.0.113.9/32'],
      });
    });

    it('take the object back that was read, with all its fields', async () => {
      const read = await platform.ok('GET', '/spaces/acme/inbound-ruleset');
      const answer = await platform.call('PUT', '/spaces/acme/inbound-ruleset', {body: {...read, applied: true}});
      expect(answer.status).to.equal(200);
    });

    it('refuse bad ones, the 21st and duplicates', async () => {
      const many = Array.from({length: 21}, (_, index) => `203.0.113.${index}/32`);
      for (const sources of [
        ['1.2.3.4'],
        ['1.2.3.4/33'],
        ['::/0'],
        many,
        ['1.2.3.0/24', '1.2.3.4/24'],
        ['1.2.3.010/32'],
      ]) {
        expect((await put(sources)).status, sources[0]).to.equal(422);
      }
      expect((await put(many.slice(1))).status).to.equal(200);
    });
  });

  describe('proxies', () => {
    const put = (proxies: unknown) => platform.call('PUT', '/local/spaces/acme/proxies', {body: {proxies}});

    beforeEach(() => create('acme'));

    it('are named as a whole and reach the router', async () => {
      expect(await platform.ok('GET', '/local/spaces/acme/proxies')).to.deep.equal({proxies: []});
      const answer = await put(['192.0.2.10', '198.51.100.7/24']);
      expect(answer.body).to.deep.equal({proxies: ['192.0.2.10', '198.51.100.0/24']});
      expect(platform.runtimes.get('acme')!.spec!.space!.proxyPeers).to.deep.equal(['192.0.2.10', '198.51.100.0/24']);
      expect((await put([])).body).to.deep.equal({proxies: []});
      expect(platform.runtimes.get('acme')!.spec!.space!.proxyPeers).to.deep.equal([]);
    });

    it('are IPv4, few, narrow and apart from each other', async () => {
      const many = Array.from({length: 21}, (_, index) => `192.0.2.${index}`);
      for (const [proxies, said] of [
        [['nonsense'], 'nonsense is no IPv4 address'],
        [['::1'], '::1 is no IPv4 address'],
        [['192.0.2.0/33'], '192.0.2.0/33 is no IPv4 address'],
        [['192.0.2.256'], '192.0.2.256 is no IPv4 address'],
        [['0.0.0.0/0'], '0.0.0.0/0 is too wide'],
        [['192.0.2.1', '192.0.2.1'], 'A proxy already exists for 192.0.2.1.'],
        [['192.0.2.0/24', '192.0.2.1'], '192.0.2.1 overlaps with the proxy 192.0.2.0/24'],
        [many, 'at most 20 proxies'],
      ] as const) {
        const answer = await put(proxies);
        expect(answer.status, proxies[0]).to.equal(422);
        expect(answer.body.message).to.include(said);
      }
      expect((await put('192.0.2.1')).status).to.equal(422);
      expect((await platform.call('PUT', '/local/spaces/other/proxies', {body: {proxies: []}})).status).to.equal(404);
      expect(await platform.ok('GET', '/local/spaces/acme/proxies')).to.deep.equal({proxies: []});
    });
  });

  describe('a visit in the name of another client', () => {
    const visit = (order: object) => platform.call('POST', '/local/visits', {body: order});
    const visits = (runtime: string) =>
      platform.runtimes
        .get(runtime)!
        .calls('POST', /visits/)
        .map(({body}) => body);

    beforeEach(async () => {
      await create('acme');
      await platform.ok('POST', '/teams/apps', {name: 'inside', space: 'acme'});
      await platform.ok('POST', '/apps', {name: 'common'});
      await platform.ok('POST', '/apps/inside/domains', {hostname: '*.example.com', sni_endpoint: null});
    });

    it('goes to the router of the URL, by its port, else by its host', async () => {
      const from = '203.0.113.9';
      const inside = `http://inside.localhost:${platform.port + 20}/x?y`;
      const answer = await visit({from, url: inside});
      expect(answer.body).to.include({from, url: inside, status: 200, body: 'aGk='});
      await visit({from, url: 'https://shop.example.com/', method: 'PUT', headers: [['A', 'b']], body: 'hi'});
      await visit({from, url: 'http://common.localhost'});
      await visit({from, url: `http://common.localhost:${platform.port + 20}/`});
      expect(visits('acme')).to.deep.equal([
        {from, url: inside, method: 'GET', headers: []},
        {from, url: 'https://shop.example.com/', method: 'PUT', headers: [['A', 'b']], body: 'hi'},
        {from, url: `http://common.localhost:${platform.port + 20}/`, method: 'GET', headers: []},
      ]);
      expect(visits('us')).to.deep.equal([{from, url: 'http://common.localhost/', method: 'GET', headers: []}]);
    });

    it('is refused for what is no address, no URL or not served here', async () => {
      const url = 'http://inside.localhost/';
      for (const [order, status, said] of [
        [{from: 'nonsense', url}, 422, 'nonsense is no IP address'],
        [{from: '203.0.113.0/24', url}, 422, '203.0.113.0/24 is no IP address'],
        [{from: '::1', url: 'inside'}, 422, 'inside is no URL'],
        [{from: '::1', url: 'ftp://inside.localhost/'}, 422, 'is no URL of an app'],
        [{from: '::1', url: 'http://example.org/'}, 404, 'no app here is served at example.org'],
        [{from: '::1', url: 'http://inside.localhost:9/'}, 422, `No router here takes http on port 9; inside is at`],
        [{from: '::1', url: `http://inside.localhost:${platform.port + 21}/`}, 422, 'No router here takes http on'],
        [{from: '::1', url, method: 'a b'}, 422, 'a b is no HTTP method'],
        [{from: '::1', url, headers: [['A', 'b\r\nC: d']]}, 422, 'is no HTTP header'],
        [{from: '::1', url: 'http://u:p@inside.localhost/'}, 422, 'Authorization'],
        [{url}, 422, ''],
      ] as const) {
        const answer = await visit(order);
        expect(answer.status, JSON.stringify(order)).to.equal(status);
        expect(answer.body.message).to.include(said);
      }
      expect(visits('acme')).to.deep.equal([]);
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

  it('moves on when a subnet that looked free is not, and again when it is started anew', async () => {
    const refused = new Set<string>();
    platform.isTaken = (subnet) =>
      subnet !== '' && (refused.size === 0 || refused.has(subnet)) && !!refused.add(subnet);
    await create('acme');
    const subnetOf = () => platform.runtimes.get('acme')!.spec!.space!.subnet;
    const moved = subnetOf();
    expect([...refused]).not.to.include(moved);
    expect(moved).to.match(/^10\.0\./);
    expect(platform.logged.join('\n')).to.include(`space acme: moves from ${[...refused][0]} to ${moved}`);

    refused.add(moved);
    await platform.stop();
    await platform.start();
    await until('another subnet', () => subnetOf() !== moved);
    expect((await platform.ok('GET', '/spaces/acme')).state).to.equal('allocated');
  });

  it('is removed in the end, though the first tries fail', async () => {
    await platform.ok('POST', '/apps', {name: 'demo'});
    await create('acme');
    platform.us.failingRemovals = 1;
    await platform.ok('DELETE', '/spaces/acme');
    await until('no space', async () => (await platform.ok('GET', '/spaces')).length === 0);
    expect(platform.us.calls('DELETE', /spaces/)).to.have.length(2);
    expect(platform.logged.join()).to.include('space acme: cannot be removed, next try in 1 s');
  });

  it('is renamed without a new runtime; its old name is free then', async () => {
    await create('acme');
    await platform.ok('PATCH', '/spaces/acme', {name: 'renamed'});
    const other = await platform.call('PATCH', '/spaces/renamed', {body: {cidr: '10.3.0.0/16'}});
    expect(other.status).to.equal(422);
    expect((await platform.ok('GET', '/spaces/renamed')).state).to.equal('allocated');
    await create('acme');
    expect([...platform.runtimes.keys()]).to.include.members(['acme', 'acme-2']);
  });
});
