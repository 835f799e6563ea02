import {expect} from 'chai';
import {KeptEntries} from '../../src/platform/runtimes/kept-entries.js';
import {VirtualClock} from '../support/virtual-clock.js';

const batch = (appId: string, ...messages: string[]) => ({
  appId,
  entries: messages.map((message) => ({time: 0, source: 'app' as const, process: 'api', message, pri: 133})),
});

describe('log entries that wait for a runtime', () => {
  it('come in order, and again when they could not be sent', () => {
    const kept = new KeptEntries(new VirtualClock());
    kept.push(batch('a', 'one', 'two'));
    kept.push(batch('b', 'three'));
    const first = kept.take()!;
    kept.push(batch('a', 'four'));
    kept.putBack(first);
    const order = [kept.take(), kept.take(), kept.take()].map((next) => next!.entries.map(({message}) => message));
    expect(order).to.deep.equal([['one', 'two'], ['three'], ['four']]);
    expect(kept.take()).to.equal(undefined);
  });

  it('are a thousand calls at most; the log that has lost some is told how many', async () => {
    const clock = new VirtualClock();
    const kept = new KeptEntries(clock);
    kept.push(batch('a', 'one', 'two'));
    kept.push(batch('b', 'three'));
    for (let n = 0; n < 1000; n++) kept.push(batch('a', String(n)));
    await clock.advance(5000);
    const [a, b, next] = [kept.take()!, kept.take()!, kept.take()!];
    expect([a.appId, a.entries[0]]).to.deep.equal([
      'a',
      {
        time: clock.now(),
        source: 'app',
        process: 'log-shuttle',
        message: 'Error L13: 2 messages lost since 2026-11-22T06:17:02+00:00',
        pri: 172,
      },
    ]);
    expect([b.appId, b.entries[0]!.message]).to.deep.equal([
      'b',
      'Error L13: 1 messages lost since 2026-11-22T06:17:02+00:00',
    ]);
    expect(next.entries[0]!.message).to.equal('0');
  });
});
