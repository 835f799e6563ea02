import {expect} from 'chai';
import {openDrainSink} from '../../src/cli/drain-sink/drain-sink.js';
import type {DrainSink} from '../../src/cli/drain-sink/drain-sink.js';
import type {SinkBatch, SinkBehaviour} from '../../src/cli/drain-sink/sink-options.js';
import type {DrainKind} from '../../src/model/drain.js';
import type {LogplexFrame} from '../../src/model/logplex-frame.js';
import type {LogRecord} from '../../src/model/log.js';
import {freePort} from '../support/free-port.js';
import {until} from '../support/until.js';
import {makeCertificate} from './certificates.js';
import type {TestCertificate} from './certificates.js';
import {APP, openLogplex} from './open-logplex.js';
import type {OpenLogplex} from './open-logplex.js';

const LINES = 3000;
const BATCH = 100;
/** Time-outs and back-offs of seconds pass in a fraction of one. */
const SPEED = 20;

/** What a receiver got, told apart: lines of the app, and losses it was told of. */
class Received {
  readonly lines: string[] = [];
  told = 0;
  readonly problems: Error[] = [];

  readonly onFrames = (frames: LogplexFrame[], {headers, status}: SinkBatch) => {
    // Over http what is not answered well has not arrived.
    if (headers.length > 0 && (status === null || status >= 300)) return;
    for (const {process, message} of frames) {
      const loss = /^Error L10 \(output buffer overflow\): (\d+) messages dropped since \S+\.\n?$/.exec(message);
      if (process === 'logplex' && loss) this.told += Number(loss[1]);
      else this.lines.push(message.trimEnd());
    }
  };
}

function sinkOf(
  kind: DrainKind,
  port: number,
  behaviour: SinkBehaviour,
  received: Received,
  certificate?: TestCertificate,
) {
  const onMalformed = (error: Error) => void received.problems.push(error);
  return openDrainSink({
    kind,
    port,
    behaviour,
    onFrames: received.onFrames,
    onMalformed,
    ...(certificate ? {certificate} : {}),
  });
}

/** Every line in turn, at the pace of a good drain; answers what a tail saw meanwhile. */
async function writeAll({logplex, write, statusOf}: OpenLogplex, count: number): Promise<string[]> {
  const stop = new AbortController();
  const seen: LogRecord[] = [];
  const tail = (async () => {
    for await (const records of logplex.read(APP, {tail: true, lines: 1500}, stop.signal)) seen.push(...records);
  })();
  const before = statusOf('good').delivered;
  for (let n = 0; n < count; n += BATCH) {
    write(Math.min(BATCH, count - n));
    await until('the good drain to keep up', () => before + n - statusOf('good').delivered <= BATCH);
  }
  await until('the good drain to have all', () => statusOf('good').delivered === before + count);
  stop.abort();
  await tail;
  return seen.filter(({process}) => process === 'web.1').map(({message}) => message);
}

describe('drains whose receivers fail', function () {
  this.timeout(180_000);
  const all = Array.from({length: LINES}, (_, i) => `line ${i + 1}`);
  let closers: (() => Promise<void>)[];

  beforeEach(() => {
    closers = [];
  });

  afterEach(async () => {
    for (const close of closers.reverse()) await close();
  });

  async function openPair(badUrl: string, ca: string[] = [], speed = SPEED) {
    const good = new Received();
    const sink = await sinkOf('http', 0, {kind: 'accept'}, good);
    closers.push(() => sink.close());
    const open = await openLogplex({good: sink.url, bad: badUrl}, {ca, speed});
    closers.push(() => open.close());
    return {good, open};
  }

  const failures: {name: string; kind: DrainKind; behaviour: SinkBehaviour | null}[] = [
    {name: 'refuses', kind: 'http', behaviour: null},
    {name: 'hangs', kind: 'http', behaviour: {kind: 'hang'}},
    {name: 'answers 500', kind: 'http', behaviour: {kind: 'status', status: 500}},
    {name: 'answers 429', kind: 'http', behaviour: {kind: 'status', status: 429}},
    {name: 'answers 400', kind: 'http', behaviour: {kind: 'status', status: 400}},
    {name: 'closes in the middle', kind: 'http', behaviour: {kind: 'close'}},
    {name: 'refuses', kind: 'syslog', behaviour: null},
  ];

  for (const {name, kind, behaviour} of failures) {
    it(`${kind}, ${name}: all is counted, the others have all, and once it recovers L10 says the truth`, async () => {
      const port = await freePort();
      const received = new Received();
      let sink: DrainSink | null = behaviour && (await sinkOf(kind, port, behaviour, received));
      closers.push(async () => sink?.close());
      const {good, open} = await openPair(`${kind}://127.0.0.1:${port}`);
      expect(await writeAll(open, LINES)).to.deep.equal(all);
      expect(good.lines).to.deep.equal(all);
      if (kind === 'http') await open.settled('bad');
      const {delivered, dropped, buffered} = open.statusOf('bad');
      expect(delivered + dropped + buffered).to.equal(LINES);
      expect(delivered).to.equal(0);

      await sink?.close();
      sink = await sinkOf(kind, port, {kind: 'accept'}, received);
      await writeAll(open, 10);
      const status = await open.settled('bad');
      await until('the receiver to read it all', () => received.lines.length >= status.delivered);
      expect(received.lines).to.have.length(status.delivered);
      expect(received.told).to.equal(status.dropped);
      expect(received.lines.at(-1)).to.equal(`line ${LINES + 10}`);
      expect(new Set(received.lines).size).to.equal(received.lines.length);
      expect(received.problems).to.deep.equal([]);
    });
  }

  it('http, slow: loses, says how many, and the others have all', async () => {
    const received = new Received();
    const sink = await sinkOf('http', 0, {kind: 'slow', delayMs: 400}, received);
    closers.push(() => sink.close());
    // Slower than what counts as keeping up, by far faster than a request's time limit.
    const {good, open} = await openPair(sink.url, [], 4);
    open.write(1);
    await open.settled('good');
    open.write(4 * LINES);
    const {delivered, dropped} = await open.settled('bad');
    expect(delivered + dropped).to.equal(open.written());
    expect(dropped).to.be.above(0);
    expect(delivered).to.equal(received.lines.length);
    expect(received.told).to.equal(dropped);
    const status = await open.settled('good');
    expect(good.told).to.equal(status.dropped);
    expect(good.lines.length).to.equal(status.delivered);
  });

  for (const kind of ['syslog', 'syslog+tls'] as const) {
    it(`${kind}, hangs: the socket fills, the rest is lost and counted, and it recovers`, async () => {
      const certificate = await makeCertificate();
      const port = await freePort();
      const received = new Received();
      let sink = await sinkOf(kind, port, {kind: 'hang'}, received, certificate);
      closers.push(() => sink.close());
      const {good, open} = await openPair(`${kind}://localhost:${port}`, [certificate.certificateChain]);
      const large = 'x'.repeat(9000);
      let filled = 0;
      while (open.statusOf('bad').dropped === 0) {
        const before = open.statusOf('good').delivered;
        open.logplex.write(
          APP,
          [...Array(BATCH)].map(() => ({time: 0, source: 'app' as const, process: 'web.1', message: large, pri: 190})),
        );
        filled += BATCH;
        await until('the good drain to keep up', () => open.statusOf('good').delivered === before + BATCH);
      }
      expect(good.lines).to.have.length(filled);
      const {delivered, dropped, buffered} = open.statusOf('bad');
      expect(delivered + dropped + buffered).to.equal(filled);

      await sink.close();
      sink = await sinkOf(kind, port, {kind: 'accept'}, received, certificate);
      // What a dying socket took is delivered in Heroku's books, though nobody reads it: lines, and a notice among them.
      await until('the drain to recover', () => {
        open.write(1);
        return received.lines.length > 0;
      });
      const status = await until('the books to close', () => {
        const now = open.statusOf('bad');
        return now.delivered + now.dropped === filled + open.written() && now;
      });
      expect(received.told).to.be.at.most(status.dropped);
      expect(received.lines.length).to.be.at.most(status.delivered - delivered);
      expect(received.problems).to.deep.equal([]);
    });
  }

  for (const kind of ['https', 'syslog+tls'] as const) {
    for (const [what, alert, options] of [
      ['has expired', 'certificate expired', {expired: true}],
      ['is another host’s', 'handshake failure', {host: 'other.example.test'}],
      ['nobody vouches for', 'bad certificate', {}],
    ] as const) {
      it(`${kind}, a certificate that ${what}: L14 in history, in no drain, and nothing is sent`, async () => {
        const certificate = await makeCertificate(options);
        const received = new Received();
        const sink = await sinkOf(kind, 0, {kind: 'accept'}, received, certificate);
        closers.push(() => sink.close());
        const url = `${kind}://user:secret@localhost:${sink.port}`;
        const trusted = what === 'nobody vouches for' ? [] : [certificate.certificateChain];
        const {good, open} = await openPair(url, trusted);
        await writeAll(open, BATCH);
        const history = async () => {
          const records: LogRecord[] = [];
          for await (const batch of open.logplex.read(APP, {lines: 1500}, new AbortController().signal))
            records.push(...batch);
          return records;
        };
        const l14 = await until('an L14', async () => (await history()).find(({pri}) => pri === 188));
        expect(l14).to.include({
          source: 'heroku',
          process: 'logplex',
          message: `Error L14 (certificate validation): error="${alert}" uri="${kind}://****@localhost:${sink.port}"`,
        });
        await open.settled('good');
        open.write(1);
        await until('the good drain to have all', () => open.statusOf('good').delivered === BATCH + 1);
        expect(good.lines).to.deep.equal([...all.slice(0, BATCH + 1)]);
        expect(received.lines).to.deep.equal([]);
      });
    }

    it(`${kind}, marked insecure: any certificate will do`, async () => {
      const certificate = await makeCertificate({expired: true, host: 'other.example.test'});
      const received = new Received();
      const sink = await sinkOf(kind, 0, {kind: 'accept'}, received, certificate);
      closers.push(() => sink.close());
      const {open} = await openPair(`${kind}://localhost:${sink.port}#insecure`);
      open.write(3);
      await open.settled('bad');
      await until('all lines', () => received.lines.length === 3);
    });
  }
});
