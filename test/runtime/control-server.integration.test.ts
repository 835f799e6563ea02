import {once} from 'node:events';
import {request} from 'node:http';
import type {IncomingMessage} from 'node:http';
import {join} from 'node:path';
import {expect} from 'chai';
import type {RuntimeEvent} from '../../src/runtime/protocol.js';
import type {Runtime} from '../../src/runtime/runtime.js';
import {startControlServer} from '../../src/runtime/control-server.js';
import {tempHome} from '../support/temp-home.js';

describe('control server', () => {
  it('lets go of a platform that does not read its events, and holds nothing for it any more', async () => {
    const listeners = new Set<(event: RuntimeEvent) => void>();
    const runtime = {
      onEvent: (listener: (event: RuntimeEvent) => void) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    } as unknown as Runtime;
    const home = await tempHome();
    const socketPath = join(home.path, 'control.sock');
    const server = await startControlServer(runtime, socketPath, () => undefined);
    try {
      const asked = request({socketPath, path: '/events', agent: false}).end();
      const [answer] = (await once(asked, 'response')) as [IncomingMessage];
      const ended = once(answer.pause(), 'error').catch(() => undefined);
      let events = 0;
      while (listeners.size > 0 && events < 400_000) {
        for (const listener of listeners) listener({kind: 'heartbeat'});
        if (++events % 1000 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      // 23 bytes an event: 4 MiB, and what the socket takes
      expect(events).to.be.within(180_000, 300_000);
      answer.resume();
      await ended;
    } finally {
      await server.close();
      await home.remove();
    }
  });
});
