import {execFile} from 'node:child_process';
import {readdir} from 'node:fs/promises';
import {setImmediate as nextTurn} from 'node:timers/promises';
import {promisify} from 'node:util';
import {ProcFiles} from '../proc-files.js';

/** Name of the environment variable that every process of a dyno carries, whatever session it moved to. */
export const MARKER = 'DYNO_ENGINE_ID';

/** Bytes of a memory page on every Linux that Node runs on by default. */
const PAGE_BYTES = 4096;
/** Processes looked at before others get their turn: a millisecond's worth. */
const STRIDE = 50;

export interface ProcessUsage {
  /** bytes */
  rss: number;
  swap: number;
  /** running or runnable now */
  runnable: number;
}

/** A process, and what tells it from a later one with the same pid. */
export interface ProcessIdentity {
  pid: number;
  identity: string;
}

/** Processes that live, by the marker they carry and by their session. */
interface Look {
  marked: Map<string, number[]>;
  sessions: Map<number, number[]>;
}

/**
 * The processes of this machine, as far as they are dynos'. Linux reads /proc; elsewhere `ps` shows the environment of
 * the user's own processes. However many dynos ask at once, one look at all processes answers them.
 */
export class ProcessTable {
  readonly #files = new ProcFiles();
  #next: Promise<Look> | null = null;
  #boot = '';

  /**
   * The processes of a dyno: those in the session that its init leads, and by the marker they inherited those that
   * moved to a session of their own. One that is just being replaced by execve has no environment to read. Those that
   * became another user's (setuid) are left out: nothing of ours reaches them.
   */
  async processesOf(engineId: string, init: ProcessIdentity | null): Promise<number[]> {
    if (process.platform !== 'linux') return listWithPs(`${MARKER}=${engineId}`);
    // A look that has begun may have passed what has been started since.
    this.#next ??= nextTurn().then(() => {
      this.#next = null;
      return this.#look();
    });
    const {marked, sessions} = await this.#next;
    const ofSession = init && this.#canLead(init) ? (sessions.get(init.pid) ?? []).filter(isOurs) : [];
    return [...new Set([...(marked.get(engineId) ?? []), ...ofSession])];
  }

  /** What tells this process from a later one with the same pid; null when there is none, or only a zombie. */
  async identityOf(pid: number): Promise<string | null> {
    if (process.platform !== 'linux') {
      const {stdout} = await run('ps', ['-o', 'lstart=', '-p', String(pid)]);
      return stdout.trim() || null;
    }
    const fields = this.#statOf(pid);
    return fields && !isDead(fields) ? this.#identity(fields) : null;
  }

  async usageOf(pids: number[]): Promise<ProcessUsage> {
    if (process.platform !== 'linux') return usageByPs(pids);
    const usage = {rss: 0, swap: 0, runnable: 0};
    for (const pid of pids) {
      const fields = this.#statOf(pid);
      if (!fields) continue;
      usage.rss += Number(fields[21]) * PAGE_BYTES;
      if (fields[0] === 'R') usage.runnable++;
      const swap = /^VmSwap:\s+(\d+)/m.exec(this.#files.read(`/proc/${pid}/status`));
      usage.swap += Number(swap?.[1] ?? 0) * 1024;
    }
    return usage;
  }

  async #look(): Promise<Look> {
    const look: Look = {marked: new Map(), sessions: new Map()};
    const entries = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
    for (const [index, entry] of entries.entries()) {
      if (index % STRIDE === STRIDE - 1) await nextTurn();
      const pid = Number(entry);
      const engineId = this.#files.variable(entry, MARKER);
      if (engineId !== null) add(look.marked, engineId, pid);
      const fields = this.#statOf(pid);
      // Zombies belong to nobody any more.
      if (fields && fields[0] !== 'Z') add(look.sessions, Number(fields[3]), pid);
    }
    return look;
  }

  /**
   * Whether the session of that number is still the one that this init led. Without a leader it is, if the machine has
   * not been started anew: while a session has members, the kernel gives its number to nobody else.
   */
  #canLead({pid, identity}: ProcessIdentity): boolean {
    if (!identity.startsWith(`${this.#bootId()}.`)) return false;
    const fields = this.#statOf(pid);
    return !fields || this.#identity(fields) === identity;
  }

  #identity(fields: string[]): string {
    return `${this.#bootId()}.${fields[19]}`;
  }

  #bootId(): string {
    return (this.#boot ||= this.#files.read('/proc/sys/kernel/random/boot_id').trim());
  }

  /** Fields of /proc/PID/stat from the state on; the name before it may hold spaces and brackets. */
  #statOf(pid: number): string[] | null {
    const text = this.#files.read(`/proc/${pid}/stat`);
    const end = text.lastIndexOf(')');
    return end === -1 ? null : text.slice(end + 2).split(' ');
  }
}

/** Sends a signal; a process that is gone, or has become another user's, is success. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}

function isOurs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A zombie, or about to vanish. */
function isDead(fields: string[]): boolean {
  return fields[0] === 'Z' || fields[0] === 'X';
}

function add<Key>(map: Map<Key, number[]>, key: Key, pid: number): void {
  const pids = map.get(key);
  if (pids) pids.push(pid);
  else map.set(key, [pid]);
}

async function usageByPs(pids: number[]): Promise<ProcessUsage> {
  const usage = {rss: 0, swap: 0, runnable: 0};
  const {stdout} = await run('ps', ['-o', 'rss=,state=', '-p', pids.join(',')]);
  for (const line of stdout.trim().split('\n')) {
    const [rss = '0', state = ''] = line.trim().split(/\s+/);
    usage.rss += Number(rss) * 1024;
    if (state.startsWith('R')) usage.runnable++;
  }
  return usage;
}

async function listWithPs(marker: string): Promise<number[]> {
  const {stdout} = await run('ps', ['-axEww', '-o', 'pid=,command=']);
  return stdout
    .split('\n')
    .filter((line) => line.includes(` ${marker}`))
    .map((line) => Number.parseInt(line, 10));
}

/** `ps` exits 1 when nothing matches. */
const run = (file: string, args: string[]): Promise<{stdout: string}> =>
  promisify(execFile)(file, args, {maxBuffer: 64 * 1024 * 1024}).catch(() => ({stdout: ''}));
