import {expect} from 'chai';
import {appendFile, mkdtemp, readdir, readFile, rm, truncate, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {LogFile} from '../../src/logplex/log-file.js';
import {committedBytes, decodeLog, LogEncoder} from '../../src/logplex/log-format.js';
import {MessageHead} from '../../src/logplex/message.js';
import {message, messages} from './messages.js';

describe('LogFile', () => {
  let directory: string;
  let opened: LogFile[];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'dyno-log-'));
    opened = [];
  });

  afterEach(async () => {
    for (const file of opened) await file.close();
    await rm(directory, {recursive: true});
  });

  async function open(from = Infinity) {
    const file = new LogFile(directory);
    opened.push(file);
    return {file, ...(await file.open(1500, from))};
  }

  const segments = async () => (await readdir(directory)).filter((name) => name.endsWith('.log')).sort();

  it('begins with nothing, and makes nothing before the first write', async () => {
    const {messages, cursors, nextSeq} = await open();
    expect([messages, [...cursors], nextSeq]).to.deep.equal([[], [], 1]);
    expect(await readdir(directory)).to.deep.equal([]);
  });

  it('gives back messages, cursors and the next seq', async () => {
    const {file} = await open();
    const head = new MessageHead(1.25, 'heroku', 'router', 158);
    const written = [
      ...messages(2),
      {seq: 3, head, text: '', unterminated: false},
      {...message(4, '.'), unterminated: true},
    ];
    await file.append(written, [['dyno-1', {cursor: 'c 1', stdout: 'aGFsZg=='}]]);
    await file.append([message(5, 'C not a cursor')], []);
    const again = await open();
    expect(again.nextSeq).to.equal(6);
    expect(again.messages.map(({seq, text, unterminated}) => [seq, text, unterminated])).to.deep.equal([
      [1, 'line 1', false],
      [2, 'line 2', false],
      [3, '', false],
      [4, '.', true],
      [5, 'C not a cursor', false],
    ]);
    expect(again.messages[2]!.head).to.include({time: 1.25, source: 'heroku', process: 'router', pri: 158});
    expect([...again.cursors]).to.deep.equal([['dyno-1', {cursor: 'c 1', stdout: 'aGFsZg=='}]]);
  });

  it('drops a transaction that was cut off, wherever, and writes on behind the last whole one', async () => {
    const {file} = await open();
    await file.append(messages(2), [['d', {cursor: '1'}]]);
    const [name] = await segments();
    const path = join(directory, name!);
    const whole = (await readFile(path)).length;
    await file.append(messages(2, 3), [['d', {cursor: '2'}]]);
    const both = await readFile(path);
    for (let length = whole; length < both.length; length++) {
      await writeFile(path, both.subarray(0, length));
      const again = await open();
      expect([again.nextSeq, again.cursors.get('d')!.cursor]).to.deep.equal([3, '1']);
      expect((await readFile(path)).length).to.equal(whole);
    }
    const {file: next} = await open();
    await next.append([message(3, 'anew')], []);
    const {messages: read} = await open();
    expect(read.map(({text}) => text)).to.deep.equal(['line 1', 'line 2', 'anew']);
  });

  it('forgets a segment whose making was cut off', async () => {
    const {file} = await open();
    await file.append(messages(2), [['d', {cursor: '1'}]]);
    await writeFile(join(directory, '0000000000000003.log'), 'S 3\nC d {"cur');
    const again = await open();
    expect([again.nextSeq, again.cursors.get('d')!.cursor, again.messages.length]).to.deep.equal([3, '1', 2]);
    expect(await segments()).to.have.length(1);
  });

  it('rotates: the new segment knows all cursors, old ones go when nobody needs them, but for the last few', async () => {
    const {file} = await open();
    const big = 'x'.repeat(10_000);
    const names: string[] = [];
    let seq = 1;
    for (let segment = 0; segment < 6; segment++) {
      while (!file.isFull) {
        await file.append(
          Array.from({length: 50}, (_, i) => message(seq + i, big)),
          [['d', {cursor: String(seq)}]],
        );
        seq += 50;
      }
      await file.rotate(
        [
          ['old', {cursor: 'o'}],
          ['d', {cursor: 'all'}],
        ],
        segment === 5 ? seq : 1,
      );
      names.push(String(seq).padStart(16, '0') + '.log');
    }
    expect(await segments()).to.deep.equal(names.slice(-4));
    const again = await open();
    expect([again.nextSeq, [...again.cursors]]).to.deep.equal([
      seq,
      [
        ['old', {cursor: 'o'}],
        ['d', {cursor: 'all'}],
      ],
    ]);
  });

  it('reads as far back as it must, and no further', async () => {
    const {file} = await open();
    for (let first = 1; first <= 4001; first += 2000) {
      await file.append(messages(2000, first), []);
      await file.rotate([], 1);
    }
    expect((await open()).messages[0]!.seq).to.equal(4001);
    expect((await open(3000)).messages[0]!.seq).to.equal(2001);
    expect((await open(1)).messages).to.have.length(6000);
  });

  it('reads a part of what is there, across segments', async () => {
    const {file} = await open();
    for (let first = 1; first <= 4001; first += 2000) {
      await file.append(messages(2000, first), []);
      await file.rotate([], 1);
    }
    const seqs = async (from: number, to: number) => {
      const found: number[] = [];
      for await (const some of file.read(from, to)) found.push(...some.map(({seq}) => seq));
      return found;
    };
    expect(await seqs(1999, 2003)).to.deep.equal([1999, 2000, 2001, 2002]);
    expect(await seqs(5999, 9000)).to.deep.equal([5999, 6000]);
    expect(await seqs(10, 10)).to.deep.equal([]);
    await rm(join(directory, (await segments())[0]!));
    expect(await seqs(1999, 2003)).to.deep.equal([2001, 2002]);
  });

  it('writes on after a failure, without what was half written', async () => {
    const {file} = await open();
    await file.append(messages(1), []);
    const [name] = await segments();
    const path = join(directory, name!);
    const {length} = await readFile(path);
    await appendFile(path, '=torn');
    await file.close();
    await file.append([message(5, 'five')], []);
    expect((await readFile(path, 'utf8')).slice(length)).to.match(/^S 5\nM .*\n=five\n\.\n$/);
    await truncate(path, length);
    expect((await open()).nextSeq).to.equal(2);
  });
});

describe('log format', () => {
  it('says only what changes', () => {
    const encoder = new LogEncoder();
    const [first, second] = messages(2);
    expect(encoder.encode([first!], [])).to.equal('S 1\nM 1795327892244 190 a web.1\n=line 1\n.\n');
    expect(encoder.encode([{...second!, head: first!.head}], [['d', {cursor: 'c'}]])).to.equal(
      '=line 2\nC d {"cursor":"c"}\n.\n',
    );
  });

  it('takes no text for a commit', () => {
    const text = new LogEncoder().encode([message(1, '.'), message(2, '')], []);
    expect(committedBytes(Buffer.from(text))).to.equal(Buffer.byteLength(text));
    expect(committedBytes(Buffer.from(text.slice(0, -1)))).to.equal(0);
    expect(decodeLog(text).messages.map((read) => read.text)).to.deep.equal(['.', '']);
  });
});
