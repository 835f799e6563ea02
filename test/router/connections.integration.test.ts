import {createHash, randomBytes} from 'node:crypto';
import {expect} from 'chai';
import {VirtualClock} from '../support/virtual-clock.js';
import {GET, RouterFixture, eventually} from './support/router-fixture.js';
import type {FixtureOptions} from './support/router-fixture.js';
import {OK} from './support/raw-dyno.js';

const UPGRADE = GET.replace('\r\n\r\n', '\r\nConnection: keep-alive, Upgrade\r\nUpgrade: echo/1\r\n\r\n');
const SWITCHED = 'HTTP/1.1 101 Sure\r\nupgrade: echo/1\r\nconnection: upgrade\r\n\r\n';
const CHUNKED = 'POST / HTTP/1.1\r\nHost: demo.localhost\r\nTransfer-Encoding: chunked\r\n\r\n';
const MIB = 1024 * 1024;

/** How connections and bodies behave (heroku-behaviour.md 3.5 to 3.8). */
describe('connections', () => {
  let clock: VirtualClock;
  let fixture: RouterFixture;

  async function open(options: FixtureOptions = {}): Promise<RouterFixture> {
    clock = new VirtualClock();
    fixture = await new RouterFixture({clock, ...options}).open();
    return fixture;
  }
  afterEach(() => fixture.close());

  describe('upgrades', () => {
    /** After its 101 the dyno sends back what it gets. */
    const echo = () => {
      fixture.dyno.answer = (connection) => {
        connection.send(SWITCHED);
        connection.socket.removeAllListeners('data');
        connection.socket.on('data', (data: Buffer) => connection.socket.write(data));
        if (connection.received !== '') connection.socket.write(connection.received, 'latin1');
      };
    };

    it('become a pipe of bytes, logged at their end', async () => {
      await open();
      echo();
      const client = await fixture.client();
      client.send(UPGRADE + 'early');
      await client.until((text) => text.endsWith('early'));
      expect(client.received).to.match(
        /^HTTP\/1\.1 101 Switching Protocols\r\nUpgrade: echo\/1\r\nVia: 1\.1 heroku-router\r\nConnection: Upgrade\r\n\r\nearly$/,
      );
      expect(fixture.dyno.requests[0]).to.include('Connection: Upgrade\r\nUpgrade: echo/1\r\n');
      client.send('\x00\xff bytes');
      await client.until((text) => text.endsWith('\x00\xff bytes'));
      expect(fixture.lines).to.deep.equal([]);
      await clock.advance(3000);
      client.close();
      expect(await fixture.line()).to.match(
        /^at=info method=GET .* dyno=web\.1 connect=0ms service=3000ms status=101 bytes=13 /,
      );
      await eventually(() => fixture.dyno.sockets.size === 0);
    });

    it('end for the client when the dyno ends, with all its bytes', async () => {
      await open();
      fixture.dyno.answer = ({end}) => end(SWITCHED + 'x'.repeat(500_000));
      const client = await fixture.client();
      const all = await client.send(UPGRADE).toEnd();
      expect(all.length - all.indexOf('\r\n\r\n') - 4).to.equal(500_000);
      expect(await fixture.line()).to.include('status=101 bytes=500000 ');
    });

    it('work with any verb, HEAD included, and with a body', async () => {
      await open();
      echo();
      for (const request of [UPGRADE.replace('GET', 'HEAD'), UPGRADE.replace('GET', 'BREW')]) {
        const client = await fixture.client();
        client.send(request);
        await client.until((text) => text.includes('\r\n\r\n'));
        client.send('ping');
        expect(await client.until((text) => text.endsWith('ping'))).to.match(/^HTTP\/1\.1 101/);
      }
    });

    it('are an ordinary response where the dyno answers with one', async () => {
      await open();
      fixture.dyno.answer = ({send}) => send('HTTP/1.1 426 Upgrade Required\r\nContent-Length: 2\r\n\r\nno');
      const client = await fixture.client();
      expect(await client.send(UPGRADE + GET).response()).to.match(/^HTTP\/1\.1 426 /);
      fixture.dyno.answer = ({send}) => send(OK);
      // What came behind the refused upgrade is a request like any other.
      expect(await client.response()).to.match(/^HTTP\/1\.1 (426|200) /);
      expect(fixture.dyno.requests).to.have.length(2);
    });

    it('end after 55 s without a byte in either direction', async () => {
      await open();
      echo();
      const client = await fixture.client();
      await client.send(UPGRADE).until((text) => text.includes('101'));
      await clock.advance(50_000);
      client.send('ping');
      await client.until((text) => text.endsWith('ping'));
      await clock.advance(54_999);
      expect(client.ended).to.equal(false);
      await clock.advance(1);
      await client.toEnd();
      expect(await fixture.line()).to.match(/^at=error code=H15 desc="Idle connection" .* status=503 bytes=4 /);
    });
  });

  describe('bodies', () => {
    for (const size of [0, 1, 100, 65_536, 3 * MIB + 17]) {
      for (const framing of ['length', 'chunked'] as const) {
        it(`${size} bytes both ways, ${framing}`, async () => {
          await open();
          const body = randomBytes(size);
          const framed =
            framing === 'length'
              ? Buffer.concat([Buffer.from(`Content-Length: ${size}\r\n\r\n`), body])
              : Buffer.concat([
                  Buffer.from('Transfer-Encoding: chunked\r\n\r\n'),
                  ...chunks(body),
                  Buffer.from('0\r\n\r\n'),
                ]);
          fixture.dyno.answer = ({send}) => {
            send('HTTP/1.1 200 OK\r\n');
            send(framed);
          };
          const client = await fixture.client();
          client.send('POST / HTTP/1.1\r\nHost: demo.localhost\r\n');
          client.send(framed);
          const response = await client.response();
          const wire = (text: string) => hash(text.slice(text.indexOf('\r\n\r\n') + 4));
          const expected = hash(framed.subarray(framed.indexOf('\r\n\r\n') + 4));
          expect(wire(response)).to.equal(expected);
          expect(wire(fixture.dyno.requests[0]!)).to.equal(expected);
          expect(await fixture.line()).to.include(` bytes=${size} `);
        });
      }
    }

    it('stream in both directions at once, without waiting for an end', async () => {
      await open();
      fixture.dyno.onData = ({received, send}) => {
        if (received.indexOf('\r\n\r\n') === received.length - 4)
          send('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
        else if (received.endsWith('one\r\n')) send('3\r\nONE\r\n');
      };
      fixture.dyno.answer = ({send}) => send('0\r\n\r\n');
      const client = await fixture.client();
      await client.send(CHUNKED).until((text) => text.includes('\r\n\r\n'));
      await client.send('3\r\none\r\n').until((text) => text.endsWith('3\r\nONE\r\n'));
      await client.send('0\r\n\r\n').until((text) => text.endsWith('0\r\n\r\n'));
      expect(await fixture.line()).to.include('status=200 bytes=3 ');
    });

    it('pass events as they come', async () => {
      await open();
      let send: (text: string) => void = () => undefined;
      fixture.dyno.answer = (connection) => {
        send = connection.send;
        send('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n');
      };
      const client = await fixture.client();
      await client.send(GET).until((text) => text.includes('\r\n\r\n'));
      for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
        send(event);
        await client.until((text) => text.endsWith(event));
      }
    });

    it('an early answer is delivered although the upload goes on, then the client is closed', async () => {
      await open();
      fixture.dyno.onData = ({received, socket, end}) => {
        if (!received.includes('start')) return;
        socket.removeAllListeners('data');
        socket.pause();
        end('HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig');
      };
      const client = await fixture.client();
      client.send('POST / HTTP/1.1\r\nHost: demo.localhost\r\nContent-Length: 100000000\r\n\r\nstart');
      expect(await client.toEnd()).to.match(/^HTTP\/1\.1 413 [^]*Connection: close\r\n[^]*big$/);
      expect(await fixture.line())
        .to.include('at=info method=POST')
        .and.include('status=413 bytes=3 ');
    });

    it('an early answer arrives although the dyno resets the connection that is still written to', async () => {
      await open();
      const client = await fixture.client();
      fixture.dyno.onData = ({received, send, reset}) => {
        if (!received.includes('start')) return;
        // More of the upload is there before the answer is, so it is written into a connection that is gone.
        client.send('more');
        send('HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig');
        reset();
      };
      client.send('POST / HTTP/1.1\r\nHost: demo.localhost\r\nContent-Length: 100000000\r\n\r\nstart');
      expect(await client.toEnd()).to.match(/^HTTP\/1\.1 413 [^]*big$/);
      expect(await fixture.line()).to.include('status=413 bytes=3 ');
    });

    it('a bad chunk is refused, and what came before it goes no further', async () => {
      await open();
      const client = await fixture.client();
      client.send(CHUNKED + '3\r\nabc\r\nzz\r\n');
      expect(await client.toEnd()).to.match(/^HTTP\/1\.1 400 Bad Request/);
      expect(await fixture.line()).to.match(/^at=info method=POST .* dyno=web\.1 .* status=400 bytes=0 /);
      expect(fixture.dyno.requests).to.deep.equal([]);
      await eventually(() => fixture.dyno.sockets.size === 0);
    });
  });

  describe('100-continue', () => {
    it('passes to the dyno with http-end-to-end-continue', async () => {
      await open({app: {features: ['http-end-to-end-continue']}});
      fixture.dyno.onData = ({received, send}) => {
        if (received.endsWith('\r\n\r\n')) send('HTTP/1.1 100 Continue\r\nX: y\r\n\r\n');
      };
      const client = await fixture.client();
      client.send('POST / HTTP/1.1\r\nHost: demo.localhost\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n');
      await client.until((text) => text.length > 0);
      expect(client.received).to.equal('HTTP/1.1 100 Continue\r\n\r\n');
      client.send('ab');
      expect(await client.response()).to.match(/HTTP\/1\.1 200 OK/);
      expect(fixture.dyno.requests[0]).to.include('Expect: 100-continue\r\n');
    });

    it('a final status instead of it closes the client', async () => {
      await open({app: {features: ['http-end-to-end-continue']}});
      fixture.dyno.onData = ({received, send}) => {
        if (received.endsWith('\r\n\r\n')) send('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n');
      };
      const client = await fixture.client();
      client.send('POST / HTTP/1.1\r\nHost: demo.localhost\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n');
      expect(await client.toEnd()).to.match(/^HTTP\/1\.1 401 [^]*Connection: close/);
    });

    it('passes to the dyno with an upgrade: its 101 comes with or without a 100', async () => {
      await open();
      const request = UPGRADE.replace('\r\n\r\n', '\r\nExpect: 100-continue\r\n\r\n');
      for (const [interim, expected] of [
        ['', /^HTTP\/1\.1 101 /],
        ['HTTP/1.1 100 Continue\r\n\r\n', /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 101 /],
      ] as const) {
        fixture.dyno.answer = ({send}) => send(interim + SWITCHED);
        const client = await fixture.client();
        expect(await client.send(request).until((text) => text.includes('101'))).to.match(expected);
        expect(fixture.dyno.requests.at(-1)).to.include('Expect: 100-continue\r\n').and.include('Upgrade: echo/1\r\n');
      }
    });
  });

  describe('clients', () => {
    it('that are idle are closed after 60 s', async () => {
      await open();
      const client = await fixture.client();
      await client.send(GET).response();
      await clock.advance(59_999);
      expect(client.ended).to.equal(false);
      await clock.advance(1);
      await client.toEnd();
    });

    it('that never finish a head are closed after 60 s, however often they send a byte', async () => {
      await open();
      const client = await fixture.client();
      client.send('GET / HTTP/1.1\r\nHost: demo.localhost\r\n');
      for (let count = 0; count < 7 && !client.ended; count++) {
        client.send('X');
        await clock.advance(10_000);
      }
      await client.toEnd();
      expect(fixture.lines).to.deep.equal([]);
    });

    it('that half-close before their response are gone', async () => {
      await open();
      fixture.dyno.answer = () => undefined;
      const client = await fixture.client();
      client.send(GET);
      await eventually(() => fixture.dyno.requests.length === 1);
      client.socket.end();
      expect(await fixture.line()).to.include('code=H27');
    });

    it('that send more than their turn are not read on', async () => {
      await open();
      fixture.dyno.answer = () => undefined;
      const client = await fixture.client();
      client.send(GET);
      await eventually(() => fixture.dyno.requests.length === 1);
      const flood = Buffer.alloc(64 * MIB, GET);
      client.socket.write(flood);
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(client.socket.writableLength).to.be.greaterThan(32 * MIB);
    });
  });

  describe('slow sides', () => {
    it('a client that does not read holds the dyno back', async () => {
      await open();
      let written = 0;
      fixture.dyno.answer = ({socket}) => {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${200 * MIB}\r\n\r\n`);
        const more = () => {
          while (written < 200 * MIB && socket.write(Buffer.alloc(MIB))) written += MIB;
        };
        socket.on('drain', () => {
          written += MIB;
          more();
        });
        more();
      };
      const client = await fixture.client();
      client.socket.pause();
      client.send(GET);
      let before = -1;
      await eventually(async () => {
        const still = before === written && written > 0;
        before = written;
        await new Promise((resolve) => setTimeout(resolve, 100));
        return still;
      });
      expect(written).to.be.lessThan(40 * MIB);
      await clock.advance(110_000);
      expect(await fixture.line()).to.match(/^at=warning code=H28 .* status=499 /);
    });

    /** A client that asks `count` times for `bytes` bytes, all at once, and reads nothing. */
    const askAll = async (count: number, bytes: number) => {
      fixture.dyno.answer = ({send}) => send(`HTTP/1.1 200 OK\r\nContent-Length: ${bytes}\r\n\r\n${'x'.repeat(bytes)}`);
      const client = await fixture.client();
      client.socket.pause();
      client.send(GET.repeat(count));
      let before = -1;
      await eventually(async () => {
        const still = before === fixture.lines.length && before > 0;
        before = fixture.lines.length;
        await new Promise((resolve) => setTimeout(resolve, 100));
        return still;
      });
      return client;
    };

    it('a client that does not read has no more pipelined requests answered', async () => {
      await open();
      const client = await askAll(1000, 60_000);
      expect(fixture.lines.length).to.be.lessThan(500);
      let read = 0;
      client.socket.removeAllListeners('data').on('data', (data: Buffer) => (read += data.length));
      client.socket.resume();
      await eventually(() => read > 1000 * 60_000 && fixture.lines.length === 1000);
    });

    it('a client that goes on reading nothing is closed', async () => {
      await open();
      const client = await askAll(1000, 60_000);
      await clock.advance(120_000);
      client.socket.resume();
      const {length} = await client.toEnd();
      expect(length).to.be.lessThan(500 * 60_000);
      expect(fixture.lines.length).to.be.lessThan(500);
    });

    it('a dyno that does not read holds the client back', async () => {
      await open();
      fixture.dyno.greet = ({socket}) => void socket.pause();
      const client = await fixture.client();
      client.send(`POST / HTTP/1.1\r\nHost: demo.localhost\r\nContent-Length: ${200 * MIB}\r\n\r\n`);
      client.socket.write(Buffer.alloc(100 * MIB));
      await eventually(() => fixture.dyno.connections === 1);
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(client.socket.writableLength).to.be.greaterThan(50 * MIB);
      await clock.advance(110_000);
      expect(await fixture.line()).to.match(/code=H12 .* status=503 bytes=0 /);
    });
  });
});

function chunks(body: Buffer): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < body.length; at += 50_000) {
    const piece = body.subarray(at, at + 50_000);
    pieces.push(Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n'));
  }
  return pieces;
}

function hash(bytes: Buffer | string): string {
  const data = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
  return createHash('sha256').update(data).digest('hex');
}
