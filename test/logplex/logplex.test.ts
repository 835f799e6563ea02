import {expect} from 'chai';
import {mkdtemp, readdir, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Logplex} from '../../src/logplex/logplex.js';
import {formatLogTime} from '../../src/model/log.js';
import type {LogQuery, LogRecord} from '../../src/model/log.js';
import {settle, VirtualClock} from '../support/virtual-clock.js';
import {entry, TIME} from './messages.js';

const APP = '01234567-89ab-cdef-0123-456789abcdef';

describe('Logplex', () => {
  let directory: string;
  let opened: Logplex[];
  let clock: VirtualClock;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'dyno-logplex-'));
    opened = [];
    clock = new VirtualClock(TIME);
  });

  afterEach(async () => {
    await Promise.all(opened.map((logplex) => logplex.close()));
    await rm(directory, {recursive: true, force: true});
  });

  async function open(): Promise<Logplex> {
    const logplex = new Logplex({clock, random: () => 0.5, directory});
    opened.push(logplex);
    logplex.setApp({id: APP, drains: []});
    await logplex.open();
    return logplex;
  }

  async function read(logplex: Logplex, query: LogQuery = {}): Promise<LogRecord[]> {
    const records = [];
    for await (const batch of logplex.read(APP, query, new AbortController().signal)) records.push(...batch);
    return records;
  }

  async function untilL12(logplex: Logplex): Promise<LogRecord | undefined> {
    const {signal} = new AbortController();
    for await (const [record] of logplex.read(APP, {tail: true, process: 'log-shuttle'}, signal)) return record;
    return undefined;
  }

  const texts = async (logplex: Logplex, query?: LogQuery) => (await read(logplex, query)).map(({message}) => message);
  const lines = (count: number, first = 1) => Array.from({length: count}, (_, i) => entry(`line ${first + i}`));

  it('gives back what was written, in order of arrival and not of time', async () => {
    const logplex = await open();
    logplex.write(APP, entry('second', {time: TIME + 1}));
    logplex.write(APP, [entry('first', {source: 'heroku', process: 'router', pri: 158}), entry('')]);
    expect(await read(logplex)).to.deep.equal([
      {id: '1', ...entry('second', {time: TIME + 1})},
      {id: '2', ...entry('first', {source: 'heroku', process: 'router', pri: 158})},
      {id: '3', ...entry('')},
    ]);
  });

  it('makes a message of each line', async () => {
    const logplex = await open();
    logplex.write(APP, entry('one\ntwo\n'));
    expect(await texts(logplex)).to.deep.equal(['one', 'two']);
  });

  it('gives 100 of them, or as many as asked for, of the last 1500', async () => {
    const logplex = await open();
    logplex.write(APP, lines(1600));
    expect(await texts(logplex)).to.have.length(100);
    expect((await texts(logplex, {lines: 3}))[0]).to.equal('line 1598');
    const all = await texts(logplex, {lines: 5000});
    expect([all.length, all[0], all.at(-1)]).to.deep.equal([1500, 'line 101', 'line 1600']);
  });

  it('takes the last first and filters then', async () => {
    const logplex = await open();
    logplex.write(APP, [entry('a'), entry('b', {source: 'heroku', process: 'router'}), entry('c')]);
    expect(await texts(logplex, {lines: 2, source: 'app'})).to.deep.equal(['c']);
    expect(await texts(logplex, {process: 'web'})).to.deep.equal(['a', 'c']);
  });

  it('resumes after an id', async () => {
    const logplex = await open();
    logplex.write(APP, lines(200));
    expect(await texts(logplex, {after: '198'})).to.deep.equal(['line 199', 'line 200']);
    expect(await texts(logplex, {after: '200'})).to.deep.equal([]);
  });

  it('has for one who resumes late what the history no longer has, from the disk', async () => {
    const logplex = await open();
    for (let first = 1; first <= 5001; first += 1000) {
      logplex.write(APP, [...lines(999, first), entry('other', {process: 'worker.1'})]);
      await texts(logplex);
    }
    const found = await texts(logplex, {after: '100', process: 'web'});
    expect(found).to.have.length(6000 - 100 - 6);
    expect([found[0], found.at(-1)]).to.deep.equal(['line 101', 'line 5999']);
    await logplex.close();
    expect(await texts(await open(), {after: '100'})).to.have.length(5900);
  });

  it('tells one who resumes too late what is gone for good, in an L11', async () => {
    const logplex = await open();
    logplex.write(APP, lines(2000));
    await texts(logplex);
    const [folder] = await readdir(directory);
    for (const name of await readdir(join(directory, folder!))) await rm(join(directory, folder!, name));
    const records = await read(logplex, {after: '100'});
    expect(records).to.have.length(1501);
    expect(records[0]).to.include({id: '500', process: 'logplex'});
    expect(records[0]!.message).to.match(/This tail session dropped 400 messages since /);
    expect(records[1]).to.include({id: '501', message: 'line 501'});
  });

  it('writes itself as text, whole lines many at a time', async () => {
    const logplex = await open();
    logplex.write(APP, [entry('one'), entry('zwölf', {source: 'heroku', process: 'router'})]);
    const chunks = [];
    for await (const {lastId, text} of logplex.readText(APP, {}, 'lines', new AbortController().signal))
      chunks.push([lastId, Buffer.from(text).toString()]);
    const time = formatLogTime(TIME);
    expect(chunks).to.deep.equal([['2', `${time} app[web.1]: one\n${time} heroku[router]: zwölf\n`]]);
  });

  it('keeps apps apart', async () => {
    const logplex = await open();
    logplex.write(APP, entry('mine'));
    logplex.write('other', entry('theirs'));
    expect(await texts(logplex)).to.deep.equal(['mine']);
  });

  it('has its history back after a restart, and ids that grow on', async () => {
    const first = await open();
    first.write(APP, lines(1600));
    await first.close();
    const second = await open();
    second.write(APP, entry('new'));
    const records = await read(second, {lines: 2});
    expect(records.map(({id, message}) => [id, message])).to.deep.equal([
      ['1600', 'line 1600'],
      ['1601', 'new'],
    ]);
    expect(await texts(second, {lines: 1500})).to.have.length(1500);
  });

  it('forgets a history that is a week old', async () => {
    const logplex = await open();
    logplex.write(APP, entry('old', {time: clock.now()}));
    expect(await texts(logplex)).to.have.length(1);
    await clock.advance(7 * 24 * 3600_000 + 1);
    expect(await texts(logplex)).to.have.length(0);
    logplex.write(APP, entry('new', {time: clock.now()}));
    expect(await texts(logplex, {lines: 1})).to.deep.equal(['new']);
  });

  it('leaves nothing of an app that is removed, and takes nothing more for it', async () => {
    const logplex = await open();
    const {output} = logplex.dynoOutput(APP, {id: 'dyno-1', name: 'web.1'});
    output.write(Buffer.from('hello\n'), 'stdout', TIME, null);
    const tail = read(logplex, {tail: true});
    await settle();
    await logplex.removeApp(APP);
    await tail;
    output.write(Buffer.from('last words\n'), 'stdout', TIME, null);
    output.end();
    logplex.write(APP, entry('late'));
    await settle();
    expect(await readdir(directory)).to.deep.equal([]);
    expect(await texts(logplex)).to.deep.equal([]);
  });

  it('has room for some 50 MB that one moment brings; says in an L12 what it could not take', async () => {
    const logplex = await open();
    const {output} = logplex.dynoOutput(APP, {id: 'dyno-1', name: 'web.1'});
    const chunk = Buffer.from(`${'x'.repeat(1023)}\n`.repeat(1024));
    const tail = untilL12(logplex);
    await settle();
    for (let n = 0; n < 60; n++) output.write(chunk, 'stdout', TIME, String(n));
    const l12 = await tail;
    const [last] = await read(logplex, {lines: 1});
    const dropped = 60 * 1024 - (Number(last!.id) - 1);
    expect(dropped).to.be.within(10_000, 16_000);
    expect(l12).to.include({source: 'app', process: 'log-shuttle', pri: 172});
    expect(l12!.message).to.equal(`Error L12: ${dropped} messages dropped since 2026-11-22T06:11:32+00:00`);
    expect(logplex.dynoOutput(APP, {id: 'dyno-1', name: 'web.1'}).cursor).to.equal('59');
  });

  it('answers while an app writes without a pause', async () => {
    const logplex = await open();
    const {output} = logplex.dynoOutput(APP, {id: 'dyno-1', name: 'web.1'});
    let isWriting = true;
    const write = () => {
      output.write(Buffer.from('again\n'.repeat(100)), 'stdout', TIME, '1');
      if (isWriting) setImmediate(write);
    };
    write();
    for (let n = 0; n < 20; n++) expect(await texts(logplex, {lines: 10})).to.have.length(10);
    isWriting = false;
  });

  describe('tail', () => {
    it('gives history, then what comes', async () => {
      const logplex = await open();
      logplex.write(APP, lines(2));
      const stop = new AbortController();
      const seen: string[] = [];
      for await (const batch of logplex.read(APP, {tail: true, lines: 1}, stop.signal)) {
        seen.push(...batch.map(({message}) => message));
        if (seen.length === 1) logplex.write(APP, lines(2, 3));
        if (seen.at(-1) === 'line 4') stop.abort();
      }
      expect(seen).to.deep.equal(['line 2', 'line 3', 'line 4']);
    });

    it('gathers what comes soon after: a packet at a time', async () => {
      const logplex = await open();
      const tail = logplex.read(APP, {tail: true}, new AbortController().signal);
      const first = tail.next();
      await settle();
      for (let n = 1; n <= 3; n++) {
        logplex.write(APP, lines(1, n));
        await texts(logplex);
      }
      expect((await first).value).to.have.length(1);
      const second = tail.next();
      await clock.advance(25);
      expect((await second).value).to.have.length(2);
      await tail.return();
    });

    it('filters what comes', async () => {
      const logplex = await open();
      const tail = logplex.read(APP, {tail: true, process: 'worker'}, new AbortController().signal);
      const next = tail.next();
      await settle();
      logplex.write(APP, [entry('web'), entry('mine', {process: 'worker.1'})]);
      expect((await next).value).to.have.length(1);
      await tail.return();
    });

    it('ends with its signal, with close(), and when nobody reads on', async () => {
      const logplex = await open();
      const stop = new AbortController();
      const aborted = (async () => {
        for await (const _ of logplex.read(APP, {tail: true}, stop.signal));
      })();
      const closed = read(logplex, {tail: true});
      await settle();
      stop.abort();
      await aborted;
      await logplex.close();
      await closed;
    });

    it('loses the oldest for a slow reader, tells of it in an L11, and slows nobody', async () => {
      const logplex = await open();
      const slow = logplex.read(APP, {tail: true}, new AbortController().signal);
      logplex.write(APP, entry('first'));
      expect((await slow.next()).value).to.have.length(1);
      // The tail is registered once it is asked for what comes.
      const waiting = slow.next();
      logplex.write(APP, entry('second'));
      expect((await waiting).value).to.have.length(1);
      for (let i = 0; i < 5; i++) {
        logplex.write(APP, lines(500, 1 + i * 500));
        await texts(logplex, {lines: 1});
      }
      await clock.advance(1000);
      const {value: records} = (await slow.next()) as {value: LogRecord[]};
      expect(records).to.have.length(513);
      expect(records[0]).to.include({id: '1478', source: 'heroku', process: 'logplex', pri: 172});
      expect(records[0]!.message).to.match(
        /^Error L11 \(Tail buffer overflow\) -> This tail session dropped 1476 messages since 2026-11-22T06:11:33\+00:00\.$/,
      );
      expect(records[1]).to.include({id: '1479', message: 'line 1477'});
      await slow.return();
    });
  });

  describe('dyno output', () => {
    it('assembles stdout and stderr by themselves', async () => {
      const logplex = await open();
      const {output, cursor} = logplex.dynoOutput(APP, {id: 'dyno-1', name: 'web.1'});
      expect(cursor).to.equal(null);
      output.write(Buffer.from('out'), 'stdout', TIME, '1');
      output.write(Buffer.from('err\n'), 'stderr', TIME + 1, '2');
      output.write(Buffer.from('put\n'), 'stdout', TIME + 2, '3');
      output.write(Buffer.from('last'), 'stdout', TIME + 3, '4');
      output.end();
      expect(await read(logplex)).to.deep.equal([
        {id: '1', ...entry('err', {time: TIME + 1})},
        {id: '2', ...entry('output', {time: TIME + 2})},
        {id: '3', ...entry('last', {time: clock.now(), unterminated: true})},
      ]);
    });

    it('says where the engine goes on, with the unfinished lines it has passed', async () => {
      const first = await open();
      const {output} = first.dynoOutput(APP, {id: 'dyno-1', name: 'web.1'});
      output.write(Buffer.from('one\ntw'), 'stdout', TIME, 'cursor 1');
      output.write(Buffer.from('er'), 'stderr', TIME, 'cursor 2');
      await first.close();
      const second = await open();
      const resumed = second.dynoOutput(APP, {id: 'dyno-1', name: 'web.1'});
      expect(resumed.cursor).to.equal('cursor 2');
      resumed.output.write(Buffer.from('o\n'), 'stdout', TIME, 'cursor 3');
      resumed.output.write(Buffer.from('r\n'), 'stderr', TIME, 'cursor 4');
      expect(await texts(second)).to.deep.equal(['one', 'two', 'err']);
      expect(second.dynoOutput(APP, {id: 'dyno-2', name: 'web.1'}).cursor).to.equal(null);
    });

    it('remembers the cursor of a dyno that has ended', async () => {
      const first = await open();
      const {output} = first.dynoOutput(APP, {id: 'dyno-1', name: 'web.1'});
      output.write(Buffer.from('bye\n'), 'stdout', TIME, 'end');
      output.end();
      await texts(first);
      expect(first.dynoOutput(APP, {id: 'dyno-1', name: 'web.1'}).cursor).to.equal('end');
      await first.close();
      expect((await open()).dynoOutput(APP, {id: 'dyno-1', name: 'web.1'}).cursor).to.equal('end');
    });

    it('tells in an L13 of output that the engine no longer has', async () => {
      const logplex = await open();
      const {output} = logplex.dynoOutput(APP, {id: 'dyno-1', name: 'web.1'});
      output.lost(TIME);
      const [record] = await read(logplex);
      expect(record).to.include({source: 'app', process: 'log-shuttle', pri: 172});
      expect(record!.message).to.equal(
        'Error L13: messages of web.1 lost since 2026-11-22T06:11:32+00:00, nobody knows how many',
      );
    });

    it('keeps a cursor when the engine has none for a chunk', async () => {
      const logplex = await open();
      const {output} = logplex.dynoOutput(APP, {id: 'dyno-1', name: 'web.1'});
      output.write(Buffer.from('a\n'), 'stdout', TIME, '1');
      output.write(Buffer.from('b\n'), 'stdout', TIME, null);
      expect(logplex.dynoOutput(APP, {id: 'dyno-1', name: 'web.1'}).cursor).to.equal('1');
    });
  });

  it('goes on in memory where the disk refuses', async () => {
    const file = join(directory, 'file');
    await writeFile(file, '');
    const logplex = new Logplex({clock, random: () => 0.5, directory: join(file, 'logs')});
    opened.push(logplex);
    await logplex.open();
    logplex.write(APP, lines(3));
    expect(await texts(logplex)).to.have.length(3);
  });
});
