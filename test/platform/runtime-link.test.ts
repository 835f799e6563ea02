import {expect} from 'chai';
import {RuntimeLink} from '../../src/platform/runtimes/runtime-link.js';
import type {RuntimeLinkEffects} from '../../src/platform/runtimes/runtime-link.js';
import type {RuntimeClient} from '../../src/runtime/client.js';
import type {RuntimeSpec} from '../../src/runtime/protocol.js';
import {VirtualClock} from '../support/virtual-clock.js';

const never = () => new Promise<never>(() => undefined);

describe('link to a runtime', () => {
  it('does not wait for ever for one that was halted to take the log', async () => {
    const clock = new VirtualClock();
    const client = {status: () => Promise.resolve({version: '1.0.0'}), putSpec: () => Promise.resolve(), log: never};
    const effects: Partial<RuntimeLinkEffects> = {
      client: {...client, events: never} as unknown as RuntimeClient,
      prepare: () => undefined,
      clock,
      log: {info: () => undefined, error: () => undefined} as unknown as RuntimeLinkEffects['log'],
      spec: () => ({}) as RuntimeSpec,
      onConnected: () => undefined,
    };
    const link = new RuntimeLink('us', '1.0.0', effects as RuntimeLinkEffects);
    await link.connected();
    link.writeLog('a', [{time: 0, source: 'app', process: 'api', message: 'hello', pri: 133}]);
    let isOver = false;
    void link.flushed().then(() => (isOver = true));
    await clock.advance(4999);
    expect(isOver).to.equal(false);
    await clock.advance(1);
    expect(isOver).to.equal(true);
  });
});
