import {readFileSync, readdirSync} from 'node:fs';

/** Command lines of all processes on this machine whose environment names the owner: what the process engine has left. */
export function processesOf(owner: string): Promise<string[]> {
  const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid);
  const own = pids.filter((pid) => readOr(`/proc/${pid}/environ`).includes(owner));
  return Promise.resolve(own.map((pid) => readOr(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')));
}

/** '' for a process that has gone meanwhile. */
function readOr(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
