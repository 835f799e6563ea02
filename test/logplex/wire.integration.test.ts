import {expect} from 'chai';
import net from 'node:net';
import tls from 'node:tls';
import {priority} from '../../src/model/log.js';
import type {LogEntry} from '../../src/model/log.js';
import {until} from '../support/until.js';
import {makeCertificate} from './certificates.js';
import type {TestCertificate} from './certificates.js';
import {entry} from './messages.js';
import {APP, openLogplex, TOKEN} from './open-logplex.js';

/** What every producer of heroku-behaviour.md 5.2 writes. */
const entries: LogEntry[] = [
  entry('Grüße, 世界'),
  entry('at=info method=GET path="/" host=demo.localhost', {source: 'heroku', process: 'router', pri: priority.router}),
  entry('State changed from starting to up', {source: 'heroku', pri: priority.dynoManager}),
  entry('Release v3 created by user dev@example.test', {process: 'api', pri: priority.api}),
  entry('source=DATABASE sample#active-connections=4', {process: 'heroku-postgres', pri: priority.addon}),
  entry(''),
];

const https = [
  '73 <190>1 2026-11-22T06:11:32.244000+00:00 host app web.1 - Grüße, 世界\n',
  '109 <158>1 2026-11-22T06:11:32.244000+00:00 host heroku router - at=info method=GET path="/" host=demo.localhost\n',
  '94 <134>1 2026-11-22T06:11:32.244000+00:00 host heroku web.1 - State changed from starting to up\n',
  '99 <133>1 2026-11-22T06:11:32.244000+00:00 host app api - Release v3 created by user dev@example.test\n',
  '111 <134>1 2026-11-22T06:11:32.244000+00:00 host app heroku-postgres - source=DATABASE sample#active-connections=4\n',
  '58 <190>1 2026-11-22T06:11:32.244000+00:00 host app web.1 - \n',
].join('');

const syslog = [
  `109 <190>1 2026-11-22T06:11:32.244000+00:00 ${TOKEN} app web.1 - - Grüße, 世界\n`,
  `145 <158>1 2026-11-22T06:11:32.244000+00:00 ${TOKEN} heroku router - - at=info method=GET path="/" host=demo.localhost\n`,
  `130 <134>1 2026-11-22T06:11:32.244000+00:00 ${TOKEN} heroku web.1 - - State changed from starting to up\n`,
  `135 <133>1 2026-11-22T06:11:32.244000+00:00 ${TOKEN} app api - - Release v3 created by user dev@example.test\n`,
  `147 <134>1 2026-11-22T06:11:32.244000+00:00 ${TOKEN} app heroku-postgres - - source=DATABASE sample#active-connections=4\n`,
  `94 <190>1 2026-11-22T06:11:32.244000+00:00 ${TOKEN} app web.1 - - \n`,
].join('');

/** Keeps every byte, and answers each request by the headers' length. */
class ByteReceiver {
  received = '';
  port = 0;
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();

  constructor(certificate: TestCertificate | null, answers: boolean) {
    const onSocket = (socket: net.Socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => {
        this.received += chunk.toString('latin1');
        if (answers && this.#isWholeRequest()) socket.write('HTTP/1.1 204 No Content\r\n\r\n');
      });
    };
    this.#server = certificate
      ? tls.createServer({cert: certificate.certificateChain, key: certificate.privateKey}, onSocket)
      : net.createServer(onSocket);
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.port = (this.#server.address() as net.AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  text(): string {
    return Buffer.from(this.received, 'latin1').toString();
  }

  #isWholeRequest(): boolean {
    const end = this.received.indexOf('\r\n\r\n');
    const length = /Content-Length: (\d+)/.exec(this.received);
    return end !== -1 && this.received.length === end + 4 + Number(length![1]);
  }
}

describe('the bytes on the wire', function () {
  this.timeout(60_000);

  for (const kind of ['http', 'https'] as const) {
    it(`of a ${kind} drain`, async () => {
      const certificate = await makeCertificate();
      const receiver = new ByteReceiver(kind === 'https' ? certificate : null, true);
      await receiver.listen();
      const url = `${kind}://user:secret@localhost:${receiver.port}/in?source=demo`;
      const {logplex, close, statusOf} = await openLogplex({drain: url}, {ca: [certificate.certificateChain]});
      try {
        logplex.write(APP, entries);
        await until('the drain to deliver', () => statusOf('drain').delivered === entries.length);
        const [head, body] = [receiver.text().split('\r\n\r\n')[0]!, receiver.text().split('\r\n\r\n')[1]];
        expect(head.replace(/(?<=Frame-Id: )[0-9A-F]{32}/, '<id>')).to.equal(
          [
            'POST /in?source=demo HTTP/1.1',
            `Authorization: Basic ${btoa('user:secret')}`,
            'Content-Type: application/logplex-1',
            'Logplex-Msg-Count: 6',
            'Logplex-Frame-Id: <id>',
            `Logplex-Drain-Token: ${TOKEN}`,
            'User-Agent: Logplex/v106',
            `Host: localhost:${receiver.port}`,
            `Content-Length: ${Buffer.byteLength(https)}`,
          ].join('\r\n'),
        );
        expect(body).to.equal(https);
        expect(statusOf('drain').url).to.equal(`${kind}://****@localhost:${receiver.port}/in?source=demo`);
      } finally {
        await close();
        await receiver.close();
      }
    });
  }

  for (const kind of ['http', 'syslog'] as const) {
    it(`reach this machine by any name below localhost: ${kind}`, async () => {
      const receiver = new ByteReceiver(null, kind === 'http');
      await receiver.listen();
      const {logplex, close, statusOf} = await openLogplex({drain: `${kind}://logs.demo.localhost:${receiver.port}/`});
      try {
        logplex.write(APP, entries);
        await until('the drain to deliver', () => statusOf('drain').delivered === entries.length);
        await until('the last frame', () => receiver.text().includes('app heroku-postgres'));
      } finally {
        await close();
        await receiver.close();
      }
    });
  }

  for (const kind of ['syslog', 'syslog+tls'] as const) {
    it(`of a ${kind} drain`, async () => {
      const certificate = await makeCertificate();
      const receiver = new ByteReceiver(kind === 'syslog+tls' ? certificate : null, false);
      await receiver.listen();
      const url = `${kind}://localhost:${receiver.port}`;
      const {logplex, close} = await openLogplex({drain: url}, {ca: [certificate.certificateChain]});
      try {
        logplex.write(APP, entries);
        await until('all bytes', () => receiver.received.length >= Buffer.byteLength(syslog));
        expect(receiver.text()).to.equal(syslog);
      } finally {
        await close();
        await receiver.close();
      }
    });
  }
});
