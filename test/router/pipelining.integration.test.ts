import {createHash} from 'node:crypto';
import {once} from 'node:events';
import {createServer} from 'node:http';
import type {Server} from 'node:http';
import {connect} from 'node:net';
import type {AddressInfo} from 'node:net';
import {expect} from 'chai';
import {RouterFixture} from './support/router-fixture.js';
import {endOfResponse} from './support/raw-client.js';

const CONNECTIONS = 40;

/** Numbers in [0, max), the same in each run. */
function pseudoRandom(seed: number): (max: number) => number {
  let state = seed;
  return (max) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * max);
  };
}

/** Answers with what it got, in one of four ways: whole, in chunks, in two halves, or closing its connection. */
async function openDyno(random: (max: number) => number): Promise<Server> {
  const server = createServer({keepAliveTimeout: 95_000}, (incoming, response) => {
    const parts: Buffer[] = [];
    incoming.on('data', (data: Buffer) => parts.push(data));
    incoming.on('end', () => {
      const answer = answerTo(incoming.url!, Buffer.concat(parts), Number(incoming.headers['x-pad']));
      const style = random(4);
      const half = answer.length >> 1;
      if (style !== 1) response.setHeader('content-length', answer.length);
      if (style === 3) response.shouldKeepAlive = false;
      if (style === 1 || style === 2) response.write(answer.slice(0, half));
      const rest = style === 1 || style === 2 ? answer.slice(half) : answer;
      if (style === 2) setImmediate(() => response.end(rest));
      else response.end(rest);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function answerTo(path: string, body: Buffer, pad: number): string {
  return `${path} ${createHash('sha256').update(body).digest('hex')} ${'.'.repeat(pad)}`;
}

function requestOf(path: string, body: Buffer, pad: number, inChunks: boolean): Buffer {
  const head = `POST ${path} HTTP/1.1\r\nHost: demo.localhost\r\nX-Pad: ${pad}\r\n`;
  if (!inChunks) return Buffer.concat([Buffer.from(`${head}Content-Length: ${body.length}\r\n\r\n`), body]);
  const parts: Buffer[] = [Buffer.from(`${head}Transfer-Encoding: chunked\r\n\r\n`)];
  for (let at = 0; at < body.length; at += 7000) {
    const chunk = body.subarray(at, at + 7000);
    parts.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n'));
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')]);
}

describe('pipelined requests', function () {
  this.timeout(60_000);

  it('of all shapes, cut anywhere, are answered in order and whole', async () => {
    const random = pseudoRandom(4);
    const dyno = await openDyno(pseudoRandom(5));
    const fixture = await new RouterFixture({dynos: 0}).open();
    const endpoint = {host: '127.0.0.1', port: (dyno.address() as AddressInfo).port};
    fixture.router.setDynos('app-1', [{id: 'd', name: 'web.1', state: 'up', endpoint}]);
    let count = 0;

    const converse = async (connection: number) => {
      const socket = connect({port: fixture.port, host: '127.0.0.1', noDelay: true});
      const requests: Buffer[] = [];
      const answers: string[] = [];
      for (let number = random(20); number >= 0; number--) {
        const path = `/${connection}/${number}`;
        const body = Buffer.alloc([0, 1, 50, 3000, 40_000, 150_000][random(6)]!, path);
        const pad = [0, 10, 2000, 30_000, 200_000][random(5)]!;
        requests.push(requestOf(path, body, pad, random(2) === 0));
        answers.push(answerTo(path, body, pad));
      }
      count += answers.length;
      let received = '';
      socket.on('data', (data: Buffer) => (received += data.toString('latin1')));
      const bytes = Buffer.concat(requests);
      for (let at = 0; at < bytes.length;) {
        const size = 1 + random(random(3) === 0 ? 40 : 60_000);
        socket.write(bytes.subarray(at, at + size));
        at += size;
        if (random(3) === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      for (const answer of answers) {
        let end = -1;
        while ((end = endOfResponse(received, 'POST')) < 0) await once(socket, 'data');
        const response = received.slice(0, end);
        received = received.slice(end);
        expect(response.slice(0, 15)).to.equal('HTTP/1.1 200 OK');
        expect(contentOf(response) === answer, answer.slice(0, 100)).to.equal(true);
      }
      expect(received).to.equal('');
      socket.destroy();
    };

    try {
      await Promise.all(Array.from({length: CONNECTIONS}, (_, connection) => converse(connection)));
      expect(
        fixture.lines.filter((line) => line.startsWith('at=info ') && line.includes(' status=200 ')),
      ).to.have.length(count);
    } finally {
      await fixture.close();
      dyno.closeAllConnections();
      dyno.close();
    }
  });
});

/** Without its chunks. */
function contentOf(response: string): string {
  const start = response.indexOf('\r\n\r\n') + 4;
  if (!/\r\ntransfer-encoding: chunked\r\n/i.test(response.slice(0, start))) return response.slice(start);
  let content = '';
  for (let at = start; ;) {
    const line = response.indexOf('\r\n', at);
    const size = Number.parseInt(response.slice(at, line), 16);
    if (size === 0) return content;
    content += response.slice(line + 2, line + 2 + size);
    at = line + 2 + size + 2;
  }
}
