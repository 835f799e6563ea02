import {readFile} from 'node:fs/promises';
import {ProcFiles} from '../proc-files.js';

/**
 * What the kernel tells about a container of an engine on this very machine, without asking the engine: quicker by two
 * orders of magnitude, and the only way to see listening sockets without touching them.
 */
export class HostView {
  readonly #files = new ProcFiles();
  readonly #pids = new Map<string, number | null>();
  /** dynos in whose network namespace Docker's resolver was seen, which has a socket there */
  readonly #resolved = new Set<string>();
  readonly #pidOf: (engineId: string) => Promise<number>;

  /** `pidOf`: pid of the container's first process, 0 when it has ended */
  constructor(pidOf: (engineId: string) => Promise<number>) {
    this.#pidOf = pidOf;
  }

  forget(engineId: string): void {
    this.#pids.delete(engineId);
    this.#resolved.delete(engineId);
  }

  /** Pid of the dyno's init, or null where this process does not see the engine's processes. */
  async pid(engineId: string): Promise<number | null> {
    const known = this.#pids.get(engineId);
    if (known !== undefined && (known === null || this.#isOf(known, engineId))) return known;
    const pid = await this.#pidOf(engineId);
    if (pid === 0) return null;
    // A pid of a virtual machine or of another pid namespace belongs to somebody else here.
    const seen = this.#isOf(pid, engineId) ? pid : null;
    this.#pids.set(engineId, seen);
    return seen;
  }

  /** Whether somebody listens on the port at an address other than loopback. Null: cannot be seen from here. */
  async listens(engineId: string, port: number): Promise<boolean | null> {
    const pid = await this.pid(engineId);
    if (pid === null) return null;
    const [tcp, tcp6] = await Promise.all([this.#table(engineId, pid, ''), this.#table(engineId, pid, '6')]);
    if (tcp === null) return null;
    if (tcp.includes(RESOLVER)) this.#resolved.add(engineId);
    return listensOn(tcp, port) || (tcp6 !== null && listensOn(tcp6, port));
  }

  /**
   * A table of sockets; empty when the dyno has none of its own. For a table the kernel walks all connections of the
   * machine: a millisecond, whatever is in it. So their number is asked for first.
   */
  async #table(engineId: string, pid: number, version: '' | '6'): Promise<string | null> {
    const ofDocker = version === '' && this.#resolved.has(engineId) ? 1 : 0;
    if (socketsIn(this.#files.read(`/proc/${pid}/net/sockstat${version}`)) === ofDocker) return '';
    return readOr(`/proc/${pid}/net/tcp${version}`);
  }

  /** Whether the dyno's init takes signals by now. Null: cannot be seen from here. */
  async catchesTerm(engineId: string): Promise<boolean | null> {
    const pid = await this.pid(engineId);
    const status = pid === null ? '' : this.#files.read(`/proc/${pid}/status`);
    const caught = /^SigCgt:\s*([0-9a-f]+)$/m.exec(status);
    if (!caught) return null;
    return (BigInt(`0x${caught[1]!}`) & (1n << 14n)) !== 0n;
  }

  #isOf(pid: number, engineId: string): boolean {
    return this.#files.read(`/proc/${pid}/cgroup`).includes(engineId);
  }
}

async function readOr(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'latin1');
  } catch {
    return null;
  }
}

/** TCP sockets by /proc/net/sockstat or sockstat6; NaN when it does not say. */
export function socketsIn(counts: string): number {
  return Number(/^TCP6?: inuse (\d+)/m.exec(counts)?.[1]);
}

/** 127.0.0.11, where Docker answers for names in networks that were made by somebody, as the tables have it */
const RESOLVER = ' 0B00007F:';
const LISTEN = '0A';

/** Reads a table of /proc/net/tcp or tcp6. */
export function listensOn(table: string, port: number): boolean {
  return table
    .split('\n')
    .slice(1)
    .some((line) => {
      const [, local, , state] = line.trim().split(/\s+/);
      const [address, hexPort] = (local ?? '').split(':');
      return state === LISTEN && address && Number.parseInt(hexPort ?? '', 16) === port && !isLoopback(address);
    });
}

/** Addresses are words of 32 bits in the machine's byte order: little endian wherever Node runs. */
function isLoopback(address: string): boolean {
  if (address.length === 8) return address.endsWith('7F');
  const mapped = '0000000000000000FFFF0000';
  return address === '00000000000000000000000001000000' || (address.startsWith(mapped) && address.endsWith('7F'));
}
