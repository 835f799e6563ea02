import {expect} from 'chai';
import {LogplexFrameReader} from '../../src/model/logplex-frame.js';
import type {DrainContext} from '../../src/logplex/drain.js';
import {reconnectDelay, SyslogDrain} from '../../src/logplex/syslog-drain.js';
import type {SyslogTransport} from '../../src/logplex/syslog-transport.js';
import {settle} from '../support/virtual-clock.js';
import {drainFixture} from './drain-contexts.js';
import {message, messages} from './messages.js';

/** A receiver in words: takes everything, unless told to refuse, to break or to hang. */
class ScriptedTransport implements SyslogTransport {
  readonly packets: string[] = [];
  connects = 0;
  refuses: Error | null = null;
  /** whether a send that breaks tells of it before the connection does, as node's sockets do, or after it */
  breaks: 'send first' | 'close first' | null = null;
  hangs = false;
  #onClose: (() => void) | null = null;
  #release: (() => void) | null = null;

  get isOpen(): boolean {
    return this.#onClose !== null;
  }

  connect(onClose: () => void): Promise<void> {
    this.connects++;
    if (this.refuses) return Promise.reject(this.refuses);
    this.#onClose = onClose;
    return Promise.resolve();
  }

  async send(packets: string[]): Promise<void> {
    if (this.hangs) await new Promise<void>((resolve) => (this.#release = resolve));
    if (this.breaks === 'close first') this.closeByPeer();
    if (this.breaks) throw new Error('EPIPE');
    this.packets.push(...packets);
  }

  disconnect(): void {
    this.#onClose = null;
    this.#release?.();
  }

  closeByPeer(): void {
    const onClose = this.#onClose;
    this.#onClose = null;
    onClose?.();
  }

  release(): void {
    this.hangs = false;
    this.#release?.();
  }

  lines(): string[] {
    return new LogplexFrameReader().read(Buffer.from(this.packets.join(''))).map((frame) => frame.message.trimEnd());
  }
}

const L10 = (count: number, since: string) =>
  `Error L10 (output buffer overflow): ${count} messages dropped since ${since}.`;

describe('SyslogDrain', () => {
  function start(over: Partial<DrainContext> = {}) {
    const fixture = drainFixture('syslog://logs.example.test', over);
    const transport = new ScriptedTransport();
    return {...fixture, transport, drain: new SyslogDrain(fixture.context, transport)};
  }

  it('connects with the first message, and sends in packets of 4096 bytes', async () => {
    const {transport, drain} = start();
    await settle();
    expect(transport.connects).to.equal(0);
    drain.push(messages(200));
    await settle();
    expect(transport.lines()).to.deep.equal(messages(200).map(({text}) => text));
    for (const packet of transport.packets) expect(Buffer.byteLength(packet)).to.be.at.most(4096);
    expect(transport.packets).to.have.length(4);
    expect(drain.status()).to.include({delivered: 200, dropped: 0, buffered: 0, state: 'connected'});
    await drain.close('finish');
  });

  it('sends a larger message alone', async () => {
    const {transport, drain} = start();
    drain.push([message(1), message(2, 'x'.repeat(5000)), message(3)]);
    await settle();
    expect(transport.packets.map((packet) => Math.sign(Buffer.byteLength(packet) - 4096))).to.deep.equal([-1, 1, -1]);
    await drain.close('finish');
  });

  it('backs off as Heroku does, its odd ninth step too', () => {
    expect([1, 2, 8, 9, 10, 11].map((failures) => reconnectDelay(failures, 0))).to.deep.equal(
      [2, 4, 256, 512, 300, 300].map((s) => s * 1000),
    );
    expect(reconnectDelay(0, null)).to.equal(0);
    expect(reconnectDelay(0, 29_999)).to.equal(30_000);
    expect(reconnectDelay(0, 30_000)).to.equal(0);
  });

  it('waits 2, 4, 8 seconds while it is refused, keeps 1024 messages, and tells of the rest', async () => {
    const {transport, drain, clock} = start();
    transport.refuses = new Error('ECONNREFUSED');
    drain.push(messages(2000));
    await settle();
    const connects = [];
    for (const seconds of [2, 4, 8]) {
      await clock.advance(seconds * 1000 - 1);
      connects.push(transport.connects);
      await clock.advance(1);
      connects.push(transport.connects);
    }
    expect(connects).to.deep.equal([1, 2, 2, 3, 3, 4]);
    expect(drain.status()).to.include({state: 'failing', dropped: 976, buffered: 1024});
    transport.refuses = null;
    await clock.advance(16_000);
    expect(transport.lines().slice(0, 2)).to.deep.equal([L10(976, '2026-11-22T06:17:03+00:00'), 'line 977']);
    expect(transport.lines()).to.have.length(1025);
    expect(drain.status()).to.include({state: 'connected', delivered: 1024, dropped: 976});
    await drain.close('finish');
  });

  it('shrinks to 10 after ten failures of a full, losing buffer; grows with a connection', async () => {
    const {transport, drain, clock} = start();
    transport.refuses = new Error('ECONNREFUSED');
    drain.push(messages(1100));
    await clock.advance(1000 * (2 + 4 + 8 + 16 + 32 + 64 + 128 + 256 + 512 - 1));
    expect(drain.status()).to.include({state: 'failing', buffered: 1024});
    await clock.advance(301_000);
    expect(transport.connects).to.equal(11);
    expect(drain.status()).to.include({state: 'degraded', buffered: 10, dropped: 1090});
    transport.refuses = null;
    await clock.advance(300_000);
    expect(drain.status()).to.include({state: 'connected', delivered: 10});
    await drain.close('finish');
  });

  for (const breaks of ['send first', 'close first'] as const) {
    it(`counts as lost what the connection broke on, says so on the next, and backs off: ${breaks}`, async () => {
      const {transport, drain, clock} = start();
      drain.push([message(1)]);
      await settle();
      transport.breaks = breaks;
      drain.push(messages(3, 2));
      await settle();
      expect(drain.status()).to.include({state: 'failing', delivered: 1, dropped: 3, buffered: 0});
      transport.breaks = null;
      drain.push([message(5)]);
      await clock.advance(1999);
      expect(transport.connects).to.equal(1);
      await clock.advance(1);
      expect(transport.lines()).to.deep.equal(['line 1', L10(3, '2026-11-22T06:17:02+00:00'), 'line 5']);
      expect(drain.status().state).to.equal('connected');
      await drain.close('finish');
    });
  }

  it('closes an idle connection, and opens it at once for the next message', async () => {
    const {transport, drain, clock} = start();
    drain.push([message(1)]);
    await settle();
    await clock.advance(247_500);
    expect(drain.status().state).to.equal('idle');
    drain.push([message(2)]);
    await settle();
    expect(transport.lines()).to.deep.equal(['line 1', 'line 2']);
    await drain.close('finish');
  });

  it('tells of a certificate that is refused', async () => {
    const {transport, drain, alerts} = start();
    transport.refuses = Object.assign(new Error('x'), {code: 'SELF_SIGNED_CERT_IN_CHAIN'});
    drain.push([message(1)]);
    await settle();
    expect(alerts).to.deep.equal(['unknown ca']);
    await drain.close('finish');
  });

  it('writes down before it sends: a crash loses what was on its way, and doubles nothing', async () => {
    const {transport, drain, saved, clock} = start();
    transport.hangs = true;
    drain.push(messages(3));
    await settle();
    expect(saved.at(-1)).to.include({next: 4, frame: null});
    expect(drain.status()).to.include({delivered: 0, buffered: 3});
    transport.release();
    await settle();
    expect(drain.status()).to.include({delivered: 3});
    const {transport: next, drain: successor} = start({
      progress: {next: 4, frame: null, delivered: 3, dropped: 1, untold: 1, untoldSince: clock.now()},
      headSeq: 6,
      backlog: messages(2, 4),
    });
    await settle();
    expect(next.lines()).to.deep.equal([L10(1, '2026-11-22T06:17:02+00:00'), 'line 4', 'line 5']);
    expect(successor.status()).to.include({delivered: 5, dropped: 1});
    await drain.close('finish');
    await successor.close('finish');
  });

  it('sends as any others what an http drain, whose URL was changed, had on its way', async () => {
    const {transport, drain} = start({
      progress: {next: 3, frame: {from: 1, to: 2, id: 'A'}, delivered: 0, dropped: 0, untold: 0, untoldSince: 0},
      headSeq: 4,
      backlog: messages(3),
    });
    await settle();
    expect(transport.lines()).to.deep.equal(['line 1', 'line 2', 'line 3']);
    expect(drain.status()).to.include({delivered: 3, dropped: 0});
    await drain.close('finish');
  });
});
