import {randomInt} from 'node:crypto';
import {connect} from 'node:net';

/** ms to wait for a connection */
const BOUND_MS = 1000;

/**
 * Linux answers on all of 127/8, so that each dyno has an address of its own and a server bound to 127.0.0.1 only is
 * not reachable on it, as on Heroku. Elsewhere there is just the one.
 */
export function ownAddress(): string {
  if (process.platform !== 'linux') return '127.0.0.1';
  return `127.${randomInt(1, 255)}.${randomInt(0, 256)}.${randomInt(2, 255)}`;
}

/** Whether somebody listens there. */
export function connects(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({host, port, timeout: BOUND_MS});
    const answer = (bound: boolean) => {
      socket.destroy();
      resolve(bound);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
    socket.once('timeout', () => answer(false));
  });
}
