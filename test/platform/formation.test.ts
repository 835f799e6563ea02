import {expect} from 'chai';
import {TestPlatform} from './support/test-platform.js';

describe('formation and dynos', function () {
  this.timeout(60_000);
  let platform: TestPlatform;

  before(async () => {
    platform = await TestPlatform.start();
    await platform.appWithCode('demo', {web: 'x', worker: 'y', release: 'z'});
    await platform.ok('POST', '/apps', {name: 'blank'});
  });
  after(() => platform.close());

  const scale = (updates: object[], app = 'demo') =>
    platform.call('PATCH', `/apps/${app}/formation`, {body: {updates}});
  const quantities = async () =>
    Object.fromEntries(
      (await platform.ok('GET', '/apps/demo/formation')).map(({type, quantity, size}: Record<string, unknown>) => [
        type,
        `${quantity}:${size}`,
      ]),
    );

  it('takes quantities as numbers and texts, with and without sign, and sizes in any spelling', async () => {
    for (const [quantity, expected] of [
      ['2', 2],
      ['+1', 3],
      ['-2', 1],
      [4, 4],
      ['-9', 0],
      [1, 1],
    ] as const) {
      const answer = await scale([{type: 'web', quantity}]);
      expect(answer.status, String(quantity)).to.equal(200);
      expect(answer.body[0].quantity, String(quantity)).to.equal(expected);
    }
    const forms = [
      {size: 'STANDARD-2x'},
      {dyno_size: {name: 'standard-1x'}},
      {dyno_size: 'Performance-M'},
      {size: 'standard-1x'},
    ];
    for (const form of forms) expect((await scale([{type: 'web', ...form}])).status).to.equal(200);
    expect((await quantities()).web).to.equal('1:Standard-1X');
  });

  it('changes all or nothing', async () => {
    const before = await quantities();
    for (const updates of [
      [
        {type: 'web', quantity: 5},
        {type: 'clock', quantity: 1},
      ],
      [
        {type: 'web', quantity: 5},
        {type: 'worker', quantity: 'many'},
      ],
      [
        {type: 'web', quantity: 5},
        {type: 'worker', size: 'huge'},
      ],
      [{type: 'web', quantity: 101}],
      [
        {type: 'web', size: 'eco', quantity: 1},
        {type: 'worker', size: 'standard-1x', quantity: 1},
      ],
      [{type: 'web', size: 'private-s'}],
      [{type: 'release', quantity: 1}],
    ]) {
      expect((await scale(updates)).status, JSON.stringify(updates)).to.be.oneOf([404, 422]);
    }
    expect(await quantities()).to.deep.equal(before);
  });

  it('says in Heroku’s words what is too much', async () => {
    const answer = await scale([
      {type: 'web', size: 'basic', quantity: 2},
      {type: 'worker', size: 'basic', quantity: 0},
    ]);
    expect(answer.body.message).to.equal('Cannot update to more than 1 Basic size dynos per process type.');
  });

  it('knows no process type before there is code', async () => {
    const answer = await scale([{type: 'web', quantity: 1}], 'blank');
    expect(answer.status).to.equal(404);
    expect(answer.body.message).to.equal("Couldn't find that process type (web).");
    expect(await platform.ok('GET', '/apps/blank/formation')).to.deep.equal([]);
  });

  it('takes one process type by name and by id', async () => {
    const one = await platform.ok('GET', '/apps/demo/formation/worker');
    expect(await platform.ok('GET', `/apps/demo/formation/${one.id}`)).to.deep.equal(one);
    const changed = await platform.ok('PATCH', '/apps/demo/formation/worker', {
      quantity: 2,
      dyno_size: {name: 'standard-2x'},
    });
    expect(changed).to.include({quantity: 2, size: 'Standard-2X'});
    await scale([{type: 'worker', quantity: 0, size: 'standard-1x'}]);
  });

  it('tells the log once, of all that changed', async () => {
    await scale([
      {type: 'web', quantity: 2},
      {type: 'worker', quantity: 1, size: 'standard-2x'},
    ]);
    await platform.running.context.runtimes.logged(platform.running.context.store.apps.get('demo'));
    const {email} = platform.running.context.account;
    expect(platform.us.lines('demo').at(-1))
      .to.match(/app\[api\]: Scaled to web@2:Standard-1X worker@1:Standard-2X by user /)
      .and.include(email);
    await scale([
      {type: 'web', quantity: 1},
      {type: 'worker', quantity: 0, size: 'standard-1x'},
    ]);
  });

  it('lists dynos by type and number', async () => {
    await scale([{type: 'web', quantity: 11}]);
    const names = (await platform.ok('GET', '/apps/demo/dynos')).map(({name}: {name: string}) => name);
    expect(names).to.deep.equal(Array.from({length: 11}, (_, index) => `web.${index + 1}`));
    await scale([{type: 'web', quantity: 1}]);
  });

  it('restarts and stops all, a type, or one', async () => {
    const seen = () => platform.us.calls('POST', /\/(restart|stop)$/).slice(-1)[0]!;
    for (const [method, path, verb, selector] of [
      ['DELETE', '/apps/demo/dynos', 'restart', {}],
      ['DELETE', '/apps/demo/dynos/web.1', 'restart', {dyno: 'web.1'}],
      ['DELETE', '/apps/demo/formations/web', 'restart', {type: 'web'}],
      ['POST', '/apps/demo/dynos/web.1/actions/stop', 'stop', {dyno: 'web.1'}],
      ['POST', '/apps/demo/formations/worker/actions/stop', 'stop', {type: 'worker'}],
    ] as const) {
      const answer = await platform.call(method, path);
      expect(answer.status, path).to.equal(202);
      expect(answer.body).to.deep.equal({});
      expect(seen().path).to.match(new RegExp(`/${verb}$`));
      expect(seen().body).to.deep.equal(selector);
    }
    expect((await platform.call('DELETE', '/apps/demo/dynos/web.9')).body.resource).to.equal('dyno');
    expect((await platform.call('DELETE', '/apps/demo/formations/nope')).status).to.equal(404);
  });

  it('refuses a one-off of an app without code, and bad ones', async () => {
    const run = (app: string, body: object) => platform.call('POST', `/apps/${app}/dynos`, {body});
    expect((await run('blank', {command: 'bash'})).body.message).to.equal('Nothing is deployed to blank yet.');
    for (const body of [
      {},
      {command: ''},
      {command: 'x', size: 'huge'},
      {command: 'x', time_to_live: 0},
      {command: 'x', time_to_live: 86401},
      {command: 'x', env: {'A B': '1'}},
    ]) {
      expect((await run('demo', body)).status, JSON.stringify(body)).to.equal(422);
    }
  });

  it('gives drains to the runtime, and takes them by URL, token or id', async () => {
    const add = (url: string) => platform.call('POST', '/apps/demo/log-drains', {body: {url}});
    const [one, two, three] = await Promise.all(
      ['https://a.example.com/x?y=1', 'syslog://b.example.com:514', 'https://c.example.com/'].map(add),
    );
    expect(platform.us.app('demo')!.drains.map(({token}) => token)).to.have.members(
      [one, two, three].map((drain) => drain!.body.token),
    );
    expect((await add('https://a.example.com/x?y=1')).status).to.equal(422);
    expect((await add('ftp://a.example.com/')).status).to.equal(422);
    for (const identity of [one!.body.url, two!.body.token, three!.body.id]) {
      expect((await platform.call('DELETE', `/apps/demo/log-drains/${encodeURIComponent(identity)}`)).status).to.equal(
        200,
      );
    }
    expect(platform.us.app('demo')!.drains).to.deep.equal([]);
  });

  it('refuses a drain whose host nobody knows, and changes nothing', async () => {
    const unknown = {url: 'https://me:secret@logs.nowhere.invalid/x'};
    const added = await platform.call('POST', '/apps/demo/log-drains', {body: unknown});
    expect([added.status, added.body]).to.deep.equal([
      422,
      {
        id: 'invalid_params',
        message:
          'Url https://****@logs.nowhere.invalid/x is not a drain: its host logs.nowhere.invalid does not resolve.',
        remedy: 'Correct the name, or use an IP address or a name below localhost.',
      },
    ]);
    expect(await platform.ok('GET', '/apps/demo/log-drains')).to.deep.equal([]);
    const {id} = await platform.ok('POST', '/apps/demo/log-drains', {url: 'http://drain.localhost:9000/'});
    expect((await platform.call('PUT', `/apps/demo/log-drains/${id}`, {body: unknown})).status).to.equal(422);
    expect(platform.us.app('demo')!.drains.map(({url}) => url)).to.deep.equal(['http://drain.localhost:9000/']);
  });
});
