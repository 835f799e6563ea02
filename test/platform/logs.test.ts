import {once} from 'node:events';
import {request} from 'node:http';
import type {IncomingMessage} from 'node:http';
import {expect} from 'chai';
import {DynoError} from '../../src/model/error.js';
import {until} from '../support/until.js';
import {TestPlatform} from './support/test-platform.js';

/** A reader of a log session, as the official CLI or curl would be. */
class Reader {
  text = '';
  ended = false;
  #call: ReturnType<typeof request>;
  #response: IncomingMessage | undefined;

  private constructor(call: ReturnType<typeof request>) {
    this.#call = call;
  }

  static async open(url: string, headers: Record<string, string> = {}): Promise<Reader> {
    const call = request(url.replace('localhost', '127.0.0.1'), {
      headers: {host: 'localhost', ...headers},
      agent: false,
    });
    const reader = new Reader(call);
    call.on('error', () => (reader.ended = true));
    call.end();
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    reader.#response = response;
    response.setEncoding('utf8');
    response.on('data', (text: string) => (reader.text += text));
    for (const event of ['end', 'close', 'error']) response.on(event, () => (reader.ended = true));
    return reader;
  }

  get status(): number {
    return this.#response!.statusCode!;
  }

  /** whether the answer came to its end, and was not cut off */
  get isWhole(): boolean {
    return this.#response!.complete;
  }

  get contentType(): string {
    return this.#response!.headers['content-type']!;
  }

  close(): void {
    this.#call.destroy();
  }
}

const unavailable = () =>
  Promise.reject(new DynoError('runtime_unavailable', {runtime: 'us', reason: 'it does not start'}));

describe('log sessions', function () {
  this.timeout(60_000);
  let platform: TestPlatform;
  const readers: Reader[] = [];
  const EVENTS = {accept: 'text/event-stream'};

  beforeEach(async () => {
    platform = await TestPlatform.start();
    await platform.ok('POST', '/apps', {name: 'demo'});
    await until('the first lines', () => platform.us?.lines('demo').length === 4);
  });
  afterEach(async () => {
    for (const reader of readers.splice(0)) reader.close();
    await platform.close();
  });

  const open = async (session: object, headers = {}) => {
    const {logplex_url: url} = await platform.ok('POST', '/apps/demo/log-sessions', session);
    const reader = await Reader.open(url, headers);
    readers.push(reader);
    return {url, reader};
  };

  it('sends lines as text, then ends', async () => {
    const {reader} = await open({lines: 10});
    await until('the end', () => reader.ended);
    expect(reader.contentType).to.match(/^text\/plain/);
    expect(reader.text.trimEnd().split('\n')).to.deep.equal(platform.us.lines('demo'));
  });

  it('sends events with ids to those who ask for them', async () => {
    const {reader} = await open({lines: 10}, EVENTS);
    await until('the end', () => reader.ended);
    expect(reader.contentType).to.equal('text/event-stream');
    expect(reader.text).to.match(/^id: 1\ndata: \S+ app\[api\]: Initial release by user \S+\n\nid: 2\ndata: /);
  });

  it('needs no token, but its own secret', async () => {
    const {url} = await open({});
    const wrong = await Reader.open(url.replace(/sessions\/.{8}/, 'sessions/00000000'));
    expect(wrong.status).to.equal(404);
  });

  it('passes the query on: source, dyno, lines', async () => {
    await open({source: 'app', dyno: 'web', lines: 7});
    await until('the query', () => platform.us.calls('GET', /log\?/).length === 1);
    const [call] = platform.us.calls('GET', /log\?/);
    expect(Object.fromEntries(new URLSearchParams(call!.path.split('?')[1]))).to.deep.equal({
      ...{form: 'lines', lines: '7', tail: 'false', source: 'app', process: 'web'},
    });
  });

  it('says 503 when the runtime does not answer', async () => {
    platform.running.context.runtimes.clientFor = unavailable;
    for (const tail of [false, true]) {
      const {reader} = await open({tail}, EVENTS);
      await until('the end', () => reader.ended);
      expect(reader.status).to.equal(503);
      expect(JSON.parse(reader.text)).to.include({id: 'runtime_unavailable'});
    }
  });

  it('cuts off a history that breaks off', async () => {
    const {reader: whole} = await open({});
    await until('the end', () => whole.ended);
    expect(whole.isWhole).to.equal(true);
    platform.us.breaksLogs = true;
    const {reader} = await open({});
    await until('the end', () => reader.ended);
    expect(reader.isWhole).to.equal(false);
  });

  it('tails', async () => {
    const {reader} = await open({tail: true}, EVENTS);
    await until('the history', () => reader.text.includes('Release v2'));
    platform.us.say('demo', 'hello');
    await until('the new line', () => reader.text.includes('app[web.1]: hello'));
    expect(reader.ended).to.equal(false);
  });

  it('goes on when the runtime went away and came back', async () => {
    const {reader} = await open({tail: true}, EVENTS);
    await until('the history', () => reader.text.includes('Release v2'));
    const records = platform.us.logs;
    await platform.us.close();
    platform.runtimes.delete('us');
    await until('another runtime', () => platform.us && platform.running.context.runtimes.isConnected('us'));
    for (const [id, list] of records) platform.us.logs.set(id, list);
    platform.us.say('demo', 'back again');
    await until('the new line', () => reader.text.includes('back again'));
    expect(reader.text.match(/Release v2/g)).to.have.length(1);
  });

  it('goes on when the runtime stayed away for so long that nobody waited any more', async () => {
    const {reader} = await open({tail: true}, EVENTS);
    await until('the history', () => reader.text.includes('Release v2'));
    const {runtimes} = platform.running.context;
    const clientFor = runtimes.clientFor.bind(runtimes);
    let refusals = 0;
    runtimes.clientFor = () => {
      refusals++;
      return unavailable();
    };
    platform.us.breakTails();
    await until('two refusals', () => refusals > 1);
    runtimes.clientFor = clientFor;
    platform.us.say('demo', 'back again');
    await until('the new line', () => reader.text.includes('back again'));
    expect(reader.text.match(/Release v2/g)).to.have.length(1);
  });

  it('survives the platform: the same URL goes on after the last id', async () => {
    const {url, reader} = await open({tail: true}, EVENTS);
    await until('the history', () => reader.text.includes('Release v2'));
    await platform.stop();
    await until('the end', () => reader.ended);
    await platform.start();
    platform.us.say('demo', 'later');
    const again = await Reader.open(url, {...EVENTS, 'last-event-id': '4'});
    readers.push(again);
    await until('the new line', () => again.text.includes('later'));
    expect(again.text).not.to.include('Release v2');
  });
});
