import {subscribe, unsubscribe} from 'node:diagnostics_channel';
import type {AddressInfo, Server} from 'node:net';
import {expect} from 'chai';
import {DynoError} from '../../src/model/error.js';
import {VirtualClock} from '../support/virtual-clock.js';
import {OK} from './support/raw-dyno.js';
import {GET, RouterFixture, eventually, masked} from './support/router-fixture.js';
import type {FixtureOptions} from './support/router-fixture.js';

/** The documented settings, and the ports. */
describe('router settings', () => {
  let fixture: RouterFixture;

  async function open(options: FixtureOptions = {}): Promise<RouterFixture> {
    fixture = await new RouterFixture(options).open();
    return fixture;
  }
  afterEach(() => fixture.close());

  it('legacy: names, keys, and bytes with the head', async () => {
    await open({settings: {style: 'legacy'}});
    const response = await fixture.ask(GET.replace('/ ', '/a%20b '));
    expect(response).to.equal(
      'HTTP/1.1 200 OK\r\nServer: Cowboy\r\nVia: 1.1 vegur\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok',
    );
    expect(masked(await fixture.line())).to.equal(
      'at=info method=GET path="/a%20b" host=demo.localhost request_id=<id> fwd="127.0.0.1" dyno=web.1 ' +
        `connect=<n>ms service=<n>ms status=200 bytes=${response.length} protocol=http`,
    );
  });

  it('legacy: a small response waits until it is whole, a large one does not', async () => {
    await open({settings: {style: 'legacy'}, limits: {legacyBufferBytes: 10}});
    fixture.dyno.answer = ({send}) => send('HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nstart');
    const large = await fixture.client();
    await large.send(GET).until((text) => text.endsWith('start'));
    let send: (text: string) => void = () => undefined;
    fixture.dyno.answer = (connection) => {
      send = connection.send;
      send('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nstart');
      setTimeout(() => send('+rest'), 20);
    };
    const small = await fixture.client();
    small.send(GET);
    await small.until((text) => text.length > 0);
    expect(small.received).to.match(/start\+rest$/);
  });

  it('keeps the port of Host where the app needs it', async () => {
    await open({settings: {hostPort: 'keep'}});
    await fixture.ask(`GET / HTTP/1.1\r\nHost: demo.localhost:${fixture.port}\r\n\r\n`);
    expect(fixture.dyno.requests[0]).to.include(`Host: demo.localhost:${fixture.port}\r\n`);
    expect(fixture.dyno.requests[0]).to.include(`X-Forwarded-Port: ${fixture.port}\r\n`);
  });

  it("overrides limits for one app, not for its neighbours'", async () => {
    await open({app: {limits: {firstByteMs: 20}}});
    fixture.dyno.answer = () => undefined;
    expect(await fixture.ask(GET)).to.match(/^HTTP\/1\.1 503/);
    expect(await fixture.line()).to.include('code=H12');
  });

  it('a port that is taken is an error with a remedy', async () => {
    await open();
    const other = new RouterFixture();
    try {
      await other.router.listen({host: '127.0.0.1', httpPort: fixture.port});
      expect.fail('listened twice');
    } catch (error) {
      expect(error).to.be.instanceOf(DynoError).and.include({code: 'port_in_use'});
      expect((error as DynoError).remedy).to.include('DYNO_PORT');
    }
    await other.close();
  });

  it('tells of connections that it could not accept, and goes on', async function () {
    const servers: Server[] = [];
    const told: unknown[] = [];
    const watch = (message: unknown) => void servers.push((message as {server: Server}).server);
    subscribe('tracing:net.server.listen:asyncStart', watch);
    await open({report: (error) => told.push(error)});
    unsubscribe('tracing:net.server.listen:asyncStart', watch);
    const router = servers.find((server) => (server.address() as AddressInfo).port === fixture.port);
    if (!router) this.skip();
    for (let count = 0; count < 2; count++) router.emit('error', new Error('accept EMFILE'));
    expect(told.map(String)).to.deep.equal(Array(2).fill('Error: accept EMFILE'));
    expect(await fixture.ask(GET)).to.match(/^HTTP\/1\.1 200/);
  });

  it('a mistake of its own is told and ends nothing, wherever it happens', async () => {
    const clock = new VirtualClock();
    const told: unknown[] = [];
    let fails = true;
    const log = () => {
      if (fails) throw new Error('no room');
    };
    await open({clock, log, report: (error) => told.push(error)});
    fixture.dyno.answer = () => undefined;
    const waiting = await fixture.client();
    waiting.send(GET);
    await eventually(() => fixture.dyno.requests.length === 1);
    await clock.advance(30_000);
    const leaving = await fixture.client();
    leaving.send(GET);
    await eventually(() => fixture.dyno.requests.length === 2);
    leaving.close();
    await eventually(() => told.length === 2, 'a mistake in a timer, and when a client leaves');
    fixture.dyno.answer = ({reset}) => reset();
    await fixture.ask(GET);
    expect(told.map(String)).to.deep.equal(Array(3).fill('Error: no room'));
    fails = false;
    fixture.dyno.answer = ({send}) => send(OK);
    expect(await fixture.ask(GET)).to.match(/^HTTP\/1\.1 200/);
  });

  it('closes although connections are open, and at once', async () => {
    await open();
    fixture.dyno.answer = () => undefined;
    const busy = await fixture.client();
    busy.send(GET);
    const idle = await fixture.client();
    await fixture.router.close();
    await busy.toEnd();
    await idle.toEnd();
    await fixture.router.close();
  });
});
