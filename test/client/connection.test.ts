import type {ServerResponse} from 'node:http';
import {expect} from 'chai';
import {copyOutput} from '../../src/cli/follow.js';
import {Api} from '../../src/client/api.js';
import {Connection} from '../../src/client/connection.js';
import {DynoError} from '../../src/model/error.js';
import {FixtureApi, text, type RecordedRequest} from '../commands/support/fixture-api.js';
import {freePort} from '../support/free-port.js';

async function failure(work: Promise<unknown>): Promise<DynoError> {
  return work.then(
    () => expect.fail('it worked'),
    (error: DynoError) => error,
  );
}

describe('the connection to the API', () => {
  let fixture: FixtureApi;
  const connect = (options: object = {}) => new Connection({port: fixture.port, token: () => 'secret', ...options});
  beforeEach(async () => (fixture = await FixtureApi.start()));
  afterEach(() => fixture.close());

  it('sends the token, the variant and a loopback host', async () => {
    fixture.on('GET /account', {email: 'a@b'});
    expect(await connect().call('GET', '/account')).to.deep.equal({email: 'a@b'});
    expect(fixture.requests[0]!.headers).to.include({
      authorization: 'Bearer secret',
      accept: 'application/vnd.heroku+json; version=3.sdk',
      host: `localhost:${fixture.port}`,
    });
  });

  it('encodes what users write into paths', async () => {
    fixture.on('DELETE /apps/a%2Fb/log-drains/https%3A%2F%2Fx%2F%3Fy', {});
    const api = new Api(connect());
    await api.removeDrain('a/b', 'https://x/?y');
    api.close();
  });

  it('keeps message, id, status and remedy of a refusal', async () => {
    fixture.on('GET /x', {id: 'invalid_params', message: 'No.', remedy: 'Do this.'}, 422);
    const error = await failure(connect().call('GET', '/x'));
    expect(error).to.be.instanceOf(DynoError);
    expect([error.code, error.message, error.remedy, error.details.status]).to.deep.equal([
      'api',
      'No.',
      'Do this.',
      422,
    ]);
  });

  for (const [title, answer, status] of [
    ['an error page', text('<html>', 'text/html'), 200],
    ['a refusal without a message', {}, 500],
  ] as const) {
    it(`takes ${title} for no platform`, async () => {
      fixture.on('GET /x', answer, status);
      expect((await failure(connect().call('GET', '/x'))).code).to.equal('platform_unavailable');
    });
  }

  it('revives a platform that is gone once, for all calls that wait', async () => {
    const port = await freePort();
    let revived: FixtureApi | undefined;
    let count = 0;
    const revive = async () => {
      count++;
      revived = await FixtureApi.start(port);
      revived.on('GET /a', {a: 1}).on('GET /b', {b: 2});
    };
    const connection = connect({port, revive});
    try {
      expect(await Promise.all([connection.call('GET', '/a'), connection.call('GET', '/b')])).to.deep.equal([
        {a: 1},
        {b: 2},
      ]);
      expect(count).to.equal(1);
    } finally {
      connection.close();
      await revived?.close();
    }
  });

  it('leaves it alone where it must not start it', async () => {
    const port = await freePort();
    expect((await failure(connect({port}).call('GET', '/a'))).code).to.equal('platform_unavailable');
    const background = connect({port, revive: () => expect.fail('it was started')});
    background.stopReviving();
    expect((await failure(background.call('GET', '/a'))).code).to.equal('platform_unavailable');
  });

  it('prepares once before the first call', async () => {
    fixture.on('GET /a', {});
    const order: string[] = [];
    const connection = connect({
      prepare: async () => void order.push(`prepared, ${fixture.calls.length} calls before`),
    });
    await connection.call('GET', '/a');
    await connection.call('GET', '/a');
    expect(order).to.deep.equal(['prepared, 0 calls before']);
  });

  it('reads a list to its last page', async () => {
    fixture.on('GET /apps', ({headers}: RecordedRequest, response: ServerResponse) => {
      const next = headers.range ? {} : {'next-range': 'id ]b..; max=2'};
      response.writeHead(headers.range ? 200 : 206, {'content-type': 'application/json', ...next});
      response.end(JSON.stringify(headers.range === 'id ]b..; max=2' ? ['c'] : ['a', 'b']));
    });
    expect(await new Api(connect()).apps()).to.deep.equal(['a', 'b', 'c']);
  });

  it('says that the platform is gone when its answer breaks off', async () => {
    fixture.on('GET /x', (_request: RecordedRequest, response: ServerResponse) => {
      response.writeHead(200, {'content-type': 'application/json', 'content-length': 100});
      response.write('{"a":', () => response.destroy());
    });
    expect((await failure(connect().call('GET', '/x'))).code).to.equal('platform_unavailable');
    const output = copyOutput(new Api(connect()), `http://localhost:${fixture.port}/x`, () => {});
    expect((await failure(output)).code).to.equal('platform_unavailable');
  });

  it('refuses streams of other machines', async () => {
    const error = await failure(connect().openUrl('GET', 'https://logplex.heroku.com/sessions/1'));
    expect(error.message).to.equal('logplex.heroku.com is not on this machine.');
  });
});
