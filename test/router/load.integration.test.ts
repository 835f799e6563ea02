import {fork} from 'node:child_process';
import type {ChildProcess} from 'node:child_process';
import {createHash} from 'node:crypto';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {Agent, createServer, request} from 'node:http';
import type {IncomingMessage, Server} from 'node:http';
import {connect} from 'node:net';
import type {AddressInfo, Socket} from 'node:net';
import {fileURLToPath} from 'node:url';
import {expect} from 'chai';
import type {RoutedDyno} from '../../src/router/router.js';
import {RouterFixture, eventually} from './support/router-fixture.js';

const MIB = 1024 * 1024;

/** A dyno of node:http that sends back what it gets, with a hash, like an app would. */
class EchoDyno {
  readonly server: Server;
  readonly sockets = new Set<Socket>();
  served = 0;

  constructor(readonly id: string) {
    this.server = createServer({keepAliveTimeout: 95_000}, (incoming, response) => {
      const hash = createHash('sha256');
      response.writeHead(200, {'x-dyno': this.id, trailer: 'x-hash'});
      incoming.on('data', (data: Buffer) => {
        hash.update(data);
        if (!response.write(data)) {
          incoming.pause();
          response.once('drain', () => incoming.resume());
        }
      });
      incoming.on('end', () => {
        this.served++;
        response.addTrailers({'x-hash': hash.digest('hex')});
        response.end();
      });
    });
    this.server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
  }

  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get endpoint() {
    return {host: '127.0.0.1', port: (this.server.address() as AddressInfo).port};
  }

  crash(): void {
    this.server.close();
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeIdleConnections();
    await closed;
  }
}

interface Outcome {
  status: number;
  /** the body came back whole, and the dyno saw the same */
  intact: boolean;
}

function send(port: number, agent: Agent, body: Buffer): Promise<Outcome> {
  return new Promise((resolve) => {
    const headers = {host: 'demo.localhost', 'content-length': body.length};
    const outgoing = request({port, host: '127.0.0.1', method: 'POST', path: '/echo', agent, headers});
    outgoing.on('response', (response: IncomingMessage) => {
      const hash = createHash('sha256');
      response.on('data', (data: Buffer) => hash.update(data));
      response.on('error', () => resolve({status: response.statusCode!, intact: false}));
      response.on('end', () => {
        const [seen, sent] = [hash.digest('hex'), createHash('sha256').update(body).digest('hex')];
        const intact = response.complete && seen === sent && response.trailers['x-hash'] === sent;
        resolve({status: response.statusCode!, intact});
      });
    });
    outgoing.on('error', () => resolve({status: 0, intact: false}));
    outgoing.end(body);
  });
}

describe('router under load', function () {
  this.timeout(180_000);

  it('10,000 requests during scaling, a crash and a rolling restart: none fails but those on the crashed dyno', async () => {
    const fixture = await new RouterFixture({dynos: 0}).open();
    const agent = new Agent({keepAlive: true, maxSockets: 64});
    const dynos = new Map<EchoDyno, RoutedDyno['state']>();
    const all: EchoDyno[] = [];
    const tell = () =>
      fixture.router.setDynos(
        'app-1',
        [...dynos].map(([dyno, state], index) => ({
          id: dyno.id,
          name: `web.${index + 1}`,
          state,
          endpoint: dyno.endpoint,
        })),
      );
    const start = async () => {
      const dyno = await new EchoDyno(`dyno-${all.length + 1}`).open();
      all.push(dyno);
      dynos.set(dyno, 'starting');
      tell();
      dynos.set(dyno, 'up');
      tell();
      return dyno;
    };
    const stop = async (dyno: EchoDyno) => {
      await fixture.router.drain('app-1', dyno.id);
      await dyno.stop();
      dynos.delete(dyno);
      tell();
    };
    for (let count = 0; count < 3; count++) await start();

    const sizes = [0, 1, 100, 1000, 10_000, 70_000, 300_000];
    const outcomes: Outcome[] = [];
    let sent = 0;
    const client = async () => {
      while (sent < 10_000) {
        const size = sizes[(sent++ * 7) % (sent % 50 === 0 ? 7 : 5)]!;
        outcomes.push(await send(fixture.port, agent, Buffer.alloc(size, String(sent))));
      }
    };
    const at = (count: number) => eventuallyLong(() => outcomes.length >= count);
    const story = async () => {
      await at(1500);
      await Promise.all([start(), start()]);
      await at(3000);
      await Promise.all([...dynos.keys()].slice(0, 2).map(stop));
      await at(4500);
      const victim = [...dynos.keys()][0]!;
      victim.crash();
      await new Promise((resolve) => setTimeout(resolve, 50));
      dynos.delete(victim);
      tell();
      await start();
      await at(6000);
      for (const old of [...dynos.keys()]) {
        await start();
        await stop(old);
      }
    };
    await Promise.all([story(), ...Array.from({length: 64}, client)]);

    const failed = outcomes.filter(({status, intact}) => status !== 200 || !intact);
    const codes = fixture.lines.filter((line) => line.includes('code=')).map((line) => /code=(H\d+)/.exec(line)![1]!);
    expect(outcomes).to.have.length(10_000);
    expect(codes.filter((code) => code !== 'H13' && code !== 'H18')).to.deep.equal([]);
    expect(failed.length, 'each failure has its line').to.equal(codes.length);
    // Heroku fails what a crashed dyno had in its hands, so at most what was in progress.
    expect(failed.length).to.be.at.most(64);
    expect(fixture.lines).to.have.length(10_000);
    expect(all.every(({served}) => served > 0)).to.equal(true);
    agent.destroy();
    for (const dyno of dynos.keys()) await dyno.stop();
    await fixture.close();
  });

  it('100 MB up and down at once, byte for byte', async () => {
    const fixture = await new RouterFixture({dynos: 0}).open();
    const dyno = await new EchoDyno('dyno-1').open();
    fixture.router.setDynos('app-1', [{id: 'd', name: 'web.1', state: 'up', endpoint: dyno.endpoint}]);
    const agent = new Agent();
    const body = Buffer.alloc(100 * MIB, 'some bytes that are not a power of two');
    expect(await send(fixture.port, agent, body)).to.deep.equal({status: 200, intact: true});
    expect(await fixture.line()).to.include(` status=200 bytes=${100 * MIB} `);
    agent.destroy();
    await fixture.close();
    await dyno.stop();
  });

  describe('memory of the router process', () => {
    let child: ChildProcess;
    let port = 0;
    const raw: Socket[] = [];
    const servers: Array<{close(): void}> = [];

    beforeEach(async () => {
      child = fork(fileURLToPath(new URL('support/router-child.js', import.meta.url)), {serialization: 'json'});
      [{port}] = (await once(child, 'message')) as [{port: number}];
    });
    afterEach(async () => {
      for (const socket of raw.splice(0)) socket.destroy();
      for (const server of servers.splice(0)) server.close();
      child.kill('SIGKILL');
      await once(child, 'exit');
    });

    const residentMiB = () =>
      Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]) / 1024;
    const useDyno = async (dynoPort: number) => {
      child.send({dynoPort});
      await once(child, 'message');
    };

    it('1,000 idle WebSockets: less than 64 MiB more', async function () {
      if (process.platform !== 'linux') this.skip();
      const server = createServer();
      server.on('upgrade', (_incoming, socket: Socket) => {
        raw.push(socket);
        socket.on('error', () => undefined);
        socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
      });
      servers.push(server);
      await new Promise<void>((resolve) => server.listen({port: 0, host: '127.0.0.1', backlog: 1024}, resolve));
      await useDyno((server.address() as AddressInfo).port);
      const open = () =>
        new Promise<void>((resolve, reject) => {
          const socket = connect(port, '127.0.0.1');
          raw.push(socket);
          socket.write('GET / HTTP/1.1\r\nHost: demo.localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
          socket.once('data', (data: Buffer) =>
            data.toString().startsWith('HTTP/1.1 101') ? resolve() : reject(new Error(data.toString())),
          );
          socket.on('error', reject);
        });
      for (let count = 0; count < 20; count++) await open();
      const before = residentMiB();
      for (let count = 0; count < 1000; count += 50) await Promise.all(Array.from({length: 50}, open));
      expect(residentMiB() - before).to.be.lessThan(64);
    });

    it('1 GB down and 1 GB up: less than 64 MiB more', async function () {
      if (process.platform !== 'linux') this.skip();
      const total = 1024 * MIB;
      const piece = Buffer.alloc(256 * 1024, 'x');
      let uploaded = 0;
      const server = createServer((incoming, response) => {
        if (incoming.method === 'POST') {
          incoming.on('data', (data: Buffer) => (uploaded += data.length));
          incoming.on('end', () => response.end('done'));
          return;
        }
        response.writeHead(200, {'content-length': total});
        let left = total;
        const more = () => {
          while (left > 0) {
            left -= piece.length;
            if (!response.write(piece)) return void response.once('drain', more);
          }
          response.end();
        };
        more();
      });
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      await useDyno((server.address() as AddressInfo).port);
      const agent = new Agent({keepAlive: true});
      await send(port, agent, Buffer.alloc(8 * MIB));
      const before = residentMiB();
      let peak = before;
      const watch = setInterval(() => (peak = Math.max(peak, residentMiB())), 50);
      const headers = {host: 'demo.localhost'};
      const [response] = (await once(request({port, host: '127.0.0.1', agent, headers}).end(), 'response')) as [
        IncomingMessage,
      ];
      let downloaded = 0;
      response.on('data', (data: Buffer) => (downloaded += data.length));
      await once(response, 'end');
      expect(downloaded).to.equal(total);
      uploaded = 0;
      const outgoing = request({
        port,
        host: '127.0.0.1',
        agent,
        method: 'POST',
        headers: {...headers, 'content-length': total},
      });
      const answered = once(outgoing, 'response');
      for (let left = total; left > 0; left -= piece.length) {
        if (!outgoing.write(piece)) await once(outgoing, 'drain');
      }
      outgoing.end();
      const [answer] = (await answered) as [IncomingMessage];
      answer.resume();
      await once(answer, 'end');
      clearInterval(watch);
      expect(uploaded).to.equal(total);
      expect(peak - before, `${before} MiB before, ${peak} MiB at most`).to.be.lessThan(64);
      agent.destroy();
    });
  });
});

async function eventuallyLong(holds: () => boolean): Promise<void> {
  while (!holds()) await eventually(holds).catch(() => undefined);
}
