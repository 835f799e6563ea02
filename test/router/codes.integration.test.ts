import {expect} from 'chai';
import {VirtualClock} from '../support/virtual-clock.js';
import {GET, RouterFixture, eventually, masked} from './support/router-fixture.js';
import type {FixtureOptions} from './support/router-fixture.js';
import {OK} from './support/raw-dyno.js';
import {deafServer, refusingDynos} from './support/unreachable-dynos.js';

const TAIL = 'protocol=http1.1 tls=false';
const REQUEST = 'method=GET path="/" host=demo.localhost request_id=<id> fwd="127.0.0.1"';
const POST = 'POST / HTTP/1.1\r\nHost: demo.localhost\r\nContent-Length: 10\r\n\r\n';

/** heroku-behaviour.md 4.1: the line, the status and the page of every code that can happen here. */
describe('H codes', () => {
  const clock = new VirtualClock();
  let fixture: RouterFixture;

  async function open(options: FixtureOptions = {}): Promise<RouterFixture> {
    fixture = await new RouterFixture({clock, ...options}).open();
    return fixture;
  }
  afterEach(() => fixture.close());

  const line = async (index = 0) => masked(await fixture.line(index));
  const got = (count = 1) => eventually(() => fixture.dyno.requests.length >= count, 'a request at the dyno');

  it('H10: all web dynos crashed', async () => {
    await open();
    fixture.setDynos([{state: 'crashed'}]);
    expect(await fixture.ask(GET)).to.match(/^HTTP\/1\.1 503 Service Unavailable\r\n[^]*Application error/);
    expect(await line()).to.equal(
      `at=error code=H10 desc="App crashed" ${REQUEST} dyno= connect= service= status=503 bytes= ${TAIL}`,
    );
  });

  it('H10: the dyno crashes while a request waits for its boot', async () => {
    await open();
    fixture.setDynos([{state: 'starting', endpoint: null}]);
    const client = await fixture.client();
    client.send(GET);
    await eventually(() => clock.pendingTimers > 1);
    fixture.setDynos([{state: 'crashed'}]);
    expect(await client.response()).to.match(/^HTTP\/1\.1 503/);
    expect(await line()).to.include('code=H10');
  });

  it('H11: more requests than 200 for each dyno', async () => {
    await open({limits: {requestsPerDyno: 2}});
    fixture.dyno.answer = () => undefined;
    const waiting = [await fixture.client(), await fixture.client()];
    for (const client of waiting) client.send(GET);
    await got(2);
    expect(await fixture.ask(GET)).to.match(/^HTTP\/1\.1 503/);
    expect(await line()).to.equal(
      `at=error code=H11 desc="Backlog too deep" ${REQUEST} dyno= connect= service= status=503 bytes= ${TAIL}`,
    );
    for (const client of waiting) client.close();
    await eventually(() => fixture.lines.length === 3);
    fixture.dyno.answer = ({send}) => send(OK);
    expect(await fixture.ask(GET)).to.match(/^HTTP\/1\.1 200/);
  });

  it('H12: no byte in 30 s, counted from the end of the request', async () => {
    await open();
    fixture.dyno.answer = () => undefined;
    const client = await fixture.client();
    client.send(POST + 'half');
    await eventually(() => fixture.dyno.connections === 1);
    await clock.advance(40_000);
    expect(fixture.lines).to.deep.equal([]);
    client.send('+other');
    await got();
    await clock.advance(29_999);
    expect(fixture.lines).to.deep.equal([]);
    await clock.advance(1);
    expect(await client.response()).to.match(/^HTTP\/1\.1 503 [^]*Application error/);
    expect(fixture.lines[0]).to.match(
      /^at=error code=H12 desc="Request timeout" method=POST path="\/" host=demo\.localhost request_id=\S+ fwd="127\.0\.0\.1" dyno=web\.1 connect=\d+ms service=(69999|70000)ms status=503 bytes=0 protocol=http1\.1 tls=false$/,
    );
  });

  it('H12 counts from the end of the request, however many interim responses come', async () => {
    await open();
    let early: () => void = () => undefined;
    fixture.dyno.answer = ({send}) => (early = () => send('HTTP/1.1 103 Early Hints\r\n\r\n'));
    const client = await fixture.client();
    client.send(GET);
    await got();
    await clock.advance(20_000);
    early();
    await client.until((text) => text.includes('103'));
    await clock.advance(9999);
    expect(fixture.lines).to.deep.equal([]);
    await clock.advance(1);
    expect(fixture.lines[0])
      .to.include('code=H12')
      .and.to.match(/ service=(29999|30000)ms /);
  });

  it('H13: closed without a byte', async () => {
    await open();
    fixture.dyno.answer = ({end}) => end();
    expect(await fixture.ask(GET)).to.match(/^HTTP\/1\.1 503/);
    expect(await line()).to.equal(
      `at=error code=H13 desc="Connection closed without response" ${REQUEST} dyno=web.1 connect=<n>ms service=<n>ms status=503 bytes=0 ${TAIL}`,
    );
  });

  it('H13: reset without a byte, and only that request is hurt', async () => {
    await open();
    fixture.dyno.answer = ({reset}) => reset();
    const client = await fixture.client();
    expect(await client.send(GET).response()).to.match(/^HTTP\/1\.1 503/);
    fixture.dyno.answer = ({send}) => send(OK);
    expect(await client.send(GET).response()).to.match(/^HTTP\/1\.1 200/);
    expect(await line()).to.include('code=H13');
  });

  it('H13 in the middle of a request: the client hears that its connection ends, so that nothing follows on it', async () => {
    await open();
    fixture.dyno.onData = ({received, reset}) => void (received.endsWith('half') && reset());
    const client = await fixture.client();
    expect(await client.send(POST + 'half').toEnd()).to.match(/^HTTP\/1\.1 503 [^]*Connection: close\r\n/);
    expect(await line()).to.include('code=H13');
  });

  it('H14: no web dyno', async () => {
    await open({dynos: 0});
    expect(await fixture.ask(GET)).to.match(/^HTTP\/1\.1 503/);
    expect(await line()).to.equal(
      `at=error code=H14 desc="No web processes running" ${REQUEST} dyno= connect= service= status=503 bytes= ${TAIL}`,
    );
  });

  it('H15: 55 s of silence in a response', async () => {
    await open();
    let send: (text: string) => void = () => undefined;
    fixture.dyno.answer = (connection) => {
      send = connection.send;
      send('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome');
    };
    const client = await fixture.client();
    await client.send(GET).until((text) => text.endsWith('some'));
    await clock.advance(54_000);
    send('more');
    await client.until((text) => text.endsWith('more'));
    await clock.advance(54_999);
    expect(fixture.lines).to.deep.equal([]);
    await clock.advance(1);
    await client.toEnd();
    expect(await line()).to.equal(
      `at=error code=H15 desc="Idle connection" ${REQUEST} dyno=web.1 connect=<n>ms service=<n>ms status=503 bytes=8 ${TAIL}`,
    );
  });

  it('H17: no HTTP', async () => {
    await open();
    fixture.dyno.answer = ({send}) => send('220 mail.example ESMTP\r\n');
    expect(await fixture.ask(GET)).to.match(/^HTTP\/1\.1 503/);
    expect(await line()).to.equal(
      `at=error code=H17 desc="Poorly formatted HTTP response" ${REQUEST} dyno=web.1 connect=<n>ms service=<n>ms status=503 bytes=0 ${TAIL}`,
    );
  });

  it('H18: closed in the middle; Router 2.0 logs the status that was sent', async () => {
    await open();
    fixture.dyno.answer = ({end}) => end('HTTP/1.1 201 Created\r\nContent-Length: 10\r\n\r\nhalf');
    const client = await fixture.client();
    expect(await client.send(GET).toEnd()).to.match(/^HTTP\/1\.1 201 [^]*half$/);
    expect(await line()).to.equal(
      `sock=backend at=error code=H18 desc="Server Request Interrupted" ${REQUEST} dyno=web.1 connect=<n>ms service=<n>ms status=201 bytes=4 ${TAIL}`,
    );
  });

  it('H18, legacy: a small response cut off becomes a clean 503', async () => {
    await open({settings: {style: 'legacy'}});
    fixture.dyno.answer = ({end}) => end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf');
    expect(await fixture.ask(GET)).to.match(/^HTTP\/1\.1 503 [^]*Server: Cowboy/);
    expect(await line()).to.match(/^sock=backend at=error code=H18 .* status=503 bytes=0 protocol=http$/);
  });

  it('H19: no dyno accepts in time', async () => {
    await open({dynos: 0});
    const deaf = await deafServer();
    fixture.router.setDynos(
      'app-1',
      [1, 2].map((n) => ({id: `${n}`, name: `web.${n}`, state: 'up', endpoint: deaf.endpoint})),
    );
    const client = await fixture.client();
    client.send(GET);
    await eventually(() => clock.pendingTimers >= 2);
    await clock.advance(5000);
    await clock.advance(5000);
    expect(await client.response()).to.match(/^HTTP\/1\.1 503/);
    expect(fixture.lines[0]).to.match(
      /^at=error code=H19 desc="Backend connection timeout" .* dyno=web\.[12] connect=10000ms service= status=503 bytes= protocol=http1\.1 tls=false$/,
    );
    await deaf.close();
  });

  it('H20: no dyno is up within 75 s', async () => {
    await open();
    fixture.setDynos([{state: 'starting', endpoint: null}]);
    const client = await fixture.client();
    client.send(GET);
    await eventually(() => clock.pendingTimers > 1);
    await clock.advance(74_999);
    expect(fixture.lines).to.deep.equal([]);
    await clock.advance(1);
    expect(await client.response()).to.match(/^HTTP\/1\.1 503/);
    expect(await line()).to.equal(
      `at=error code=H20 desc="App boot timeout" ${REQUEST} dyno= connect= service= status=503 bytes= ${TAIL}`,
    );
  });

  it('H21: every dyno refuses; each is tried once', async () => {
    await open({dynos: 3});
    for (const dyno of fixture.dynos.splice(0)) await dyno.close();
    fixture.router.setDynos('app-1', await refusingDynos(3));
    expect(await fixture.ask(GET)).to.match(/^HTTP\/1\.1 503/);
    expect(await line()).to.match(
      /^at=error code=H21 desc="Backend connection refused" .* dyno=web\.\d connect=<n>ms service= status=503 bytes= protocol=http1\.1 tls=false$/,
    );
  });

  it('H25: names the limit', async () => {
    await open();
    fixture.dyno.answer = ({send}) => send('HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n');
    expect(await fixture.ask(GET)).to.match(/^HTTP\/1\.1 502 Bad Gateway\r\n/);
    expect(await line()).to.equal(
      `at=error code=H25 desc="HTTP restriction: invalid content length" ${REQUEST} dyno=web.1 connect=<n>ms service=<n>ms status=502 bytes=0 ${TAIL}`,
    );
  });

  for (const [name, header, limit] of [
    ['cookie', `Set-Cookie: ${'c'.repeat(9000)}`, 'oversized cookie'],
    ['header', `A: ${'c'.repeat(530_000)}`, 'oversized header'],
  ]) {
    it(`H25: oversized ${name}`, async () => {
      await open();
      fixture.dyno.answer = ({send}) => send(`HTTP/1.1 200 OK\r\n${header}\r\n\r\n`);
      await fixture.ask(GET);
      expect(await line()).to.include(`code=H25 desc="HTTP restriction: ${limit}" method=`);
    });
  }

  it('H25: oversized status line', async () => {
    await open();
    fixture.dyno.answer = ({send}) => send(`HTTP/1.1 200 ${'r'.repeat(9000)}\r\n\r\n`);
    await fixture.ask(GET);
    expect(await line()).to.include('code=H25 desc="HTTP restriction: oversized status line" method=');
  });

  for (const [cause, status, request] of [
    ['unsupported expect header value', 417, GET.replace('\r\n\r\n', '\r\nExpect: x\r\n\r\n')],
    ['bad header', 400, GET.replace('\r\n\r\n', '\r\nConnection: @\r\n\r\n')],
  ] as const) {
    for (const [where, options] of [
      ['legacy', {settings: {style: 'legacy'}}],
      ['in a space', {kind: 'space'}],
    ] as const) {
      it(`H26 ${where}: ${cause}`, async () => {
        await open(options);
        expect(await fixture.ask(request)).to.match(new RegExp(`^HTTP/1\\.1 ${status} `));
        expect(await line()).to.match(
          new RegExp(
            `^at=error code=H26 desc="Request Error" cause="${cause}" method=GET path="/" .* dyno= connect= service= status=${status} bytes= `,
          ),
        );
      });
    }
  }

  it('H26 legacy: bad chunk', async () => {
    await open({settings: {style: 'legacy'}});
    const chunked = 'POST / HTTP/1.1\r\nHost: demo.localhost\r\nTransfer-Encoding: chunked\r\n\r\n';
    expect(await fixture.ask(chunked + '3\r\nabcX')).to.match(/^HTTP\/1\.1 400 /);
    expect(await line()).to.match(
      /^at=error code=H26 desc="Request Error" cause="bad chunk" method=POST .* status=400 bytes=0 protocol=http$/,
    );
    expect(fixture.dyno.requests).to.deep.equal([]);
  });

  it('H27: the client leaves while the dyno works', async () => {
    await open();
    fixture.dyno.answer = () => undefined;
    const client = await fixture.client();
    client.send(GET);
    await got();
    client.close();
    expect(await line()).to.equal(
      `sock=client at=warning code=H27 desc="Client Request Interrupted" ${REQUEST} dyno=web.1 connect=<n>ms service=<n>ms status=499 bytes=0 ${TAIL}`,
    );
    await eventually(() => fixture.dyno.sockets.size === 0, 'the dyno is told');
  });

  it('H27: the client leaves in the middle of a response, and of its request, and while it waits for a boot', async () => {
    await open();
    fixture.dyno.answer = ({send}) => send('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf');
    const reader = await fixture.client();
    await reader.send(GET).until((text) => text.endsWith('half'));
    reader.close();
    expect(await line()).to.match(/code=H27 .* status=499 bytes=4 /);
    const writer = await fixture.client();
    writer.send(POST + 'half');
    await eventually(() => fixture.dyno.connections === 2);
    writer.close();
    expect(await line(1)).to.match(/code=H27 .* method=POST .* status=499 bytes=0 /);
    fixture.setDynos([{state: 'starting', endpoint: null}]);
    const waiter = await fixture.client();
    waiter.send(GET);
    await eventually(() => clock.pendingTimers > 1);
    waiter.close();
    expect(await line(2)).to.match(/code=H27 .* dyno= connect= service= status=499 bytes= /);
  });

  it('H28: the client sends nothing for 55 s in the middle of its request', async () => {
    await open();
    const client = await fixture.client();
    client.send(POST + 'half');
    await eventually(() => fixture.dyno.connections === 1);
    await eventually(() => [...fixture.dyno.sockets][0]?.bytesRead !== 0);
    await clock.advance(55_000);
    await client.toEnd();
    expect(masked(await fixture.line()).replace('method=POST', 'method=GET')).to.equal(
      `at=warning code=H28 desc="Client Connection Idle" ${REQUEST} dyno=web.1 connect=<n>ms service=<n>ms status=499 bytes=0 ${TAIL}`,
    );
  });

  it('H80: maintenance, with its own page', async () => {
    await open({app: {maintenance: true, maintenancePageUrl: 'https://pages.example/m?a="b"&c'}});
    const response = await fixture.ask(GET);
    expect(response).to.match(
      /^HTTP\/1\.1 503 [^]*Cache-Control: no-cache, no-store\r\n[^]*<iframe src="https:\/\/pages\.example\/m\?a=&#34;b&#34;&#38;c">/,
    );
    expect(await line()).to.equal(
      `at=info code=H80 desc="Maintenance mode" ${REQUEST} dyno= connect= service= status=503 bytes= ${TAIL}`,
    );
    fixture.setApp({maintenance: false});
    expect(await fixture.ask(GET)).to.match(/^HTTP\/1\.1 200/);
  });

  it('H81: nothing deployed', async () => {
    await open({app: {blank: true}});
    expect(await fixture.ask(GET)).to.match(/^HTTP\/1\.1 502 /);
    expect(await line()).to.equal(
      `at=info code=H81 desc="Blank app" ${REQUEST} dyno= connect= service= status=502 bytes= ${TAIL}`,
    );
  });

  it('a private space has no code for maintenance', async () => {
    await open({kind: 'space', app: {maintenance: true}});
    expect(await fixture.ask(GET)).to.match(/^HTTP\/1\.1 503 /);
    expect(await line()).to.equal(`at=info ${REQUEST} dyno= connect= service= status=503 bytes= ${TAIL}`);
  });

  it('H99: a mistake of the router itself ends one request, and is reported', async () => {
    const reported: unknown[] = [];
    await open({
      report: (error) => reported.push(error),
      random: () => {
        throw new Error('no luck');
      },
    });
    const client = await fixture.client();
    expect(await client.send(GET).toEnd()).to.match(/^HTTP\/1\.1 503 .*<\/html>\s*$/s);
    expect(await line()).to.include('code=H99 desc="Platform error" ');
    expect(String(reported[0])).to.equal('Error: no luck');
  });

  it('H99: all dynos stay quarantined for 75 s', async () => {
    await open({limits: {quarantineMs: 100_000}});
    fixture.router.setDynos('app-1', await refusingDynos(1));
    expect(await fixture.ask(GET)).to.match(/^HTTP\/1\.1 503/);
    expect(await line()).to.include('code=H21');
    const client = await fixture.client();
    const id = 'quarantined-request-1';
    client.send(GET.replace('\r\n\r\n', `\r\nX-Request-Id: ${id}\r\n\r\n`));
    await eventually(() => fixture.router.requestTimeline('app-1', id)?.events.length === 2);
    await clock.advance(75_000);
    expect(await client.response()).to.match(/^HTTP\/1\.1 503/);
    expect(await line(1)).to.equal(
      `at=error code=H99 desc="Platform error" ${REQUEST.replace('<id>', id)} dyno= connect= service= status=503 bytes= ${TAIL}`,
    );
  });

  it("pages: the app's own for its errors, none for HEAD", async () => {
    await open({dynos: 0, app: {errorPageUrl: 'https://pages.example/e'}});
    expect(await fixture.ask(GET)).to.include('<iframe src="https://pages.example/e">');
    const head = await fixture.ask(GET.replace('GET', 'HEAD'), 'HEAD');
    expect(head).to.match(/^HTTP\/1\.1 503 [^]*Content-Length: \d+\r\n[^]*\r\n\r\n$/);
  });
});
