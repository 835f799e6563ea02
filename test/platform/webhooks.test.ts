import {createHmac} from 'node:crypto';
import {createServer} from 'node:http';
import type {Server} from 'node:http';
import {expect} from 'chai';
import {Store} from '../../src/platform/store/store.js';
import {Webhooks} from '../../src/platform/webhooks/webhooks.js';
import {VirtualClock, settle} from '../support/virtual-clock.js';
import {until} from '../support/until.js';
import {TestPlatform} from './support/test-platform.js';

describe('webhooks', function () {
  this.timeout(60_000);
  let platform: TestPlatform;
  let server: Server;
  let url: string;
  const got: {body: string; headers: Record<string, string | string[] | undefined>}[] = [];
  let status = 204;

  before(async () => {
    platform = await TestPlatform.start();
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk));
      request.on('end', () => {
        got.push({body, headers: request.headers});
        response.writeHead(status).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as {port: number}).port}/hook`;
    await platform.ok('POST', '/apps', {name: 'demo'});
  });
  beforeEach(() => {
    got.length = 0;
    status = 204;
  });
  after(async () => {
    await platform.close();
    await new Promise((resolve) => server.close(resolve));
  });

  const add = (more = {}) =>
    platform.call('POST', '/apps/demo/webhooks', {body: {include: ['api:release'], level: 'sync', url, ...more}});

  it('tell the secret once, and sign with it', async () => {
    const made = await add({authorization: 'Bearer me'});
    const secret = made.headers.get('heroku-webhook-secret')!;
    expect(made.body).not.to.have.property('secret');
    await platform.ok('PATCH', '/apps/demo/config-vars', {A: '1'});
    await until('a delivery', () => got.length === 1);
    const [{body, headers}] = got as [(typeof got)[0]];
    expect(headers['heroku-webhook-hmac-sha256']).to.equal(createHmac('sha256', secret).update(body).digest('base64'));
    expect(headers.authorization).to.equal('Bearer me');
    const event = JSON.parse(body);
    expect(event).to.deep.include({action: 'create', resource: 'release'});
    expect(event.data).to.include({version: 3, description: 'Set A config vars'});
    expect(event.webhook_metadata.webhook.id).to.equal(made.body.id);
    await until(
      'the outcome',
      async () => (await platform.ok('GET', '/apps/demo/webhook-deliveries'))[0].status === 'succeeded',
    );
    await platform.ok('DELETE', `/apps/demo/webhooks/${made.body.id}`);
  });

  it('tell of new dynos and of certificates', async () => {
    await platform.deploy('demo', {web: 'node web.js'});
    const include = ['api:dyno', 'api:sni-endpoint'];
    const made = await add({include});
    await platform.ok('POST', '/apps/demo/dynos', {command: 'bash'});
    const {chain, privateKey} = await platform.running.context.authority.certificateFor(['www.example.com']);
    const pem = {certificate_chain: chain, private_key: privateKey};
    const {name} = await platform.ok('POST', '/apps/demo/sni-endpoints', pem);
    await platform.ok('PATCH', `/apps/demo/sni-endpoints/${name}`, pem);
    await platform.ok('DELETE', `/apps/demo/sni-endpoints/${name}`);
    const events = await platform.ok('GET', '/apps/demo/webhook-events');
    const seen = events
      .filter((event: {include: string}) => include.includes(event.include))
      .map(({payload}: {payload: {resource: string; action: string}}) => `${payload.resource} ${payload.action}`);
    expect(seen).to.deep.equal(['dyno create', 'sni-endpoint create', 'sni-endpoint update', 'sni-endpoint destroy']);
    await platform.ok('DELETE', `/apps/demo/webhooks/${made.body.id}`);
  });

  it('refuse what nobody sends, and URLs that are none', async () => {
    for (const more of [
      {include: ['api:nothing']},
      {include: []},
      {url: 'ftp://x'},
      {url: 'nothing'},
      {level: 'loud'},
      {secret: 'geheim\n'},
      {secret: '🦊'},
      {authorization: 'Bearer a\r\nb'},
    ]) {
      expect((await add(more)).status, JSON.stringify(more)).to.equal(422);
    }
    expect(await platform.ok('GET', '/apps/demo/webhooks')).to.deep.equal([]);
  });

  describe('that fail', () => {
    it('are tried again with growing pauses until they answer, if they are sync', async () => {
      const clock = new VirtualClock(Date.now());
      const sent: number[] = [];
      const store = new Store(':memory:');
      let answer = 500;
      const fake = async () => {
        sent.push(clock.now());
        return {status: answer};
      };
      const log = {info: () => undefined, error: () => undefined};
      const account = {id: 'a', email: 'me@localhost', createdAt: ''};
      const webhooks = new Webhooks({store, clock, account, log, post: fake});
      const app = seed(store, ['sync', 'notify']);
      webhooks.publish(app, {include: 'api:release', action: 'create', data: {}});
      await settle();
      expect(sent).to.have.length(2);
      await clock.advance(12_000);
      expect(sent).to.have.length(3);
      await clock.advance(22_000);
      expect(sent).to.have.length(4);
      answer = 200;
      await clock.advance(3_600_000);
      expect(sent).to.have.length(5);
      const deliveries = store.webhooks.deliveries.list().map(({status: state, numAttempts}) => [state, numAttempts]);
      expect(deliveries).to.deep.equal([
        ['succeeded', 4],
        ['failed', 1],
      ]);
      webhooks.close();
      store.close();
    });
  });
});

function seed(store: Store, levels: ('sync' | 'notify')[]) {
  const at = '2026-11-22T06:17:02Z';
  const times = {createdAt: at, updatedAt: at};
  const app = store.apps.insert({
    ...{
      id: 'app-1',
      name: 'demo',
      region: 'us',
      spaceId: null,
      teamId: null,
      stack: 'heroku-24',
      buildStack: 'heroku-24',
    },
    ...{maintenance: false, acm: false, internalRouting: false, locked: false, config: {}, limits: {}, revision: 1},
    ...{repoSize: null, slugSize: null, buildpackDescription: null, releasedAt: null, ...times},
  });
  for (const [index, level] of levels.entries()) {
    const id = `hook-${index}`;
    const rest = {url: 'http://x/', include: ['api:release'], level, secret: 's', authorization: null};
    store.webhooks.hooks.insert({id, appId: app.id, ...rest, ...times});
  }
  return app;
}
