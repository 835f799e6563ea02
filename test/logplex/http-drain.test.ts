import {expect} from 'chai';
import {parseDrainUrl} from '../../src/model/drain.js';
import {parseLogplexBody} from '../../src/model/logplex-frame.js';
import type {DrainContext} from '../../src/logplex/drain.js';
import {HttpDrain, reconnectDelay, verdictOn} from '../../src/logplex/http-drain.js';
import type {DrainRequest} from '../../src/logplex/http-request.js';
import type {HttpTransport, SendOutcome} from '../../src/logplex/http-transport.js';
import {settle} from '../support/virtual-clock.js';
import {drainFixture} from './drain-contexts.js';
import {message, messages} from './messages.js';

/** A receiver in words: every request waits until the test says what became of it. */
class ScriptedTransport implements HttpTransport {
  readonly requests: DrainRequest[] = [];
  isOpen = false;
  disconnects = 0;
  /** answers without being asked, once set */
  always: SendOutcome | null = null;
  #answer: ((outcome: SendOutcome) => void) | null = null;

  send(request: DrainRequest, onConnect: () => void): Promise<SendOutcome> {
    this.requests.push(request);
    const connects = !this.isOpen && !(this.always && 'error' in this.always);
    if (connects) {
      this.isOpen = true;
      onConnect();
    }
    if (this.always) return Promise.resolve(this.always);
    return new Promise((resolve) => (this.#answer = resolve));
  }

  disconnect(): void {
    if (this.isOpen) this.disconnects++;
    this.isOpen = false;
    this.#answer?.({error: new Error('destroyed')});
    this.#answer = null;
  }

  async answer(outcome: SendOutcome): Promise<void> {
    const answer = this.#answer;
    this.#answer = null;
    answer!(outcome);
    await settle();
  }

  get last(): DrainRequest {
    return this.requests.at(-1)!;
  }

  header(name: string, request = this.last): string | undefined {
    return request.headers.find(([key]) => key === name)?.[1];
  }

  lines(request = this.last): string[] {
    return parseLogplexBody(request.body).map((frame) => frame.message.trimEnd());
  }
}

const refused: SendOutcome = {error: Object.assign(new Error('refused'), {code: 'ECONNREFUSED'})};
const L10 = (count: number, since: string) =>
  `Error L10 (output buffer overflow): ${count} messages dropped since ${since}.`;

describe('HttpDrain', () => {
  let drain: HttpDrain | null = null;

  function start(url = 'https://logs.example.test/in', over: Partial<DrainContext> = {}) {
    const fixture = drainFixture(url, over);
    const transport = new ScriptedTransport();
    drain = new HttpDrain(fixture.context, parseDrainUrl(url), transport);
    return {...fixture, transport, drain};
  }

  afterEach(async () => {
    const closing = drain?.close('abort');
    // The abort is due at once, on a clock that stands.
    await settle();
    drain = null;
    void closing;
  });

  it('sends the first message at once, and all that came meanwhile in the next request', async () => {
    const {transport, drain} = start();
    drain.push([message(1)]);
    await settle();
    expect(transport.lines()).to.deep.equal(['line 1']);
    drain.push(messages(3, 2));
    await settle();
    expect(transport.requests).to.have.length(1);
    await transport.answer({status: 200});
    expect(transport.lines()).to.deep.equal(['line 2', 'line 3', 'line 4']);
    await transport.answer({status: 204});
    expect(drain.status()).to.include({delivered: 4, dropped: 0, buffered: 0, state: 'connected'});
  });

  it('sends headers in Heroku’s order', async () => {
    const {transport, drain} = start('https://user:pa%3Ass@logs.example.test:8443/in?a=1');
    drain.push(messages(2));
    await settle();
    const body = transport.last.body;
    expect(transport.last.path).to.equal('/in?a=1');
    expect(transport.last.headers).to.deep.equal([
      ['Authorization', `Basic ${Buffer.from('user:pa:ss').toString('base64')}`],
      ['Content-Type', 'application/logplex-1'],
      ['Logplex-Msg-Count', '2'],
      ['Logplex-Frame-Id', '8'.repeat(32)],
      ['Logplex-Drain-Token', 'd.1'],
      ['User-Agent', 'Logplex/v106'],
      ['Host', 'logs.example.test:8443'],
      ['Content-Length', String(body.length)],
    ]);
  });

  it('fills a batch of 102,400 bytes', async () => {
    const {transport, drain} = start();
    drain.push(Array.from({length: 30}, (_, i) => message(i + 1, 'x'.repeat(10_000))));
    await settle();
    expect(transport.header('Logplex-Msg-Count')).to.equal('10');
    expect(transport.last.body.length).to.be.at.most(102_400);
  });

  it('retries under the same frame id, then drops, and tells of it in the next frame', async () => {
    const {transport, drain, clock} = start();
    drain.push(messages(5));
    await settle();
    const id = transport.header('Logplex-Frame-Id');
    for (let attempt = 1; attempt <= 3; attempt++) {
      expect(transport.requests).to.have.length(attempt);
      expect([transport.header('Logplex-Frame-Id'), transport.header('Logplex-Msg-Count')]).to.deep.equal([id, '5']);
      await transport.answer({status: 500});
      await clock.advance(5200);
    }
    expect(drain.status()).to.include({delivered: 0, dropped: 5, state: 'degraded'});
    drain.push([message(6)]);
    await settle();
    expect(transport.lines()).to.deep.equal([L10(5, '2026-11-22T06:17:12+00:00'), 'line 6']);
    expect(transport.header('Logplex-Msg-Count')).to.equal('2');
    await transport.answer({status: 200});
    drain.push([message(7)]);
    await settle();
    expect(transport.lines()).to.deep.equal(['line 7']);
    expect(drain.status()).to.include({delivered: 1, dropped: 5});
  });

  for (const [status, verdict] of [
    [200, 'delivered'],
    [204, 'delivered'],
    [301, 'again'],
    [400, 'dropped'],
    [404, 'dropped'],
    [410, 'dropped'],
    [429, 'again'],
    [500, 'again'],
    [503, 'again'],
  ] as const) {
    it(`takes ${status} for: ${verdict}`, () => expect(verdictOn(status)).to.equal(verdict));
  }

  it('drops at once what a client error refuses, on a connection that stays', async () => {
    const {transport, drain} = start();
    drain.push(messages(2));
    await settle();
    await transport.answer({status: 400});
    expect(transport.disconnects).to.equal(0);
    drain.push([message(3)]);
    await settle();
    expect(transport.lines()).to.deep.equal([L10(2, '2026-11-22T06:17:02+00:00'), 'line 3']);
  });

  it('closes the connection after a failure, and waits longer while none can be made', async () => {
    const {transport, drain, clock} = start();
    transport.always = refused;
    drain.push([message(1)]);
    await settle();
    expect(transport.requests).to.have.length(1);
    // none before the first two reconnections, then 10 ms: r of 1, 1, 2, 2 for a chance of one half
    await clock.advance(0);
    expect(transport.requests).to.have.length(3);
    drain.push([message(2)]);
    for (const count of [4, 5]) {
      await clock.advance(9);
      expect(transport.requests).to.have.length(count - 1);
      await clock.advance(1);
      expect(transport.requests).to.have.length(count);
    }
    expect(drain.status()).to.include({dropped: 1, buffered: 1, state: 'degraded'});
  });

  it('backs off as Heroku does', () => {
    expect([0, 1, 2, 3, 10, 50].map((attempt) => reconnectDelay(attempt, () => 0.999))).to.deep.equal([
      0, 0, 10, 30, 5110, 5110,
    ]);
    expect([0, 1, 2, 3, 10, 50].map((attempt) => reconnectDelay(attempt, () => 0))).to.deep.equal([0, 0, 0, 0, 0, 0]);
  });

  it('keeps 1024 messages while nothing gets through, and counts the rest', async () => {
    const {transport, drain, clock} = start();
    drain.push([message(1)]);
    await settle();
    drain.push(messages(3000, 2));
    await clock.advance(1000);
    expect(drain.status()).to.include({dropped: 3000 - 1024, buffered: 1025});
    await transport.answer({status: 200});
    expect(transport.lines().slice(0, 2)).to.deep.equal([L10(1976, '2026-11-22T06:17:03+00:00'), 'line 1978']);
    expect(transport.lines().at(-1)).to.equal('line 3001');
    expect(transport.header('Logplex-Msg-Count')).to.equal('1025');
    await transport.answer({status: 200});
    expect(drain.status()).to.include({delivered: 1025, dropped: 1976, buffered: 0});
  });

  it('shrinks to 10 when it fails more than five minutes after a success, and grows with the next', async () => {
    const {transport, drain, clock} = start();
    drain.push([message(1)]);
    await settle();
    await transport.answer({status: 200});
    await clock.advance(5 * 60_000 + 1);
    drain.push([message(2)]);
    await settle();
    drain.push(messages(100, 3));
    await transport.answer({status: 500});
    expect(drain.status()).to.include({state: 'degraded', dropped: 90});
    await clock.advance(0);
    await transport.answer({status: 200});
    await transport.answer({status: 200});
    expect(drain.status()).to.include({state: 'connected', delivered: 12, dropped: 90});
    drain.push(messages(500, 103));
    await clock.advance(1000);
    expect(drain.status().dropped).to.equal(90);
  });

  it('closes an idle connection, and one that is five hours old', async () => {
    const {transport, drain, clock} = start();
    transport.always = {status: 200};
    drain.push([message(1)]);
    await settle();
    expect(drain.status().state).to.equal('connected');
    await clock.advance(151_500);
    expect(drain.status().state).to.equal('idle');
    expect(transport.disconnects).to.equal(1);
    for (let seq = 2; transport.disconnects === 1; seq++) {
      drain.push([message(seq)]);
      await clock.advance(100_000);
      if (seq > 1000) throw new Error('an old connection is never closed');
    }
    expect(transport.requests.length).to.be.within(175, 185);
  });

  it('tells of a certificate that is refused', async () => {
    const {transport, drain, alerts} = start();
    transport.always = {error: Object.assign(new Error('x'), {code: 'CERT_HAS_EXPIRED'})};
    drain.push([message(1)]);
    await settle();
    expect(alerts[0]).to.equal('certificate expired');
  });

  it('writes down what may be on its way before it sends, and that it arrived', async () => {
    const {transport, drain, saved} = start();
    drain.push(messages(3));
    await settle();
    const id = '8'.repeat(32);
    expect(saved).to.deep.equal([
      {next: 4, frame: {from: 1, to: 3, id}, delivered: 0, dropped: 0, untold: 0, untoldSince: saved[0]!.untoldSince},
    ]);
    await transport.answer({status: 200});
    expect(saved.at(-1)).to.include({next: 4, frame: null, delivered: 3});
  });

  it('sends an earlier process’s frame again as a retry, with its losses, then what came after', async () => {
    const {transport, drain} = start('https://h/', {
      progress: {
        next: 4,
        frame: {from: 2, to: 3, id: 'F'.repeat(32)},
        delivered: 1,
        dropped: 9,
        untold: 9,
        untoldSince: 0,
      },
      headSeq: 6,
      backlog: messages(4, 2),
    });
    await settle();
    expect(transport.header('Logplex-Frame-Id')).to.equal('F'.repeat(32));
    expect(transport.lines()).to.deep.equal([L10(9, '1970-01-01T00:00:00+00:00'), 'line 2', 'line 3']);
    await transport.answer({status: 200});
    expect(transport.lines()).to.deep.equal(['line 4', 'line 5']);
    await transport.answer({status: 200});
    expect(drain.status()).to.include({delivered: 5, dropped: 9});
  });

  it('lets a request on its way arrive when it closes, but not for ever', async () => {
    const first = start();
    first.drain.push([message(1)]);
    await settle();
    const closing = first.drain.close('finish');
    await first.transport.answer({status: 200});
    await closing;
    expect(first.saved.at(-1)).to.include({frame: null, delivered: 1});

    const second = start();
    second.drain.push([message(1)]);
    await settle();
    const closed = second.drain.close('finish');
    await second.clock.advance(1000);
    await closed;
    expect(second.saved.at(-1)).to.deep.include({frame: {from: 1, to: 1, id: '8'.repeat(32)}, delivered: 0});
  });
});
