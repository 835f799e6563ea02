import {expect} from 'chai';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Logplex} from '../../src/logplex/logplex.js';
import {formatLogTime} from '../../src/model/log.js';
import {until} from '../support/until.js';
import {makeCertificate} from './certificates.js';
import {TIME} from './messages.js';
import {hasRsyslog, hasRsyslogTls, Rsyslog} from './rsyslog.js';
import {systemClock} from './system-clock.js';

const APP = 'app-1';
const TOKEN = 'd.9f0d3b2c-1111-4222-8333-444455556666';
const LINES = 100_000;
const CHUNK = 400;

/** All kinds of lines: empty, with dashes and brackets where structured data would stand, not ASCII, long. */
function line(n: number): string {
  if (n % 10_000 === 0) return `${n} ${'é'.repeat(4000)}`;
  if (n % 1000 === 0) return '';
  return [`${n} plain`, `- ${n}`, `[${n}@1 a="b"]`, `${n} Grüße 世界 🦊`, `${n}\ttab  two spaces `][n % 5]!;
}

describe('syslog drains into rsyslog', function () {
  this.timeout(180_000);
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'dyno-logplex-'));
  });

  afterEach(() => rm(directory, {recursive: true}));

  for (const kind of ['syslog', 'syslog+tls'] as const) {
    it(`${kind}: ${LINES} lines, none missing, none doubled, none changed`, async function () {
      if (kind === 'syslog' ? !hasRsyslog : !hasRsyslogTls) return this.skip();
      const certificate = await makeCertificate();
      const rsyslog = await Rsyslog.start(kind === 'syslog' ? undefined : certificate);
      const logplex = new Logplex({
        clock: systemClock(),
        random: Math.random,
        directory,
        ca: [certificate.certificateChain],
      });
      try {
        logplex.setApp({id: APP, drains: [{id: 'drain', url: `${kind}://localhost:${rsyslog.port}`, token: TOKEN}]});
        await logplex.open();
        const {output} = logplex.dynoOutput(APP, {id: 'dyno-1', name: 'web.1'});
        const status = () => logplex.drainsOf(APP)[0]!;
        for (let n = 0; n < LINES; n += CHUNK) {
          const chunk = Array.from({length: CHUNK}, (_, i) => `${line(n + i)}\n`).join('');
          output.write(Buffer.from(chunk), 'stdout', TIME, String(n));
          while (n + CHUNK - status().delivered > CHUNK) await new Promise((resolve) => setTimeout(resolve, 1));
        }
        await until('the drain to deliver', () => status().delivered === LINES);
        await until('rsyslog to write', async () => (await rsyslog.lines()).length >= LINES);
        const received = await rsyslog.lines();
        expect(received).to.have.length(LINES);
        const prefix = `190|${formatLogTime(TIME)}|${TOKEN}|app|web.1|-|-|`;
        for (const [n, got] of received.entries()) {
          if (got !== prefix + line(n)) expect(got, `line ${n}`).to.equal(prefix + line(n));
        }
        expect(status()).to.include({dropped: 0, buffered: 0});
      } finally {
        await logplex.close();
        await rsyslog.stop();
      }
    });
  }
});
