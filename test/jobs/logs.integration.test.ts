import {expect} from 'chai';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {openDrainSink} from '../../src/cli/drain-sink/drain-sink.js';
import type {DrainSink} from '../../src/cli/drain-sink/drain-sink.js';
import {makeCertificate} from '../logplex/certificates.js';
import {checkout, Installation} from '../support/installation.js';
import {until} from '../support/until.js';

const KINDS = ['http', 'https', 'syslog', 'syslog+tls'] as const;
const LONG = `L${'é'.repeat(12_000)}`;
const TALKER = `
process.stdout.write('half ');
console.error('to stderr');
setTimeout(() => {
  process.stdout.write('joined\\n10%\\r20%\\n' + ${JSON.stringify(LONG)} + '\\n\\nready\\n');
}, 100);
setInterval(() => console.log('tick'), 200);
`;

/** The log of an app as its owner meets it: the real commands, the process engine, receivers of all kinds. */
describe('logs and drains, as a user runs them', function () {
  this.timeout(120_000);
  let installation: Installation;
  const sinks: DrainSink[] = [];

  before(async () => {
    installation = await Installation.make('process');
    const source = join(installation.home, 'talker');
    await mkdir(source);
    await writeFile(join(source, 'Procfile'), 'talker: node talker.js\n');
    await writeFile(join(source, 'talker.js'), TALKER);
    await writeFile(join(source, 'package.json'), '{"name": "talker", "version": "1.0.0"}');
    await installation.ok('create', 'demo');
    await installation.ok('deploy', source, '-a', 'demo');
    await installation.ok('scale', 'talker=1', '-a', 'demo');
    await until('the dyno to talk', async () => (await logs('-n', '1500')).some(({message}) => message === 'ready'));
  });
  after(async () => {
    await installation.remove();
    for (const sink of sinks) await sink.close();
  });

  interface Counted {
    counts: {state: string; delivered: number; dropped: number};
  }

  interface Line {
    time: string;
    source: string;
    process: string;
    message: string;
  }

  async function logs(...flags: string[]): Promise<Line[]> {
    const text = await installation.ok('logs', '-a', 'demo', '--json', ...flags);
    const lines = text.split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as Line);
  }

  it('collects whole lines: pieces joined, what is above 10,000 bytes cut between characters', async () => {
    const lines = await logs('-n', '1500', '--source', 'app', '--process-type', 'talker');
    const said = lines.map(({message}) => message).filter((message) => message !== 'tick');
    expect(said.slice(0, 3)).to.have.members(['to stderr', 'half joined', '10%\r20%']);
    const pieces = said.slice(3, -2);
    expect(pieces.map((piece) => Buffer.byteLength(piece))).to.deep.equal([9999, 10_000, 4002]);
    expect(pieces.join('')).to.equal(LONG);
    expect(said.slice(-2)).to.deep.equal(['', 'ready']);
  });

  it('takes the last lines first and filters then', async () => {
    await until('two ticks at the end', async () => {
      const last = await logs('-n', '2');
      return last.every(({message}) => message === 'tick');
    });
    expect(await logs('-n', '2', '--source', 'heroku')).to.deep.equal([]);
    expect(await logs('-n', '2', '--ps', 'web')).to.deep.equal([]);
    expect((await logs('-n', '2', '--dyno-name', 'talker.1')).map(({process}) => process)).to.deep.equal([
      'talker.1',
      'talker.1',
    ]);
    const [first] = await logs('-n', '1500');
    expect(first!.message).to.match(/^Initial release by user /);
    expect(await logs('--since', '2030-01-01')).to.deep.equal([]);
    expect((await logs('--since', '1h'))[0]).to.deep.equal(first);
    expect(await logs('--code', 'H12')).to.deep.equal([]);
  });

  it('has what a one-off says, when nobody is attached to it', async () => {
    await installation.ok('run:detached', '-a', 'demo', '--', 'echo out; echo err >&2');
    const said = await until('the end of the one-off', async () => {
      const lines = (await logs('-n', '1500')).filter(({process}) => process.startsWith('run.'));
      return lines.at(-1)?.message === 'State changed from up to complete' && lines;
    });
    const own = said.filter(({source}) => source === 'app').map(({message}) => message);
    expect(own).to.have.members(['out', 'err']);
  });

  it('a tail whose reader goes away ends quietly', async () => {
    const args = [join(checkout, 'bin/run.js'), 'logs', '--tail', '-a', 'demo'];
    const child = spawn(process.execPath, args, {env: installation.env, stdio: ['ignore', 'pipe', 'pipe']});
    let complaint = '';
    child.stderr.on('data', (text: Buffer) => (complaint += text.toString()));
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const [status] = (await once(child, 'close')) as [number];
    expect([status, complaint]).to.deep.equal([0, '']);
  });

  it('four kinds of drains get the same lines; what may not be is refused and changes nothing', async () => {
    const certificate = await makeCertificate();
    const got = new Map<string, string[]>(KINDS.map((kind) => [kind, []]));
    for (const kind of KINDS) {
      const sink = await openDrainSink({
        kind,
        port: 0,
        behaviour: {kind: 'accept'},
        certificate,
        onFrames: (frames) => {
          for (const {time, source, process, message} of frames)
            got.get(kind)!.push(`${time} ${source}[${process}]: ${message.trimEnd()}`);
        },
        onMalformed: (error) => got.get(kind)!.push(String(error)),
      });
      sinks.push(sink);
      const url = `${kind}://me:secret@localhost:${sink.port}/#insecure`;
      expect(await installation.ok('drains:add', url, '-a', 'demo')).to.equal(
        `Successfully added drain ${kind}://****@localhost:${sink.port}/#insecure\n`,
      );
    }
    await until('lines in every drain', () => [...got.values()].every((lines) => lines.length > 5));

    const before = await installation.json<{url: string; token: string}[]>('drains', '-a', 'demo');
    const refusals: [string, RegExp][] = [
      [
        `https://me:secret@localhost:${sinks[1]!.port}/#insecure`,
        /Url https:\/\/\*\*\*\*@localhost\S+ has already been taken/,
      ],
      ['gopher://me:secret@h/', /a drain cannot speak gopher/],
      ['https://me:secret@no-such-host.invalid/', /its host no-such-host\.invalid does not resolve/],
    ];
    for (const [url, message] of refusals) {
      const {status, stdout, stderr} = await installation.dyno('drains:add', url, '-a', 'demo');
      expect([status, stdout]).to.deep.equal([1, '']);
      expect(stderr).to.match(message).and.not.include('secret');
    }
    expect(await installation.json('drains', '-a', 'demo')).to.deep.equal(before);
    expect(JSON.stringify(before)).not.to.include('secret');

    await installation.ok('drains:add', 'http://127.0.0.1:9/', '-a', 'demo');
    const counts = await until('a loss of the drain that nobody receives', async () => {
      const drains = await installation.json<Counted[]>('drains', '--counts', '-a', 'demo');
      return drains.at(-1)!.counts.dropped > 0 && drains.map(({counts}) => counts);
    });
    expect(counts.map(({state}) => state)).to.deep.equal([...KINDS.map(() => 'connected'), 'degraded']);
    for (const {delivered, dropped} of counts.slice(0, -1)) expect([delivered > 5, dropped]).to.deep.equal([true, 0]);

    const sixth = await installation.dyno('drains:add', 'http://127.0.0.1:10/', '-a', 'demo');
    expect([sixth.status, sixth.stderr.split('\n')[0]]).to.deep.equal([
      1,
      'Error: You have already added the maximum number of drains allowed',
    ]);
    for (const drain of ['http://127.0.0.1:9/', ...before.map(({token}) => token)])
      expect(await installation.ok('drains:remove', drain, '-a', 'demo')).to.match(/^Successfully removed drain /);
    expect(await installation.json('drains', '-a', 'demo')).to.deep.equal([]);

    // The last to come sees the least: from its first line on all have the same, to where the first was removed.
    const first = got.get('syslog+tls')![0]!;
    const runs = [...got.values()].map((lines) => lines.slice(lines.indexOf(first)));
    const shared = Math.min(...runs.map(({length}) => length));
    expect(shared).to.be.above(4);
    for (const run of runs) expect(run.slice(0, shared)).to.deep.equal(runs[0]!.slice(0, shared));
  });
});
