import {execFile} from 'node:child_process';
import {readFile, readdir} from 'node:fs/promises';
import {promisify} from 'node:util';

/** Name of the environment variable that every process of a dyno carries, whatever session it moved to. */
export const MARKER = 'DYNO_ENGINE_ID';

/** Bytes of a memory page on every Linux that Node runs on by default. */
const PAGE_BYTES = 4096;

export interface ProcessUsage {
  /** bytes */
  rss: number;
  swap: number;
  /** running or runnable now */
  runnable: number;
}

/**
 * The processes of a dyno: those in the session that its init leads, and by the marker they inherited those that
 * moved to a session of their own. One that is just being replaced by execve has no environment to read.
 * Linux reads /proc; elsewhere `ps` shows the environment of the user's own processes.
 */
export async function processesOf(engineId: string, session?: number): Promise<number[]> {
  const marker = `${MARKER}=${engineId}`;
  if (process.platform !== 'linux') return listWithPs(marker);
  const pids: number[] = [];
  await Promise.all(
    (await readdir('/proc')).map(async (entry) => {
      if (!/^\d+$/.test(entry)) return;
      const environment = await readOr(`/proc/${entry}/environ`);
      const marked = environment.startsWith(`${marker}\0`) || environment.includes(`\0${marker}\0`);
      if (marked || (session !== undefined && (await sessionOf(entry)) === session)) pids.push(Number(entry));
    }),
  );
  return pids;
}

/**
 * What tells this process from a later one with the same pid; null when there is none, or only a zombie.
 */
export async function identityOf(pid: number): Promise<string | null> {
  if (process.platform !== 'linux') {
    const {stdout} = await run('ps', ['-o', 'lstart=', '-p', String(pid)]);
    return stdout.trim() || null;
  }
  const fields = statFields(await readOr(`/proc/${pid}/stat`));
  if (!fields || fields[0] === 'Z' || fields[0] === 'X') return null;
  return `${(await readOr('/proc/sys/kernel/random/boot_id')).trim()}.${fields[19]}`;
}

export async function usageOf(pids: number[]): Promise<ProcessUsage> {
  const usage = {rss: 0, swap: 0, runnable: 0};
  if (process.platform !== 'linux') {
    const {stdout} = await run('ps', ['-o', 'rss=,state=', '-p', pids.join(',')]);
    for (const line of stdout.trim().split('\n')) {
      const [rss = '0', state = ''] = line.trim().split(/\s+/);
      usage.rss += Number(rss) * 1024;
      if (state.startsWith('R')) usage.runnable++;
    }
    return usage;
  }
  await Promise.all(
    pids.map(async (pid) => {
      const fields = statFields(await readOr(`/proc/${pid}/stat`));
      if (!fields) return;
      usage.rss += Number(fields[21]) * PAGE_BYTES;
      if (fields[0] === 'R') usage.runnable++;
      const swap = /^VmSwap:\s+(\d+)/m.exec(await readOr(`/proc/${pid}/status`));
      usage.swap += Number(swap?.[1] ?? 0) * 1024;
    }),
  );
  return usage;
}

/** Sends a signal; a process that is gone is success. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Fields of /proc/PID/stat from the state on; the name before it may hold spaces and brackets. */
function statFields(text: string): string[] | null {
  const end = text.lastIndexOf(')');
  return end === -1 ? null : text.slice(end + 2).split(' ');
}

/** Session of a process that lives; zombies belong to nobody any more. */
async function sessionOf(pid: string): Promise<number | null> {
  const fields = statFields(await readOr(`/proc/${pid}/stat`));
  return fields && fields[0] !== 'Z' ? Number(fields[3]) : null;
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

const readOr = (path: string): Promise<string> => readFile(path, 'latin1').catch(() => '');
