import {connect as connectHttp2} from 'node:http2';
import type {ClientHttp2Session, IncomingHttpHeaders, OutgoingHttpHeaders, Settings} from 'node:http2';
import {connect as connectTls} from 'node:tls';
import type {TLSSocket} from 'node:tls';
import {expect} from 'chai';
import {VirtualClock} from '../support/virtual-clock.js';
import {GET, RouterFixture, eventually, masked} from './support/router-fixture.js';
import type {FixtureOptions} from './support/router-fixture.js';
import {endOfResponse} from './support/raw-client.js';
import {OK} from './support/raw-dyno.js';
import {selfSigned, weaklySigned} from './support/test-authority.js';

interface Answer {
  headers: IncomingHttpHeaders & {':status'?: number};
  body: Buffer;
  trailers: IncomingHttpHeaders;
  interim: Array<IncomingHttpHeaders & {':status'?: number}>;
  /** the stream was reset */
  failed: boolean;
}

/** HTTPS, certificates by SNI and HTTP/2 (issue 4; heroku-behaviour.md 3.5, 3.12). */
describe('secure clients', () => {
  const issued: string[] = [];
  const closers: Array<() => void> = [];
  let fixture: RouterFixture;
  let own: {cert: string; key: string};

  before(async () => (own = await selfSigned('shop.example.com', '*.shop.example.com')));

  async function open(options: FixtureOptions = {}): Promise<RouterFixture> {
    issued.length = 0;
    fixture = await new RouterFixture({
      https: true,
      certificateFor: async (host) => {
        issued.push(host);
        return selfSigned(host);
      },
      ...options,
    }).open();
    return fixture;
  }
  afterEach(async () => {
    for (const close of closers.splice(0)) close();
    await fixture.close();
  });

  async function tls(servername: string, protocols = ['http/1.1']): Promise<TLSSocket> {
    const port = fixture.httpsPort;
    const socket = connectTls({
      port,
      host: '127.0.0.1',
      servername,
      ALPNProtocols: protocols,
      rejectUnauthorized: false,
    });
    closers.push(() => socket.destroy());
    await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
    return socket;
  }

  async function ask(socket: TLSSocket, request: string): Promise<string> {
    let text = '';
    socket.on('data', (data: Buffer) => (text += data.toString('latin1')));
    socket.write(request);
    await eventually(() => endOfResponse(text) > 0);
    return text;
  }

  function http2(servername = 'demo.localhost', settings: Settings = {}): ClientHttp2Session {
    const session = connectHttp2(`https://${servername}:${fixture.httpsPort}`, {
      settings,
      createConnection: () =>
        connectTls({
          port: fixture.httpsPort,
          host: '127.0.0.1',
          servername,
          ALPNProtocols: ['h2'],
          rejectUnauthorized: false,
        }),
    });
    session.on('error', () => undefined);
    closers.push(() => session.destroy());
    return session;
  }

  function request(
    session: ClientHttp2Session,
    headers: OutgoingHttpHeaders = {},
    body?: Buffer,
    trailers?: OutgoingHttpHeaders,
  ) {
    return new Promise<Answer>((resolve) => {
      const stream = session.request(
        {':path': '/', ...headers},
        {endStream: body === undefined, waitForTrailers: trailers !== undefined},
      );
      const answer: Answer = {headers: {}, body: Buffer.alloc(0), trailers: {}, interim: [], failed: false};
      const pieces: Buffer[] = [];
      stream.on('headers', (interim) => answer.interim.push(interim));
      stream.on('response', (received) => (answer.headers = received));
      stream.on('trailers', (received) => (answer.trailers = received));
      stream.on('wantTrailers', () => stream.sendTrailers(trailers ?? {}));
      stream.on('data', (data: Buffer) => pieces.push(data));
      stream.on('error', () => (answer.failed = true));
      stream.on('close', () => {
        answer.body = Buffer.concat(pieces);
        resolve(answer);
      });
      if (body !== undefined) stream.end(body);
    });
  }

  it('HTTPS: the role of the listener decides what dynos are told', async () => {
    await open();
    const socket = await tls('demo.localhost');
    expect(await ask(socket, GET)).to.match(/^HTTP\/1\.1 200 OK/);
    expect(fixture.dyno.requests[0]).to.include('X-Forwarded-Proto: https\r\nX-Forwarded-Port: 443\r\n');
    expect(masked(await fixture.line())).to.equal(
      'at=info method=GET path="/" host=demo.localhost request_id=<id> fwd="127.0.0.1" dyno=web.1 connect=<n>ms service=<n>ms status=200 bytes=2 protocol=http1.1 tls=true tls_version=unknown',
    );
  });

  it('legacy: protocol=https', async () => {
    await open({settings: {style: 'legacy'}});
    await ask(await tls('demo.localhost'), GET);
    expect(await fixture.line()).to.match(/ protocol=https$/);
  });

  it('shows the certificate for the name: issued once, or the own one of the app', async () => {
    await open({app: {hosts: ['demo.localhost', 'shop.example.com', '*.shop.example.com', 'other.example.com']}});
    fixture.setApp({
      certificates: [
        {hosts: ['shop.example.com', '*.shop.example.com'], certificateChain: own.cert, privateKey: own.key},
      ],
    });
    const subject = async (name: string) => String((await tls(name)).getPeerCertificate().subject.CN);
    expect(await subject('demo.localhost')).to.equal('demo.localhost');
    expect(await subject('DEMO.localhost')).to.equal('demo.localhost');
    expect(await subject('shop.example.com')).to.equal('shop.example.com');
    expect(await subject('a.shop.example.com')).to.equal('shop.example.com');
    expect(await subject('other.example.com')).to.equal('other.example.com');
    expect(await subject('stranger.example.org')).to.equal('localhost');
    expect(issued).to.deep.equal(['localhost', 'demo.localhost', 'other.example.com', 'localhost']);
  });

  it('a name below a wildcard is shown the certificate of the wildcard, made once', async () => {
    await open({app: {hosts: ['demo.localhost', '*.example.com']}});
    const subject = async (name: string) => String((await tls(name)).getPeerCertificate().subject.CN);
    for (const name of ['a.example.com', 'b.example.com', 'c.d.example.com', '../../x.example.com']) {
      expect(await subject(name)).to.equal('*.example.com');
    }
    expect(issued).to.deep.equal(['localhost', '*.example.com']);
  });

  it('a certificate that OpenSSL refuses ends the handshake, and nothing else', async () => {
    const weak = await weaklySigned('shop.example.com');
    await open({app: {hosts: ['demo.localhost', 'shop.example.com']}});
    fixture.setApp({
      certificates: [{hosts: ['shop.example.com'], certificateChain: weak.cert, privateKey: weak.key}],
    });
    expect(await tls('shop.example.com').catch((error: Error) => error)).to.be.instanceOf(Error);
    expect(await ask(await tls('demo.localhost'), GET)).to.match(/^HTTP\/1\.1 200/);
  });

  it('survives clients that break off or speak no TLS', async () => {
    await open();
    const {RawClient} = await import('./support/raw-client.js');
    for (const bytes of ['GET / HTTP/1.1\r\n\r\n', '\x16\x03\x01\x00', '\x80garbage'.repeat(100)]) {
      const client = await new RawClient(fixture.httpsPort).connected();
      client.send(bytes);
      client.socket.end();
      await client.toEnd();
      client.close();
    }
    expect(await ask(await tls('demo.localhost'), GET)).to.match(/^HTTP\/1\.1 200/);
  });

  it('421 in a private space where name and host differ', async () => {
    await open({kind: 'space', app: {hosts: ['demo.localhost', 'two.localhost']}});
    expect(await ask(await tls('two.localhost'), GET)).to.match(/^HTTP\/1\.1 421 /);
    expect(await ask(await tls('demo.localhost'), GET)).to.match(/^HTTP\/1\.1 200 /);
  });

  describe('HTTP/2', () => {
    it('becomes HTTP/1.1 for the dyno', async () => {
      await open();
      fixture.dyno.answer = ({send}) =>
        send(
          'HTTP/1.1 200 OK\r\nX-A: 1\r\nSet-Cookie: a\r\nSet-Cookie: b\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok',
        );
      const answer = await request(http2(), {':path': '/a?b', 'x-custom': 'c', cookie: 'a=b; c=d'});
      expect(answer.headers).to.include({
        ':status': 200,
        'x-a': '1',
        'content-length': '2',
        server: 'Heroku',
        via: '1.1 heroku-router',
      });
      expect(answer.headers['set-cookie']).to.deep.equal(['a', 'b']);
      expect(answer.headers).not.to.have.property('connection');
      expect(answer.body.toString()).to.equal('ok');
      expect(fixture.dyno.requests[0]).to.match(
        /^GET \/a\?b HTTP\/1\.1\r\nHost: demo\.localhost\r\nConnection: keep-alive\r\n/,
      );
      expect(fixture.dyno.requests[0]).to.include('X-Custom: c\r\n').and.include('Cookie: a=b; c=d\r\n');
      expect(masked(await fixture.line())).to.equal(
        'at=info method=GET path="/a?b" host=demo.localhost request_id=<id> fwd="127.0.0.1" dyno=web.1 connect=<n>ms service=<n>ms status=200 bytes=2 protocol=http2.0 tls=true tls_version=unknown',
      );
    });

    it('serves many streams of one connection at once', async () => {
      await open({dynos: 2});
      const session = http2();
      const answers = await Promise.all(Array.from({length: 90}, () => request(session)));
      expect(answers.every(({headers}) => headers[':status'] === 200)).to.equal(true);
      expect(fixture.lines).to.have.length(90);
    });

    it('carries bodies and trailers both ways', async () => {
      await open();
      const body = Buffer.alloc(1_000_000, 'abcdefg');
      fixture.dyno.answer = ({send}) => {
        send('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n');
        send(
          Buffer.concat([
            Buffer.from(`${body.length.toString(16)}\r\n`),
            body,
            Buffer.from('\r\n0\r\nX-Sum: 7\r\n\r\n'),
          ]),
        );
      };
      const answer = await request(http2(), {':method': 'POST'}, body, {'x-up': '8'});
      expect(answer.body.equals(body)).to.equal(true);
      expect(answer.trailers).to.include({'x-sum': '7'});
      const sent = fixture.dyno.requests[0]!;
      expect(sent)
        .to.include('Transfer-Encoding: chunked\r\n')
        .and.match(/\r\n0\r\nx-up: 8\r\n\r\n$/);
      expect(sent.match(/abcdefg/g)!.length).to.be.greaterThan(142_000);
      expect(await fixture.line()).to.include(' bytes=1000000 protocol=http2.0 ');
    });

    it('headers and trailers that come twice and may not, or are called anything, harm nobody', async () => {
      await open();
      fixture.dyno.answer = ({send}) =>
        send(
          'HTTP/1.1 200 OK\r\nX-Content-Type-Options: nosniff\r\nX-Content-Type-Options: nosniff\r\nConstructor: c\r\n' +
            '__proto__: p\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nRetry-After: 1\r\nRetry-After: 2\r\n\r\n',
        );
      const {headers, trailers, failed} = await request(http2());
      expect(headers).to.include({':status': 200, 'x-content-type-options': 'nosniff', constructor: 'c'});
      expect(trailers).to.include({'retry-after': '1'});
      expect(failed).to.equal(false);
    });

    it('trailers of a small body are there before it is read, and not lost', async () => {
      await open();
      await request(http2(), {':method': 'POST'}, Buffer.from('x'), {'x-up': '8'});
      expect(fixture.dyno.requests[0]).to.match(/\r\n1\r\nx\r\n0\r\nx-up: 8\r\n\r\n$/);
    });

    it('trailers that would change the message go no further', async () => {
      await open();
      const answer = await request(http2(), {':method': 'POST'}, Buffer.from('x'), {trailer: 'a'});
      expect(answer.headers[':status']).to.equal(400);
      expect(fixture.dyno.requests).to.deep.equal([]);
    });

    it('a response that its client does not take is dropped after 60 s without progress', async () => {
      const clock = new VirtualClock();
      await open({clock});
      fixture.dyno.answer = ({send}) => send(`HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n${'x'.repeat(50_000)}`);
      const session = http2('demo.localhost', {initialWindowSize: 1000});
      const stream = session.request({':path': '/'});
      stream.on('error', () => undefined);
      await fixture.line();
      await clock.advance(59_999);
      expect(stream.closed).to.equal(false);
      await clock.advance(60_001);
      await eventually(() => stream.closed);
      expect(stream.rstCode).to.equal(8);
    });

    it('keeps a length that is known', async () => {
      await open();
      await request(http2(), {':method': 'PUT', 'content-length': 5}, Buffer.from('hello'));
      expect(fixture.dyno.requests[0])
        .to.include('Content-Length: 5\r\n')
        .and.match(/\r\n\r\nhello$/);
    });

    it('HEAD, 204 and 304 have no body', async () => {
      await open();
      const session = http2();
      fixture.dyno.answer = ({send}) => send('HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n');
      expect((await request(session, {':method': 'HEAD'})).headers).to.include({'content-length': '99'});
      for (const status of [204, 304]) {
        fixture.dyno.answer = ({send}) => send(`HTTP/1.1 ${status} X\r\n\r\n`);
        expect((await request(session)).headers[':status']).to.equal(status);
      }
    });

    it('passes interim responses', async () => {
      await open();
      fixture.dyno.answer = ({send}) => send('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n' + OK);
      const answer = await request(http2());
      expect(answer.interim.map((headers) => [headers[':status'], headers['link']])).to.deep.equal([[103, '</a>']]);
      expect(answer.headers[':status']).to.equal(200);
    });

    it('answers 100-continue', async () => {
      await open();
      const answer = await request(http2(), {':method': 'POST', expect: '100-continue'}, Buffer.from('x'));
      expect(answer.interim[0]?.[':status']).to.equal(100);
      expect(fixture.dyno.requests[0]).not.to.match(/^expect:/im);
    });

    it('tells errors by status, and a broken response by a reset stream', async () => {
      await open();
      const session = http2();
      fixture.dyno.answer = ({end}) => end();
      expect((await request(session)).headers[':status']).to.equal(503);
      fixture.dyno.answer = ({end}) => end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf');
      const broken = await request(session);
      expect(broken.failed).to.equal(true);
      expect(fixture.lines.map((line) => /code=(H\d+)/.exec(line)![1])).to.deep.equal(['H13', 'H18']);
      expect((await request(session, {':authority': 'other.localhost'})).headers[':status']).to.equal(404);
      fixture.dyno.answer = ({send}) => send(OK);
      expect((await request(session)).headers[':status']).to.equal(200);
    });

    it('H27 when the client resets its stream, without harm to the others', async () => {
      await open();
      fixture.dyno.answer = () => undefined;
      const session = http2();
      const stream = session.request({':path': '/'});
      stream.on('error', () => undefined);
      await eventually(() => fixture.dyno.requests.length === 1);
      stream.close(8);
      expect(await fixture.line()).to.match(
        /^sock=client at=warning code=H27 .* status=499 bytes=0 protocol=http2\.0 /,
      );
      fixture.dyno.answer = ({send}) => send(OK);
      expect((await request(session)).headers[':status']).to.equal(200);
    });

    it('refuses what 3.2 refuses', async () => {
      await open();
      const session = http2();
      const status = async (headers: OutgoingHttpHeaders) => (await request(session, headers)).headers[':status'];
      expect(await status({'x-long': 'v'.repeat(8190)})).to.equal(400);
      expect(await status({':path': '/' + 'p'.repeat(8200)})).to.equal(400);
      expect(await status({':authority': 'demo.localhost', host: 'other.localhost'})).to.equal(400);
      expect(await status({expect: 'x'})).to.equal(417);
      expect(await status({cookie: [`a=${'1'.repeat(5000)}`, `b=${'2'.repeat(5000)}`]})).to.equal(400);
      expect(fixture.dyno.requests).to.deep.equal([]);
    });

    it('is not offered to clients that ask for HTTP/1.1', async () => {
      await open();
      expect((await tls('demo.localhost', ['http/1.1'])).alpnProtocol).to.equal('http/1.1');
      expect((await tls('demo.localhost', ['h2', 'http/1.1'])).alpnProtocol).to.equal('h2');
    });
  });
});
