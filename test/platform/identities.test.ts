import {expect} from 'chai';
import {until} from '../support/until.js';
import {TestPlatform} from './support/test-platform.js';

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0v6yaqsVVp6AlcKq0TFjKBTHjFf5DDzYMbcP5vhpZ1';

/** Clients name things by id or by name, as it suits them (platform-api.md 3). */
describe('identities', function () {
  this.timeout(60_000);
  let platform: TestPlatform;

  before(async () => {
    platform = await TestPlatform.start();
    await platform.appWithCode('demo', {web: 'x'});
    await platform.ok('POST', '/spaces', {name: 'acme', team: 'local'});
    await until('the space', async () => (await platform.ok('GET', '/spaces/acme')).state === 'allocated');
    await platform.ok('POST', '/pipelines', {name: 'line'});
    await platform.ok('POST', '/apps/demo/domains', {hostname: 'www.example.com', sni_endpoint: null});
    await platform.ok('POST', '/apps/demo/collaborators', {user: 'friend@example.com'});
    await platform.ok('POST', '/apps/demo/log-drains', {url: 'https://logs.localhost/a?b=c'});
    await platform.ok('POST', '/account/keys', {public_key: `${KEY} me@here`});
  });
  after(() => platform.close());

  const named: [path: string, ...fields: string[]][] = [
    ['/apps', 'id', 'name'],
    ['/spaces', 'id', 'name'],
    ['/teams', 'id', 'name'],
    ['/pipelines', 'id', 'name'],
    ['/regions', 'id', 'name'],
    ['/stacks', 'id', 'name'],
    ['/dyno-sizes', 'id', 'name'],
    ['/generations', 'id', 'name'],
    ['/account/keys', 'id', 'fingerprint'],
    ['/apps/demo/features', 'id', 'name'],
    ['/apps/demo/formation', 'id', 'type'],
    ['/apps/demo/dynos', 'id', 'name'],
    ['/apps/demo/releases', 'id', 'version'],
    ['/apps/demo/domains', 'id', 'hostname'],
    ['/apps/demo/log-drains', 'id', 'token', 'url'],
  ];
  for (const [path, ...fields] of named) {
    it(`${path} by ${fields.join(', ')}`, async () => {
      const list = (await platform.ok('GET', path)) as Record<string, unknown>[];
      expect(list, 'something to name').to.have.length.greaterThan(0);
      const last = list.at(-1)!;
      for (const field of fields) {
        const one = await platform.ok('GET', `${path}/${encodeURIComponent(String(last[field]))}`);
        expect(one.id, field).to.equal(last.id);
      }
      const unknown = await platform.call('GET', `${path}/${crypto.randomUUID()}`);
      expect(unknown.status).to.equal(404);
      expect(unknown.body).to.include({id: 'not_found'});
    });
  }

  it('a collaborator by id and by email, a release also as v3', async () => {
    const [, friend] = await platform.ok('GET', '/apps/demo/collaborators');
    for (const name of [friend.id, friend.user.email]) {
      expect((await platform.ok('GET', `/apps/demo/collaborators/${name}`)).id).to.equal(friend.id);
    }
    expect((await platform.ok('GET', '/apps/demo/releases/v3')).version).to.equal(3);
  });

  it('a region is told of more by those who ask for it', async () => {
    const {region: short} = await platform.ok('GET', '/spaces/acme');
    expect(short).to.have.all.keys('id', 'name');
    const {region} = await platform.ok('GET', '/spaces/acme', undefined, {'accept-expansion': 'region'});
    expect(region).to.include({name: short.name, description: 'Virginia, United States'});
  });
});
