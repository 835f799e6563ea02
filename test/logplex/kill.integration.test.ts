import {expect} from 'chai';
import {fork} from 'node:child_process';
import type {ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {appendFile, mkdir, mkdtemp, rm, stat} from 'node:fs/promises';
import {createServer} from 'node:http';
import net from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {LogplexFrameReader, parseLogplexBody} from '../../src/model/logplex-frame.js';
import {until} from '../support/until.js';
import type {KilledOptions, KilledStatus} from './killed-logplex.js';

const DYNOS = 20;
const LINES_PER_DYNO = 1500;
const KILLS = 8;
/** packets that a syslog drain hands to its socket in one go, and the least bytes of a line in them */
const LOST_PER_KILL = (16 * 4096) / 60;

const program = fileURLToPath(new URL('./killed-logplex.js', import.meta.url));

async function listen(server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as net.AddressInfo).port;
}

describe('a runtime that is killed while 20 dynos write', function () {
  this.timeout(180_000);

  it('has every line in its history once; drains lose or repeat no more than was on its way', async () => {
    const root = await mkdtemp(join(tmpdir(), 'dyno-killed-'));
    const sources = join(root, 'sources');
    await mkdir(sources);
    const ids = Array.from({length: DYNOS}, (_, i) => `dyno${i}`);
    for (const id of ids) await appendFile(join(sources, id), '');

    const frames = new Map<string, string[]>();
    let repeated = 0;
    const https = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const id = String(request.headers['logplex-frame-id']);
        if (frames.has(id)) repeated++;
        frames.set(
          id,
          parseLogplexBody(Buffer.concat(chunks)).map(({message}) => message),
        );
        response.writeHead(200).end();
      });
    });
    const viaSyslog: string[] = [];
    const syslog = net.createServer((socket) => {
      const reader = new LogplexFrameReader();
      socket.on('error', () => undefined);
      socket.on('data', (chunk: Buffer) => viaSyslog.push(...reader.read(chunk).map(({message}) => message)));
    });
    const options: KilledOptions = {
      directory: join(root, 'logs'),
      sources,
      drains: [
        {id: 'https', url: `http://127.0.0.1:${await listen(https)}`, token: 'd.1'},
        {id: 'syslog', url: `syslog://127.0.0.1:${await listen(syslog)}`, token: 'd.2'},
      ],
    };

    let child: ChildProcess | null = null;
    const start = async () => {
      child = fork(program, [JSON.stringify(options)]);
      await once(child, 'message');
      return child;
    };
    const ask = async (): Promise<KilledStatus> => {
      child!.send('status');
      return ((await once(child!, 'message')) as [KilledStatus])[0];
    };
    try {
      let written = 0;
      const write = async () => {
        for (; written < LINES_PER_DYNO; written += 10) {
          await Promise.all(
            ids.map((id) => {
              const lines = Array.from(
                {length: 10},
                (_, i) => `${id} ${written + i} Grüße ${'x'.repeat((written + i) % 90)}\n`,
              );
              return appendFile(join(sources, id), lines.join(''));
            }),
          );
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      };
      const writing = write();
      for (let kill = 0; kill < KILLS; kill++) {
        const running = await start();
        await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 300));
        running.kill('SIGKILL');
        await once(running, 'exit');
      }
      await writing;
      await start();
      const sizes = await Promise.all(ids.map(async (id) => (await stat(join(sources, id))).size));
      const total = DYNOS * LINES_PER_DYNO;
      const last = await until('the last line to be collected and drained', async () => {
        const {offsets, last, drains} = await ask();
        const isRead = ids.every((id, i) => offsets[id] === sizes[i]) && last?.id === String(total);
        return isRead && drains.every(({buffered}) => buffered === 0) && drains;
      });
      child!.send('close');
      await once(child!, 'exit');

      const wanted = new Set<string>();
      for (const id of ids) {
        for (let n = 0; n < LINES_PER_DYNO; n++) wanted.add(`${id} ${n} Grüße ${'x'.repeat(n % 90)}\n`);
      }
      const viaHttps = [...frames.values()].flat();
      expect(viaHttps.filter((line) => !wanted.has(line))).to.deep.equal([]);
      expect([viaHttps.length, new Set(viaHttps).size, last[0]!.dropped]).to.deep.equal([total, total, 0]);
      expect(repeated).to.be.at.most(KILLS);
      expect(new Set(viaSyslog).size).to.equal(viaSyslog.length);
      expect(viaSyslog.filter((line) => !wanted.has(line))).to.deep.equal([]);
      expect(total - viaSyslog.length).to.be.at.most(KILLS * LOST_PER_KILL);
      console.log(
        `      ${repeated} https frames came twice, under one id; ${total - viaSyslog.length} syslog lines lost on their way`,
      );
    } finally {
      child = child as ChildProcess | null;
      if (child && child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      https.closeAllConnections();
      await new Promise((resolve) => https.close(resolve));
      await new Promise((resolve) => syslog.close(resolve));
      await rm(root, {recursive: true});
    }
  });
});
