import {expect} from 'chai';
import {VirtualClock} from '../support/virtual-clock.js';
import {GET, RouterFixture, eventually} from './support/router-fixture.js';
import type {FixtureOptions} from './support/router-fixture.js';
import {OK} from './support/raw-dyno.js';

/** Which dyno gets a request, and how long connections live (heroku-behaviour.md 3.5, 3.6, 3.9). */
describe('routing', () => {
  let clock: VirtualClock;
  let fixture: RouterFixture;

  async function open(options: FixtureOptions = {}): Promise<RouterFixture> {
    clock = new VirtualClock();
    fixture = await new RouterFixture({clock, ...options}).open();
    for (const [index, dyno] of fixture.dynos.entries()) {
      dyno.answer = ({send}) => send(`HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nweb.${index + 1}`);
    }
    return fixture;
  }
  afterEach(() => fixture.close());

  const dynoOf = (response: string) => /web\.\d+$/.exec(response)?.[0];

  it('spreads requests at random over the dynos that are up', async () => {
    await open({dynos: 4});
    fixture.setDynos([{}, {}, {state: 'draining'}, {state: 'starting'}]);
    const seen = new Set<string | undefined>();
    for (let count = 0; count < 60; count++) seen.add(dynoOf(await fixture.ask(GET)));
    expect([...seen].sort()).to.deep.equal(['web.1', 'web.2']);
  });

  it('tries another dyno when one refuses, and avoids that one for 5 s', async () => {
    await open({dynos: 2, random: () => 0});
    const {port} = fixture.dynos[0]!;
    await fixture.dynos[0]!.close();
    expect(dynoOf(await fixture.ask(GET))).to.equal('web.2');
    expect(fixture.router.requestTimeline('app-1', idOf(fixture.lines[0]!))!.events.map(({text}) => text)).to.include(
      'web.1 refused the connection; quarantined',
    );
    const revived = fixture.dynos[0]!;
    await revived.open(port);
    expect(dynoOf(await fixture.ask(GET))).to.equal('web.2');
    await clock.advance(5000);
    expect(dynoOf(await fixture.ask(GET))).to.equal('web.1');
  });

  it('tries no second dyno in a private space', async () => {
    await open({dynos: 2, random: () => 0, kind: 'space'});
    await fixture.dynos[0]!.close();
    expect(await fixture.ask(GET)).to.match(/^HTTP\/1\.1 503/);
    expect(fixture.lines[0]).to.include('code=H21');
  });

  it('waits for a dyno to boot; the wait is in connect', async () => {
    await open();
    fixture.setDynos([{state: 'starting', endpoint: null}]);
    const client = await fixture.client();
    client.send(GET);
    await eventually(() => clock.pendingTimers > 1);
    await clock.advance(7001);
    fixture.setDynos();
    expect(dynoOf(await client.response())).to.equal('web.1');
    expect(await fixture.line()).to.include(' dyno=web.1 connect=7001ms service=0ms status=200 ');
  });

  it('wakes an app that sleeps, once for each request, and waits for it', async () => {
    await open();
    fixture.setDynos([{state: 'idle', endpoint: null}]);
    const client = await fixture.client();
    client.send(GET);
    await eventually(() => fixture.woken.length === 1);
    fixture.setDynos([{state: 'starting', endpoint: null}]);
    fixture.setDynos();
    expect(dynoOf(await client.response())).to.equal('web.1');
    expect(fixture.woken).to.deep.equal(['app-1']);
  });

  it('waits through a restart, where the old dyno drains before the new one starts', async () => {
    await open();
    fixture.setDynos([{state: 'draining'}]);
    const client = await fixture.client();
    client.send(GET);
    await eventually(() => clock.pendingTimers > 1);
    fixture.setDynos([{id: 'new', state: 'starting', endpoint: null}]);
    fixture.setDynos([{id: 'new'}]);
    expect(dynoOf(await client.response())).to.equal('web.1');
  });

  it('waits for dynos that nobody has told of yet, where the formation has some', async () => {
    await open({app: {wantsWeb: true}});
    fixture.router.setDynos('app-1', []);
    const client = await fixture.client();
    client.send(GET);
    await eventually(() => clock.pendingTimers > 1);
    fixture.setDynos();
    expect(dynoOf(await client.response())).to.equal('web.1');
  });

  it('gives a draining dyno nothing new and waits for what it has', async () => {
    await open({dynos: 2});
    const [first, second] = fixture.dynos;
    let finish: () => void = () => undefined;
    first!.answer = ({send}) => (finish = () => send(OK));
    second!.answer = ({send}) => (finish = () => send(OK));
    const client = await fixture.client();
    client.send(GET);
    await eventually(() => first!.requests.length + second!.requests.length === 1);
    const busy = first!.requests.length === 1 ? first! : second!;
    const other = busy === first ? second! : first!;
    other.answer = ({send}) => send(OK);
    let drained = false;
    const draining = fixture.router.drain('app-1', busy === first ? 'dyno-1' : 'dyno-2').then(() => (drained = true));
    for (let count = 0; count < 10; count++) await fixture.ask(GET);
    expect(busy.requests).to.have.length(1);
    expect(drained).to.equal(false);
    // The dyno manager repeats what it knows; a dyno that drains goes on draining.
    fixture.setDynos();
    for (let count = 0; count < 10; count++) await fixture.ask(GET);
    expect(busy.requests).to.have.length(1);
    finish();
    await draining;
    expect(await client.response()).to.match(/^HTTP\/1\.1 200/);
    await eventually(() => busy.sockets.size === 0, 'idle connections to it are closed');
  });

  it('a request whose connection is under way when its dyno is drained goes to another', async () => {
    const trafficSeen = () => process.nextTick(() => void fixture.router.drain('app-1', 'dyno-1'));
    await open({dynos: 2, random: () => 0, trafficSeen});
    expect(dynoOf(await fixture.ask(GET))).to.equal('web.2');
    expect(fixture.dynos[0]!.requests).to.deep.equal([]);
    expect(await fixture.line()).to.match(/^at=info .* dyno=web\.2 .* status=200 /);
  });

  it('waits for a draining dyno no longer than 10 s, and not for tunnels', async () => {
    await open();
    fixture.dyno.answer = ({send, received}) => {
      void received;
      send('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n');
    };
    const tunnel = await fixture.client();
    tunnel.send(GET.replace('\r\n\r\n', '\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'));
    await tunnel.until((text) => text.includes('101'));
    fixture.dyno.answer = () => undefined;
    const client = await fixture.client();
    client.send(GET);
    await eventually(() => fixture.dyno.requests.length === 2);
    let drained = false;
    const draining = fixture.router.drain('app-1', 'dyno-1').then(() => (drained = true));
    await clock.advance(9999);
    expect(drained).to.equal(false);
    await clock.advance(1);
    await draining;
    await fixture.router.drain('app-1', 'no such dyno');
  });

  it('keeps connections to a dyno for 90 s', async () => {
    await open();
    for (let count = 0; count < 5; count++) await fixture.ask(GET);
    expect(fixture.dyno.connections).to.equal(1);
    await clock.advance(89_000);
    await fixture.ask(GET);
    expect(fixture.dyno.connections).to.equal(1);
    await clock.advance(89_999);
    expect(fixture.dyno.sockets.size).to.equal(1);
    await clock.advance(1);
    await eventually(() => fixture.dyno.sockets.size === 0);
  });

  it('opens a connection for each request in the legacy style', async () => {
    await open({settings: {style: 'legacy'}});
    for (let count = 0; count < 3; count++) await fixture.ask(GET);
    expect(fixture.dyno.connections).to.equal(3);
    expect(fixture.dyno.requests[0]).to.include('Connection: close\r\n').and.include('Via: 1.1 vegur\r\n');
  });

  it('does not reuse a connection that the dyno closes, or on which something came unasked', async () => {
    await open();
    fixture.dyno.answer = ({send}) => send('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    await fixture.ask(GET);
    fixture.dyno.answer = ({send}) => send('HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n');
    await fixture.ask(GET);
    fixture.dyno.answer = ({send}) => send(OK);
    await fixture.ask(GET);
    expect(fixture.dyno.connections).to.equal(3);
    for (const socket of fixture.dyno.sockets) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil');
    await eventually(() => fixture.dyno.sockets.size === 0);
    expect(await fixture.ask(GET)).to.match(/ok$/);
  });

  it('follows a dyno to another address', async () => {
    await open({dynos: 2});
    fixture.router.setDynos('app-1', [{id: 'd', name: 'web.1', state: 'up', endpoint: fixture.dynos[0]!.endpoint}]);
    expect(dynoOf(await fixture.ask(GET))).to.equal('web.1');
    fixture.router.setDynos('app-1', [{id: 'd', name: 'web.1', state: 'up', endpoint: fixture.dynos[1]!.endpoint}]);
    expect(dynoOf(await fixture.ask(GET))).to.equal('web.2');
  });

  it("one app's flood is cut at its own limit and leaves its neighbour alone", async () => {
    await open({dynos: 2});
    const [stuck, well] = fixture.dynos;
    stuck!.answer = () => undefined;
    fixture.router.setDynos('app-1', [{id: 'stuck', name: 'web.1', state: 'up', endpoint: stuck!.endpoint}]);
    fixture.router.setApp({...fixture.app, id: 'app-2', name: 'neighbour', hosts: ['neighbour.localhost']});
    fixture.router.setDynos('app-2', [{id: 'well', name: 'web.1', state: 'up', endpoint: well!.endpoint}]);
    for (let count = 0; count < 250; count++) (await fixture.client()).send(GET);
    await eventually(() => fixture.lines.length === 50);
    expect(fixture.lines.every((line) => line.includes('code=H11'))).to.equal(true);
    expect(dynoOf(await fixture.ask(GET.replace('demo', 'neighbour')))).to.equal('web.2');
  });

  it('forgets an app: its host is unknown, its connections end', async () => {
    await open();
    await fixture.ask(GET);
    fixture.router.removeApp('app-1');
    expect(await fixture.ask(GET)).to.match(/^HTTP\/1\.1 404 [^]*No such app/);
    await eventually(() => fixture.dyno.sockets.size === 0);
    fixture.router.setDynos('app-1', []);
  });

  it('prefers exact hosts to wildcards, and longer wildcards to shorter', async () => {
    await open();
    const {router} = fixture;
    const add = (name: string, ...hosts: string[]) =>
      router.setApp({id: name, name, hosts, maintenance: false, features: [], blank: true});
    add('short', '*.example.com');
    add('long', '*.b.example.com');
    add('exact', 'A.b.example.com');
    const owner = (host: string) => fixture.ask(GET.replace('demo.localhost', host));
    for (const [host, app] of [
      ['a.b.example.com', 'exact'],
      ['x.b.example.com', 'long'],
      ['x.example.com', 'short'],
    ]) {
      await owner(host!);
      expect(fixture.apps.at(-1)).to.equal(app);
    }
    // A host moves to another app.
    add('exact', 'other.example.org');
    await owner('a.b.example.com');
    expect(fixture.apps.at(-1)).to.equal('long');
  });

  describe('session affinity', () => {
    const ask = (cookie?: string) =>
      fixture.ask(cookie ? GET.replace('\r\n\r\n', `\r\nCookie: x=y; ${cookie}; z=1\r\n\r\n`) : GET);

    it('keeps a client with its dyno by a cookie', async () => {
      await open({dynos: 3, app: {features: ['http-session-affinity']}});
      const response = await ask();
      const cookie =
        /^Set-Cookie: (heroku-session-affinity=A[\w-]+); Version=1; Expires=[^;]+ GMT; Max-Age=86400; Domain=demo\.localhost; Path=\/; HttpOnly\r$/m.exec(
          response,
        )?.[1];
      expect(cookie).to.be.a('string');
      for (let count = 0; count < 10; count++) {
        const again = await ask(cookie);
        expect(dynoOf(again)).to.equal(dynoOf(response));
        expect(again).not.to.include('Set-Cookie');
      }
      const gone = Number(dynoOf(response)!.slice(4)) - 1;
      const changes: Array<{state?: 'draining'}> = [{}, {}, {}];
      changes[gone] = {state: 'draining'};
      fixture.setDynos(changes);
      expect(await ask(cookie)).to.include('Set-Cookie: heroku-session-affinity=A');
    });

    it('gives a new cookie for one that nobody made', async () => {
      await open({dynos: 2, app: {features: ['http-session-affinity']}});
      expect(await ask('heroku-session-affinity=Aforged')).to.include('Set-Cookie: heroku-session-affinity=');
    });

    it('is off without the feature, and in private spaces', async () => {
      await open();
      expect(await ask()).not.to.include('Set-Cookie');
      await fixture.close();
      await open({kind: 'space', app: {features: ['http-session-affinity']}});
      expect(await ask()).not.to.include('Set-Cookie');
    });
  });

  it('remembers what happened to a request, and forgets the oldest', async () => {
    await open({limits: {rememberedRequests: 3}});
    const ids = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(20));
    for (const id of ids) await fixture.ask(GET.replace('\r\n\r\n', `\r\nX-Request-Id: ${id}\r\n\r\n`));
    expect(fixture.router.requestTimeline('app-1', ids[0]!)).to.equal(undefined);
    const timeline = fixture.router.requestTimeline('app-1', ids[3]!)!;
    expect(timeline).to.include({
      request_id: ids[3],
      app_id: 'app-1',
      dyno: 'web.1',
      status: 200,
      code: null,
      bytes: 5,
    });
    expect(timeline.events.map(({text}) => text)).to.deep.equal([
      'GET / accepted from 127.0.0.1',
      'connected to web.1',
      'request sent completely',
      'first byte of the response',
      'status 200',
    ]);
  });
});

function idOf(line: string): string {
  return /request_id=(\S+)/.exec(line)![1]!;
}
