import {expect} from 'chai';
import {once} from 'node:events';
import {createServer, type Server} from 'node:http';
import {connect} from 'node:net';
import type {AddressInfo} from 'node:net';
import {text} from 'node:stream/consumers';
import {fileURLToPath} from 'node:url';
import {Router} from '../../src/router/router.js';
import {VirtualClock} from '../support/virtual-clock.js';
import {until} from '../support/until.js';
import {Netns} from './netns.js';
import {whyNoPeers} from './peers.js';

const client = fileURLToPath(new URL('../../../test/fixtures/spaces/client.mjs', import.meta.url));

/** From real source addresses: two machines beside this host. */
describe('trusted IP ranges', function () {
  this.timeout(60_000);
  let one: Netns;
  let two: Netns;
  let dyno: Server;
  let router: Router;
  let port: number;

  before(async function () {
    const reason = whyNoPeers();
    if (reason) {
      console.log(`      skipped, ${reason}`);
      this.skip();
    }
    one = await Netns.beside();
    two = await Netns.beside();
    dyno = createServer((_, response) => response.end('hello'));
    dyno.on('upgrade', (_, socket) =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'),
    );
    await once(dyno.listen(0, '127.0.0.1'), 'listening');
    const ignore = () => undefined;
    router = new Router({
      kind: 'space',
      clock: new VirtualClock(),
      random: Math.random,
      log: ignore,
      wake: ignore,
      trafficSeen: ignore,
    });
    router.setApp({id: 'a', name: 'shop', hosts: ['shop.localhost'], maintenance: false, features: [], blank: false});
    const endpoint = {host: '127.0.0.1', port: (dyno.address() as AddressInfo).port};
    router.setDynos('a', [{id: 'd', name: 'web.1', state: 'up', endpoint}]);
    // One socket for both families: IPv4 clients arrive as ::ffff:…
    ({httpPort: port} = await router.listen({host: '::', httpPort: 0}));
  });

  after(async () => {
    await router?.close();
    dyno?.closeAllConnections();
    dyno?.close();
    await one?.close();
    await two?.close();
  });

  it('admit whom they name, by the address of the connection', async () => {
    router.setTrustedRanges([`${one.address}/32`]);
    expect(await status(one)).to.equal('200');
    expect(await status(two)).to.equal('403');
    router.setTrustedRanges([`${one.address}/32`, `${two.address}/30`]);
    expect(await status(two)).to.equal('200');
  });

  it('do not believe what a client says of itself', async () => {
    router.setTrustedRanges([`${one.address}/32`]);
    for (const forged of [
      `X-Forwarded-For: ${one.address}`,
      `Forwarded: for=${one.address}`,
      `X-Real-IP: ${one.address}`,
    ]) {
      expect(await status(two, forged), forged).to.equal('403');
    }
  });

  it('block all when there is none', async () => {
    router.setTrustedRanges([]);
    expect(await status(one)).to.equal('403');
  });

  for (const mode of ['keep', 'upgrade'] as const) {
    it(`end open connections that they no longer admit: ${mode === 'keep' ? 'keep-alive' : 'WebSocket'}`, async () => {
      router.setTrustedRanges(['0.0.0.0/0']);
      const [staying, leaving] = [open(one, mode), open(two, mode)];
      const first = mode === 'keep' ? '200' : '101';
      await until('both to be served', () => staying.said.includes(first) && leaving.said.includes(first));
      router.setTrustedRanges([`${one.address}/32`]);
      await until('the end of one', () => leaving.said.includes('closed'));
      const seen = staying.said.length;
      if (mode === 'keep') await until('more answers for the other', () => staying.said.length > seen + 1);
      expect(staying.said).not.to.include('closed');
      expect(new Set(leaving.said)).to.deep.equal(new Set([first, 'closed']));
    });
  }

  it('believe a PROXY header of those alone who were named, and nothing else of those', async () => {
    const speaksFor = (address: string) => `PROXY TCP4 ${address} ${one.host} 1234 80`;
    router.setTrustedRanges(['203.0.113.0/24', `${two.address}/32`]);
    router.setProxyPeers([`${one.address}/32`]);
    try {
      expect(await status(one, speaksFor('203.0.113.9'))).to.equal('200');
      expect(await status(one, speaksFor('198.51.100.250'))).to.equal('403');
      expect(await status(one, speaksFor(two.address))).to.equal('200');
      expect(await status(one)).to.equal('closed');
      // Not named: its header is no more than a request that nobody understands.
      expect(await status(two, speaksFor('203.0.113.9'))).to.equal('400');
      router.setTrustedRanges(['203.0.113.0/24']);
      expect(await status(two, speaksFor('203.0.113.9'))).to.equal('403');
      expect(await status(two, 'X-Forwarded-For: 203.0.113.9')).to.equal('403');
    } finally {
      router.setProxyPeers([]);
    }
  });

  it('admit IPv4 clients of a socket for both families by their IPv4 address, and no IPv6 client', async () => {
    router.setTrustedRanges(['0.0.0.0/0']);
    expect(await status(one)).to.equal('200');
    const visit = await router.connectAs('::ffff:203.0.113.9', 'http');
    visit.write('GET / HTTP/1.1\r\nHost: shop.localhost\r\nConnection: close\r\n\r\n');
    expect(await text(visit)).to.match(/^HTTP\/1\.1 200/);
    const loopback = connect({port, host: '::1'});
    loopback.write('GET / HTTP/1.1\r\nHost: shop.localhost\r\n\r\n');
    expect(await text(loopback)).to.match(/^HTTP\/1\.1 403/);
  });

  async function status(from: Netns, ...headers: string[]): Promise<string> {
    const said = await from.exec(process.execPath, [client, from.host, `${port}`, 'once', ...headers]);
    return said.split('\n')[0]!;
  }

  function open(from: Netns, mode: string): {said: string[]} {
    const said: string[] = [];
    const child = from.start(process.execPath, [client, from.host, `${port}`, mode]);
    child
      .stdout!.setEncoding('utf8')
      .on('data', (text: string) => said.push(...text.split('\n').filter((line) => line !== '')));
    return {said};
  }
});
