import {expect} from 'chai';
import {mkdtemp, readdir, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {openDrainSink} from '../../src/cli/drain-sink/drain-sink.js';
import type {DrainSink} from '../../src/cli/drain-sink/drain-sink.js';
import type {SinkBehaviour} from '../../src/cli/drain-sink/sink-options.js';
import {Logplex} from '../../src/logplex/logplex.js';
import type {DrainKind} from '../../src/model/drain.js';
import {until} from '../support/until.js';
import {entry} from './messages.js';
import {APP, TOKEN} from './open-logplex.js';
import {systemClock} from './system-clock.js';

const ID = 'drain';

/** A receiver, the lines it got, and how many it was told that it did not get. */
interface Receiver {
  sink: DrainSink;
  lines: string[];
  told: number;
}

describe('a drain whose URL is changed', function () {
  this.timeout(60_000);
  let directory: string;
  let logplex: Logplex;
  let receivers: Receiver[];
  let written: number;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'dyno-logplex-'));
    logplex = new Logplex({clock: systemClock(), random: Math.random, directory});
    [receivers, written] = [[], 0];
    await logplex.open();
  });

  afterEach(async () => {
    await logplex.close();
    for (const {sink} of receivers) await sink.close();
    await rm(directory, {recursive: true, force: true});
  });

  async function receive(kind: DrainKind, behaviour: SinkBehaviour = {kind: 'accept'}): Promise<Receiver> {
    const receiver: Receiver = {
      lines: [],
      told: 0,
      sink: await openDrainSink({
        kind,
        port: 0,
        behaviour,
        onFrames: (frames) => {
          for (const {message} of frames) {
            const loss = /^Error L10 \(output buffer overflow\): (\d+) messages/.exec(message);
            if (loss) receiver.told += Number(loss[1]);
            else receiver.lines.push(message.trimEnd());
          }
        },
      }),
    };
    receivers.push(receiver);
    return receiver;
  }

  const moveTo = ({sink}: Receiver) => logplex.setApp({id: APP, drains: [{id: ID, url: sink.url, token: TOKEN}]});
  const status = () => logplex.drainsOf(APP)[0] ?? {delivered: 0, dropped: 0};
  const positions = async () => (await readdir(join(directory, APP))).filter((name) => name.startsWith('drain-'));

  function write(count: number): void {
    logplex.write(
      APP,
      Array.from({length: count}, (_, i) => entry(`line ${written + i + 1}`)),
    );
    written += count;
  }

  async function allCounted(): Promise<void> {
    await until('every line to be delivered or dropped', () => status().delivered + status().dropped === written);
  }

  const pairs: [DrainKind, DrainKind][] = [
    ['http', 'http'],
    ['http', 'syslog'],
    ['syslog', 'http'],
  ];
  for (const [from, to] of pairs) {
    it(`goes on at the new one with what waited, and its counts: ${from}, ${to}`, async () => {
      const [first, second] = [await receive(from), await receive(to)];
      moveTo(first);
      write(5);
      await allCounted();
      moveTo(second);
      write(5);
      await allCounted();
      await until('both to have theirs', () => first.lines.length === 5 && second.lines.length === 5);
      expect(first.lines.concat(second.lines)).to.deep.equal(Array.from({length: 10}, (_, i) => `line ${i + 1}`));
      expect(status()).to.include({delivered: 10, dropped: 0, url: second.sink.url});
      await logplex.close();
      expect(await positions()).to.deep.equal([`drain-${ID}`]);
    });
  }

  it('tells the new one of what was on its way to one that hangs, and keeps the rest', async () => {
    const [hanging, second] = [await receive('http', {kind: 'hang'}), await receive('http')];
    moveTo(hanging);
    write(3);
    await until('a request', () => hanging.lines.length >= 3);
    write(4);
    moveTo(second);
    write(2);
    await allCounted();
    expect(second.lines).to.deep.equal(['line 4', 'line 5', 'line 6', 'line 7', 'line 8', 'line 9']);
    expect(second.told).to.equal(3);
    expect(status()).to.include({delivered: 6, dropped: 3});

    await logplex.close();
    logplex = new Logplex({clock: systemClock(), random: Math.random, directory});
    moveTo(second);
    await logplex.open();
    expect(status()).to.include({delivered: 6, dropped: 3});
    write(1);
    await allCounted();
    expect(second.told).to.equal(3);
  });

  it('may be changed again, and be removed, while the connection to the old one ends', async () => {
    const [hanging, second, third] = [
      await receive('http', {kind: 'hang'}),
      await receive('http'),
      await receive('http'),
    ];
    moveTo(hanging);
    write(1);
    await until('a request', () => hanging.lines.length >= 1);
    moveTo(second);
    moveTo(third);
    write(1);
    await allCounted();
    expect([second.lines, third.lines, third.told]).to.deep.equal([[], ['line 2'], 1]);

    hanging.lines.length = 0;
    moveTo(hanging);
    write(1);
    await until('a request', () => hanging.lines.length >= 1);
    moveTo(second);
    logplex.setApp({id: APP, drains: []});
    await logplex.close();
    expect(await positions()).to.deep.equal([]);
    expect(second.lines).to.deep.equal([]);
  });
});
