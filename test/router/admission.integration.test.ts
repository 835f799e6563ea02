import {once} from 'node:events';
import {text} from 'node:stream/consumers';
import {connect as connectTls} from 'node:tls';
import {expect} from 'chai';
import {GET, RouterFixture, eventually} from './support/router-fixture.js';
import type {FixtureOptions} from './support/router-fixture.js';
import {RawClient} from './support/raw-client.js';
import {selfSigned} from './support/test-authority.js';

const HOST = 'demo.localhost';
const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');

function version2(command: number, family: number, addresses: Buffer): Buffer {
  const head = Buffer.from([0x20 | command, (family << 4) | 1, addresses.length >> 8, addresses.length & 255]);
  return Buffer.concat([SIGNATURE, head, addresses]);
}
const IPV4 = Buffer.from([192, 0, 2, 9, 127, 0, 0, 1, 0, 80, 0, 80]);
const IPV6 = Buffer.concat([Buffer.from('20010db8000000000000000000000007', 'hex'), Buffer.alloc(16), Buffer.alloc(4)]);
const MAPPED = Buffer.concat([
  Buffer.from('00000000000000000000ffffc0000209', 'hex'),
  Buffer.alloc(16),
  Buffer.alloc(4),
]);

/** Who may connect to a private space's router, and whose address counts (heroku-behaviour.md 1.3, 3.12). */
describe('admission', () => {
  let fixture: RouterFixture;

  async function open(options: FixtureOptions = {}): Promise<RouterFixture> {
    fixture = await new RouterFixture({kind: 'space', ...options}).open();
    return fixture;
  }
  afterEach(() => fixture.close());

  const status = async (request: string | Buffer = GET) => {
    const client = await fixture.client();
    return (await client.send(request).until((text) => text.includes('\r\n\r\n'))).slice(9, 12);
  };

  it('everybody may without ranges, nobody with an empty list', async () => {
    await open();
    expect(await status()).to.equal('200');
    fixture.router.setTrustedRanges([]);
    expect(await status()).to.equal('403');
    fixture.router.setTrustedRanges(null);
    expect(await status()).to.equal('200');
  });

  it('nobody of a denied range may, though a trusted one has it', async () => {
    await open();
    fixture.router.setTrustedRanges(['127.0.0.0/8'], ['127.0.0.1/32']);
    expect(await status()).to.equal('403');
    fixture.router.setTrustedRanges(['127.0.0.0/8'], ['127.0.0.2/32']);
    expect(await status()).to.equal('200');
  });

  it('a rejected client gets a plain 403, whatever it asks for, and no app logs it', async () => {
    await open();
    fixture.router.setTrustedRanges(['10.0.0.0/8']);
    const client = await fixture.client();
    const response = await client.send(GET).toEnd();
    expect(response).to.match(
      /^HTTP\/1\.1 403 Forbidden\r\nContent-Type: text\/plain[^]*Connection: close\r\n\r\n403 Forbidden\n$/,
    );
    expect(await status('garbage\r\n\r\n')).to.equal('403');
    expect(await status(GET.replace('demo', 'other'))).to.equal('403');
    expect(fixture.lines).to.deep.equal([]);
    expect(fixture.dyno.requests).to.deep.equal([]);
  });

  it('ranges match the address itself, also when it comes mapped into IPv6', async () => {
    fixture = new RouterFixture({kind: 'space'});
    const {httpPort} = await fixture.router.listen({host: '::', httpPort: 0});
    fixture.router.setApp(fixture.app);
    fixture.router.setTrustedRanges(['127.0.0.0/8']);
    const client = await new RawClient(httpPort).connected();
    expect(await client.send(GET).response()).to.match(/^HTTP\/1\.1 503/);
    expect(fixture.lines[0]).to.include('fwd="127.0.0.1"');
    client.close();
    fixture.router.setTrustedRanges(['127.0.0.2/32', '::ffff:0:0/96', 'nonsense']);
    const other = await new RawClient(httpPort).connected();
    expect(await other.send(GET).response()).to.match(/^HTTP\/1\.1 403/);
    other.close();
  });

  it('a change cuts kept connections and tunnels that are not allowed any more', async () => {
    await open();
    fixture.dyno.answer = ({send}) => send('HTTP/1.1 101 X\r\nUpgrade: x\r\n\r\n');
    const tunnel = await fixture.client();
    await tunnel
      .send(GET.replace('\r\n\r\n', '\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'))
      .until((text) => text.includes('101'));
    fixture.dyno.answer = ({send}) => send('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    const kept = await fixture.client();
    await kept.send(GET).response();
    fixture.router.setTrustedRanges(['127.0.0.0/8', '10.0.0.0/8']);
    await kept.send(GET).response();
    expect(tunnel.closed).to.equal(false);
    fixture.router.setTrustedRanges(['10.0.0.0/8']);
    await tunnel.toEnd();
    await kept.toEnd();
    await eventually(() => fixture.dyno.sockets.size <= 1, 'the tunnel ends at the dyno too');
  });

  it('apps with internal routing exist for clients inside of the space only', async () => {
    await open({app: {internalRouting: true}});
    expect(await status()).to.equal('404');
    fixture.router.setInternalRanges(['127.0.0.0/8']);
    expect(await status()).to.equal('200');
  });

  describe('PROXY protocol', () => {
    const forwarded = async (header: string | Buffer) => {
      fixture.dyno.requests.length = 0;
      expect(await status(Buffer.concat([Buffer.from(header), Buffer.from(GET)]))).to.equal('200');
      return /X-Forwarded-For: ([^\r]*)/.exec(fixture.dyno.requests[0]!)![1];
    };

    beforeEach(async () => {
      await open();
      fixture.router.setProxyPeers(['127.0.0.1/32']);
    });

    it('version 1', async () => {
      expect(await forwarded('PROXY TCP4 192.0.2.9 127.0.0.1 1234 80\r\n')).to.equal('192.0.2.9');
      expect(await forwarded('PROXY TCP6 2001:db8::7 ::1 1234 80\r\n')).to.equal('2001:db8::7');
      expect(await forwarded('PROXY TCP6 ::ffff:192.0.2.9 ::1 1234 80\r\n')).to.equal('192.0.2.9');
      expect(await forwarded('PROXY UNKNOWN\r\n')).to.equal('127.0.0.1');
      expect(await forwarded('PROXY UNKNOWN ffff:: ffff:: 1 2\r\n')).to.equal('127.0.0.1');
    });

    it('version 2', async () => {
      expect(await forwarded(version2(1, 1, IPV4))).to.equal('192.0.2.9');
      expect(await forwarded(version2(1, 2, IPV6))).to.equal('2001:db8:0:0:0:0:0:7');
      expect(await forwarded(version2(1, 2, MAPPED))).to.equal('192.0.2.9');
      expect(await forwarded(version2(0, 0, Buffer.alloc(0)))).to.equal('127.0.0.1');
      expect(await forwarded(version2(1, 1, Buffer.concat([IPV4, Buffer.from([4, 0, 2, 1, 2])])))).to.equal(
        '192.0.2.9',
      );
    });

    it('byte by byte', async () => {
      const client = await fixture.client();
      for (const byte of Buffer.concat([version2(1, 1, IPV4), Buffer.from(GET)])) {
        client.send(Buffer.from([byte]));
        await new Promise((resolve) => setImmediate(resolve));
      }
      await client.response();
      expect(fixture.dyno.requests[0]).to.include('X-Forwarded-For: 192.0.2.9\r\n');
    });

    for (const [name, bytes] of [
      ['no header', GET],
      ['a header that breaks off', 'PROXY TCP4 192.0.2.9\r\n' + GET],
      ['an endless header', 'PROXY ' + 'x'.repeat(200)],
      ['version 3', Buffer.concat([SIGNATURE, Buffer.from([0x31, 0x11, 0, 12]), IPV4])],
      ['too many bytes', version2(1, 1, Buffer.alloc(5000))],
      ['too few bytes', version2(1, 1, Buffer.alloc(4))],
    ] as const) {
      it(`${name}: closed without a word`, async () => {
        const client = await fixture.client();
        expect(await client.send(bytes).toEnd()).to.equal('');
      });
    }

    it('is for those who were named when they came: a change ends connections that came otherwise', async () => {
      const proxied = await fixture.client();
      await proxied.send('PROXY TCP4 192.0.2.9 127.0.0.1 1234 80\r\n' + GET).response();
      fixture.router.setProxyPeers(['127.0.0.1/32', '192.0.2.1']);
      await proxied.send(GET).response();
      fixture.router.setProxyPeers([]);
      await proxied.toEnd();
      const direct = await fixture.client();
      await direct.send(GET).response();
      fixture.router.setProxyPeers(['127.0.0.1']);
      await direct.toEnd();
    });

    it('decides about trust by the address it names', async () => {
      fixture.router.setTrustedRanges(['192.0.2.0/24']);
      expect(await forwarded('PROXY TCP4 192.0.2.9 127.0.0.1 1234 80\r\n')).to.equal('192.0.2.9');
      expect(await status('PROXY TCP4 198.51.100.1 127.0.0.1 1234 80\r\n' + GET)).to.equal('403');
    });
  });

  describe('a connection in the name of another client', () => {
    const answer = async (peer: string, role: 'http' | 'https' = 'http') => {
      const raw = await fixture.router.connectAs(peer, role);
      const socket = role === 'https' ? connectTls({socket: raw, rejectUnauthorized: false, servername: HOST}) : raw;
      socket.write(GET.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
      return text(socket);
    };

    it('is held against the ranges by the address it is for, and the app sees that', async () => {
      await open();
      fixture.router.setTrustedRanges(['203.0.113.0/24', '10.1.0.0/16']);
      expect(await answer('203.0.113.9')).to.match(/^HTTP\/1\.1 200/);
      expect(fixture.dyno.requests[0]).to.include('X-Forwarded-For: 203.0.113.9\r\n');
      expect(await answer('::ffff:cb00:7109')).to.match(/^HTTP\/1\.1 200/);
      expect(await answer('198.51.100.9')).to.match(/^HTTP\/1\.1 403/);
      expect(await answer('2001:db8::1')).to.match(/^HTTP\/1\.1 403/);
      expect(await answer('127.0.0.1')).to.match(/^HTTP\/1\.1 403/);
    });

    it('is cut like any other when the ranges change', async () => {
      await open();
      fixture.router.setTrustedRanges(['203.0.113.0/24']);
      const socket = await fixture.router.connectAs('203.0.113.9', 'http');
      fixture.router.setProxyPeers(['127.0.0.1']);
      socket.write(GET);
      expect(String(await once(socket, 'data').then(([chunk]) => chunk as Buffer))).to.match(/^HTTP\/1\.1 200/);
      fixture.router.setTrustedRanges([]);
      await once(socket, 'close');
    });

    it('speaks TLS too, where the router does', async () => {
      await open({https: true, certificateFor: (host) => selfSigned(host)});
      expect(await answer('203.0.113.9', 'https')).to.match(/^HTTP\/1\.1 200/);
      expect(fixture.dyno.requests[0]).to.include('X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\n');
      await fixture.close();
      await open();
      const refused = await fixture.router.connectAs('203.0.113.9', 'https').catch((error: Error) => error);
      expect(refused).to.have.property('code', 'bad_request');
    });
  });

  it('PROXY protocol comes before TLS', async () => {
    await open({https: true, certificateFor: (host) => selfSigned(host)});
    fixture.router.setProxyPeers(['127.0.0.1/32']);
    const raw = await new RawClient(fixture.httpsPort).connected();
    raw.socket.removeAllListeners('data');
    raw.send('PROXY TCP4 192.0.2.9 127.0.0.1 1234 443\r\n');
    const socket = connectTls({socket: raw.socket, servername: HOST, rejectUnauthorized: false});
    socket.write(GET);
    await eventually(() => fixture.dyno.requests.length === 1);
    expect(fixture.dyno.requests[0]).to.include('X-Forwarded-For: 192.0.2.9\r\nX-Forwarded-Proto: https\r\n');
    socket.destroy();
  });
});
