import {release} from 'node:os';
import type {EngineFacts} from '../engine.js';

/** What plain processes can and cannot keep apart; `dyno doctor` shows these sentences. */
export function processFacts(): EngineFacts {
  const linux = process.platform === 'linux';
  const root = process.getuid?.() === 0;
  return {
    engine: 'process',
    version: `${process.platform} ${release()}`,
    abilities: {
      'direct-address': linux
        ? {holds: true, note: 'each dyno has a loopback address of its own'}
        : {holds: false, why: 'Dynos share 127.0.0.1, so a server bound to it alone counts as bound to $PORT.'},
      'dyno-isolation': {holds: false, why: 'Dynos are processes of this machine and can reach each other.'},
      'neighbour-isolation': {
        holds: false,
        why: 'Dynos listen on addresses of this machine: who its firewall lets in may call them, past the router.',
      },
      'memory-limit': {
        holds: false,
        why: 'Memory is not limited by the kernel: R14 and R15 come from a look at resident memory every 20 s.',
      },
      'process-limit': {holds: false, why: 'The number of processes of a dyno is not limited.'},
      'cpu-share': {holds: false, why: 'Dynos share the CPU as any processes do.'},
      'private-filesystem': {
        holds: false,
        why: 'Each dyno has a directory of its own, thrown away with it, but sees the rest of the disk. HOME is not /app.',
      },
      'unprivileged-user': root
        ? {holds: false, why: 'Dynos run as root, because the runtime does.'}
        : {holds: true, note: 'dynos run as you'},
      spaces: {holds: false, why: 'Private spaces need networks of their own: start Docker.'},
      dockerfile: {holds: false, why: 'A Dockerfile is built by Docker: start it.'},
    },
  };
}
