import {createServer} from 'node:net';

/** Below the ports that the kernel hands out for outgoing connections, and above the well-known ones. */
const LOWEST_BASE = 10_000;
const HIGHEST_BASE = 30_000;

/** A port of 127.0.0.1 that was free a moment ago. */
export function freePort(): Promise<number> {
  return listenOnce(0);
}

/** A base for DYNO_PORT: it and the `count` - 1 ports after it were free a moment ago. */
export async function freePortBase(count = 50): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const base = LOWEST_BASE + Math.floor(Math.random() * (HIGHEST_BASE - LOWEST_BASE));
    const ports = Array.from({length: count}, (_, index) => base + index);
    const tries = await Promise.allSettled(ports.map(listenOnce));
    if (tries.every(({status}) => status === 'fulfilled')) return base;
  }
  throw new Error(`no ${count} free ports in a row between ${LOWEST_BASE} and ${HIGHEST_BASE}`);
}

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : port));
    });
  });
}
