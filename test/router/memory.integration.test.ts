import {fork} from 'node:child_process';
import type {ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {Agent, createServer, request} from 'node:http';
import type {IncomingMessage} from 'node:http';
import {connect} from 'node:net';
import type {AddressInfo, Socket} from 'node:net';
import {fileURLToPath} from 'node:url';
import {expect} from 'chai';
import {sendEcho} from './support/echo.js';

const MIB = 1024 * 1024;

describe('memory of the router process', function () {
  this.timeout(180_000);
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
    await sendEcho(port, agent, Buffer.alloc(8 * MIB));
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
