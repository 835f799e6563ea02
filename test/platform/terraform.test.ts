import {expect} from 'chai';
import {until} from '../support/until.js';
import {TestPlatform} from './support/test-platform.js';

/** What a client does that keeps state of its own: make, read back, read again, change, remove, with JSON every time. */
describe('a client that plans and applies', function () {
  this.timeout(60_000);
  let platform: TestPlatform;

  before(async () => {
    platform = await TestPlatform.start();
    await platform.appWithCode('demo', {web: 'x', worker: 'y'});
    await platform.ok('POST', '/apps', {name: 'target'});
  });
  after(() => platform.close());

  const basic = () => `Basic ${Buffer.from(`me@example.com:${platform.running.context.token}`).toString('base64')}`;
  const call = async (method: string, path: string, body?: object) => {
    const answer = await platform.call(method, path, {
      ...(body ? {body} : {}),
      token: null,
      headers: {authorization: basic()},
    });
    expect(answer.status, `${method} ${path} ${JSON.stringify(answer.body)}`).to.be.within(200, 299);
    expect(answer.body, 'a JSON body').to.be.an('object');
    return answer;
  };

  interface Resource {
    name: string;
    create: [path: string, body: object];
    /** path of the one that was made */
    read: (made: {id: string}) => string;
    change?: [body: object, expected: object];
  }

  const resources: Resource[] = [
    {
      name: 'app',
      create: ['/apps', {name: 'made', region: 'us'}],
      read: ({id}) => `/apps/${id}`,
      change: [{name: 'changed'}, {name: 'changed'}],
    },
    {
      name: 'domain',
      create: ['/apps/demo/domains', {hostname: 'www.example.com', sni_endpoint: null}],
      read: ({id}) => `/apps/demo/domains/${id}`,
    },
    {
      name: 'drain',
      create: ['/apps/demo/log-drains', {url: 'https://x.example.com/'}],
      read: ({id}) => `/apps/demo/log-drains/${id}`,
    },
    {
      name: 'collaborator',
      create: ['/apps/demo/collaborators', {user: 'a@example.com'}],
      read: ({id}) => `/apps/demo/collaborators/${id}`,
    },
    {
      name: 'webhook',
      create: ['/apps/demo/webhooks', {include: ['api:release'], level: 'notify', url: 'http://127.0.0.1:9/'}],
      read: ({id}) => `/apps/demo/webhooks/${id}`,
      change: [{level: 'sync'}, {level: 'sync'}],
    },
    {
      name: 'pipeline',
      create: ['/pipelines', {name: 'line'}],
      read: ({id}) => `/pipelines/${id}`,
      change: [{name: 'line-two'}, {name: 'line-two'}],
    },
    {
      name: 'space',
      create: ['/spaces', {name: 'acme', team: 'local', region: 'virginia'}],
      read: ({id}) => `/spaces/${id}`,
      change: [{name: 'acme-two'}, {name: 'acme-two'}],
    },
    {
      name: 'team',
      create: ['/teams', {name: 'crew'}],
      read: ({id}) => `/teams/${id}`,
      change: [{name: 'crew-two'}, {name: 'crew-two'}],
    },
  ];

  for (const {name, create, read, change} of resources) {
    it(`${name}: a second plan is empty, and nothing is left`, async () => {
      const {body: made} = await call('POST', ...create);
      if (name === 'space')
        await until('allocated', async () => (await call('GET', read(made))).body.state === 'allocated');
      const first = await call('GET', read(made));
      const second = await call('GET', read(made));
      expect(second.body).to.deep.equal(first.body);
      expect(second.headers.get('etag')).to.equal(first.headers.get('etag'));
      for (const [field, value] of Object.entries(create[1])) {
        if (typeof first.body[field] === 'string') expect(first.body[field], field).to.equal(value);
      }
      if (change) expect((await call('PATCH', read(made), change[0])).body).to.deep.include(change[1]);
      await call('DELETE', read(made));
      await until('nothing', async () => (await platform.call('GET', read(made))).status === 404);
    });
  }

  it('formation: the object form of a size, one type at a time', async () => {
    await call('PATCH', '/apps/demo/formation/worker', {quantity: 2, dyno_size: {name: 'Standard-2X'}});
    const {body} = await call('GET', '/apps/demo/formation/worker');
    expect(body).to.deep.include({quantity: 2, size: 'Standard-2X'});
    expect((await call('GET', '/apps/demo/formation/worker')).body).to.deep.equal(body);
  });

  it('a whole stack: read twice, changed, taken away in reverse, and the store is as it was', async () => {
    const {store} = platform.running.context;
    const rows = () => {
      const tables = store.db.all<{name: string}>("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name");
      return tables.map(({name}) => `${name} ${store.db.get<{n: number}>(`SELECT COUNT(*) AS n FROM "${name}"`)!.n}`);
    };
    const before = rows();
    const stack = '/apps/stack';
    const made: string[] = [];
    const make = async (path: string, body: object, read: (answer: {id: string}) => string) => {
      const {body: answer} = await call('POST', path, body);
      made.push(read(answer));
      return answer;
    };

    const app = await make('/apps', {name: 'stack', region: 'us', stack: 'heroku-24'}, () => stack);
    await platform.deploy('stack', {web: 'x', worker: 'y'});
    await call('PATCH', `${stack}/config-vars`, {LOG_LEVEL: 'info', SECRET: 's'});
    await call('PATCH', `${stack}/formation/worker`, {quantity: 1, dyno_size: {name: 'standard-1x'}});
    await call('PATCH', `${stack}/features/preboot`, {enabled: true});
    const domain = {hostname: 'stack.example.com', sni_endpoint: null};
    await make(`${stack}/domains`, domain, ({id}) => `${stack}/domains/${id}`);
    await make(`${stack}/log-drains`, {url: 'https://stack.example.com/'}, ({id}) => `${stack}/log-drains/${id}`);
    await make(`${stack}/collaborators`, {user: 'c@example.com'}, ({id}) => `${stack}/collaborators/${id}`);
    const hook = {include: ['api:release'], level: 'notify', url: 'http://127.0.0.1:9/'};
    await make(`${stack}/webhooks`, hook, ({id}) => `${stack}/webhooks/${id}`);
    const line = await make('/pipelines', {name: 'stack-line'}, ({id}) => `/pipelines/${id}`);
    const coupling = {app: app.id, pipeline: line.id, stage: 'staging'};
    await make('/pipeline-couplings', coupling, ({id}) => `/pipeline-couplings/${id}`);

    const settings = [`${stack}/config-vars`, `${stack}/formation/worker`, `${stack}/features/preboot`];
    const plan = async () => {
      const answers: unknown[] = [];
      for (const path of [...made, ...settings]) answers.push((await call('GET', path)).body);
      return answers;
    };
    const first = await plan();
    expect(await plan()).to.deep.equal(first);
    expect(first.at(-3)).to.deep.equal({LOG_LEVEL: 'info', SECRET: 's'});

    await call('PATCH', stack, {maintenance: true});
    await call('PATCH', `${stack}/config-vars`, {LOG_LEVEL: 'debug', SECRET: null});
    await call('PATCH', `${stack}/formation/worker`, {quantity: 3, dyno_size: {name: 'Standard-2X'}});
    const changed = await plan();
    expect(changed.at(-3)).to.deep.equal({LOG_LEVEL: 'debug'});
    expect(changed.at(-2)).to.deep.include({quantity: 3, size: 'Standard-2X'});
    expect(await plan()).to.deep.equal(changed);

    await call('PATCH', `${stack}/features/preboot`, {enabled: false});
    for (const path of [...made].reverse()) await call('DELETE', path);
    for (const path of made) expect((await platform.call('GET', path)).status, path).to.equal(404);
    await until('an empty store', () => rows().join() === before.join());
    expect(rows()).to.deep.equal(before);
    expect([...platform.us.apps.values()].map(({name}) => name)).to.not.include('stack');
  });
});
