import {expect} from 'chai';
import {httpsFrame} from '../../src/logplex/frames.js';
import {MessageBuffer} from '../../src/logplex/message-buffer.js';
import {VirtualClock} from '../support/virtual-clock.js';
import {message, messages} from './messages.js';

const seqs = (buffer: MessageBuffer) => buffer.takeSome(Infinity).map(({seq}) => seq);

describe('MessageBuffer', () => {
  it('loses the oldest beyond its capacity once a reader has had its time, and says since when', async () => {
    const clock = new VirtualClock();
    const buffer = new MessageBuffer(10, clock);
    buffer.push(messages(12));
    expect(buffer.size).to.equal(12);
    await clock.advance(1000);
    const since = clock.now();
    expect(buffer.size).to.equal(10);
    buffer.push(messages(3, 13));
    await clock.advance(1000);
    expect(buffer.loss).to.deep.equal({lost: 5, since});
    expect(seqs(buffer)).to.deep.equal([6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
  });

  it('loses nothing while the reader takes something every moment', async () => {
    const clock = new VirtualClock();
    const buffer = new MessageBuffer(10, clock);
    for (let n = 0; n < 9; n++) {
      buffer.push(messages(100, 1 + n * 100));
      await clock.advance(999);
      expect(buffer.take(200, httpsFrame)).not.to.equal(null);
    }
    expect(buffer.lostInAll).to.equal(0);
    await clock.advance(1000);
    expect(buffer.size).to.equal(10);
    expect(clock.pendingTimers).to.equal(0);
  });

  it('loses what a reader lags more than ten seconds behind with', async () => {
    const clock = new VirtualClock();
    const buffer = new MessageBuffer(10, clock);
    buffer.push(messages(1000));
    for (let n = 0; n < 99; n++) {
      await clock.advance(100);
      buffer.take(100, httpsFrame);
    }
    expect(buffer.lostInAll).to.equal(0);
    await clock.advance(100);
    expect([buffer.size, buffer.lostInAll]).to.deep.equal([10, 1000 - 99 - 10]);
  });

  it('has a ceiling whatever time the reader has', () => {
    const buffer = new MessageBuffer(10, new VirtualClock());
    for (let i = 0; i < 80; i++) buffer.push([message(i + 1, 'x'.repeat(1024 * 1024))]);
    expect(buffer.size).to.equal(63);
    expect(buffer.lostInAll).to.equal(17);
    const short = new MessageBuffer(10, new VirtualClock());
    for (let i = 0; i < 100; i++) short.push(messages(10_000, 1 + i * 10_000));
    expect(short.size).to.be.below(650_000);
    expect(short.size + short.lostInAll).to.equal(1_000_000);
  });

  it('shrinks at once, and grows again', () => {
    const buffer = new MessageBuffer(100, new VirtualClock());
    buffer.push(messages(50));
    buffer.resize(10);
    expect(buffer.loss.lost).to.equal(40);
    buffer.resize(20);
    buffer.push(messages(20, 51));
    buffer.resize(20);
    expect(buffer.loss.lost).to.equal(40);
    expect(seqs(buffer)).to.deep.equal(messages(30, 41).map(({seq}) => seq));
  });

  it('takes what fits in a packet; a larger message goes alone', () => {
    const buffer = new MessageBuffer(100, new VirtualClock());
    const length = Buffer.byteLength(httpsFrame(message(1)));
    buffer.push([...messages(3), message(4, 'x'.repeat(1000)), message(5)]);
    const packets = [];
    for (let packet = buffer.take(2 * length, httpsFrame); packet; packet = buffer.take(2 * length, httpsFrame))
      packets.push(packet);
    expect(packets.map(({from, to, count}) => [from, to, count])).to.deep.equal([
      [1, 2, 2],
      [3, 3, 1],
      [4, 4, 1],
      [5, 5, 1],
    ]);
    expect(packets[0]!.text).to.equal(httpsFrame(message(1)) + httpsFrame(message(2)));
    expect(packets[0]!.bytes).to.equal(2 * length);
  });

  it('takes some, across batches', () => {
    const buffer = new MessageBuffer(10, new VirtualClock());
    buffer.push(messages(3));
    buffer.push(messages(3, 4));
    expect(buffer.takeSome(4).map(({seq}) => seq)).to.deep.equal([1, 2, 3, 4]);
    expect(buffer.takeSome(4).map(({seq}) => seq)).to.deep.equal([5, 6]);
    expect([buffer.size, buffer.firstSeq]).to.deep.equal([0, null]);
  });

  it('tells of a loss again when it did not arrive', () => {
    const clock = new VirtualClock();
    const buffer = new MessageBuffer(10, clock);
    buffer.lose(3);
    const told = buffer.takeLoss();
    expect(buffer.loss.lost).to.equal(0);
    buffer.tellAgain(told);
    buffer.lose(2);
    expect(buffer.loss).to.deep.equal({lost: 5, since: told.since});
    expect(buffer.lostInAll).to.equal(5);
  });
});
