import {connect} from 'node:net';
import {once} from 'node:events';
import {expect} from 'chai';
import {until} from '../support/until.js';
import {TestPlatform} from './support/test-platform.js';

/** Clients that know nothing of each other, at the same time. */
describe('many clients at once', function () {
  this.timeout(60_000);
  let platform: TestPlatform;

  before(async () => {
    platform = await TestPlatform.start();
    await platform.appWithCode('demo', {web: 'x', worker: 'y'});
  });
  after(() => platform.close());

  const times = <T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> =>
    Promise.all(Array.from({length: count}, (_, index) => work(index)));
  const versions = async () =>
    ((await platform.ok('GET', '/apps/demo/releases')) as {version: number}[]).map(({version}) => version);

  it('who want the same name: one has it, the others get 422', async () => {
    for (const [path, body] of [
      ['/apps', {name: 'wanted'}],
      ['/teams', {name: 'wanted'}],
      ['/pipelines', {name: 'wanted'}],
      ['/spaces', {name: 'wanted', team: 'local'}],
    ] as const) {
      const answers = await times(8, () => platform.call('POST', path, {body}));
      const statuses = answers.map(({status}) => status).sort();
      expect(statuses, path).to.deep.equal([201, ...Array<number>(7).fill(422)]);
    }
  });

  it('who set config vars: a release each, in a row, and nothing is lost', async () => {
    const before = (await versions()).length;
    await times(20, (index) => platform.ok('PATCH', '/apps/demo/config-vars', {[`VAR_${index}`]: String(index)}));
    const after = await versions();
    expect(after).to.deep.equal(Array.from({length: before + 20}, (_, index) => index + 1));
    const config = await platform.ok('GET', '/apps/demo/config-vars');
    expect(Object.keys(config)).to.have.length(20);
    await until('the runtime', () => Object.keys(platform.us.app('demo')?.release?.config ?? {}).length === 20);
  });

  it('who scale by one: all of them count', async () => {
    await times(10, () => platform.ok('PATCH', '/apps/demo/formation', {updates: [{type: 'worker', quantity: '+1'}]}));
    expect((await platform.ok('GET', '/apps/demo/formation/worker')).quantity).to.equal(10);
    await until('the runtime', () => platform.us.app('demo')?.formation.worker?.quantity === 10);
  });

  it('who hang up before the answer: what they asked for happened, once', async () => {
    const before = await versions();
    const body = JSON.stringify({HUNG: 'up'});
    const head = `Host: localhost:${platform.port}\r\nAuthorization: Bearer ${platform.running.context.token}\r\n`;
    const socket = connect(platform.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(
      `PATCH /apps/demo/config-vars HTTP/1.1\r\n${head}Content-Type: application/json\r\n` +
        `Content-Length: ${body.length}\r\n\r\n${body}`,
      () => socket.destroy(),
    );
    await once(socket, 'close');
    // The next change waits for it, in the queue of the app.
    await platform.ok('PATCH', '/apps/demo/config-vars', {NEXT: '1'});
    const config = await platform.ok('GET', '/apps/demo/config-vars');
    const made = (await versions()).length - before.length;
    expect(made).to.equal(config.HUNG === 'up' ? 2 : 1);
    expect(config.NEXT).to.equal('1');
  });
});
