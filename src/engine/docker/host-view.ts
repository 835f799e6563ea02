import {readFile} from 'node:fs/promises';

/**
 * What the kernel tells about a container of an engine on this very machine, without asking the engine: quicker by two
 * orders of magnitude, and the only way to see listening sockets without touching them.
 */
export class HostView {
  readonly #pids = new Map<string, number | null>();
  readonly #pidOf: (engineId: string) => Promise<number>;

  /** `pidOf`: pid of the container's first process, 0 when it has ended */
  constructor(pidOf: (engineId: string) => Promise<number>) {
    this.#pidOf = pidOf;
  }

  forget(engineId: string): void {
    this.#pids.delete(engineId);
  }

  /** Pid of the dyno's init, or null where this process does not see the engine's processes. */
  async pid(engineId: string): Promise<number | null> {
    const known = this.#pids.get(engineId);
    if (known !== undefined && (known === null || (await isOf(known, engineId)))) return known;
    const pid = await this.#pidOf(engineId);
    if (pid === 0) return null;
    // A pid of a virtual machine or of another pid namespace belongs to somebody else here.
    const seen = (await isOf(pid, engineId)) ? pid : null;
    this.#pids.set(engineId, seen);
    return seen;
  }

  /** Whether somebody listens on the port at an address other than loopback. Null: cannot be seen from here. */
  async listens(engineId: string, port: number): Promise<boolean | null> {
    const pid = await this.pid(engineId);
    if (pid === null) return null;
    const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readOr(`/proc/${pid}/net/${name}`)));
    if (tables[0] === null) return null;
    return tables.some((table) => table !== null && listensOn(table, port));
  }

  /** Whether the dyno's init takes signals by now. Null: cannot be seen from here. */
  async catchesTerm(engineId: string): Promise<boolean | null> {
    const pid = await this.pid(engineId);
    const status = pid === null ? null : await readOr(`/proc/${pid}/status`);
    const caught = status && /^SigCgt:\s*([0-9a-f]+)$/m.exec(status);
    if (!caught) return null;
    return (BigInt(`0x${caught[1]!}`) & (1n << 14n)) !== 0n;
  }
}

async function isOf(pid: number, engineId: string): Promise<boolean> {
  return (await readOr(`/proc/${pid}/cgroup`))?.includes(engineId) ?? false;
}

async function readOr(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'latin1');
  } catch {
    return null;
  }
}

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
