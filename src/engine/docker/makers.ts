import type Docker from 'dockerode';
import {readFileSync} from 'node:fs';
import {hostname} from 'node:os';
import {call, callUnlessGone} from './connection.js';
import {DYNO_ID, type Identity, type Labels, labelFilter, MAKER, OWNER} from './labels.js';

/** Marks a helper container (a build, a probe) as one that must not outlive this process. */
export function makerLabel(): Labels {
  return {[MAKER]: `${hostname()} ${process.pid} ${startOf(process.pid) ?? ''}`};
}

/** Removes helpers whose makers are gone: killed in the middle of a build. Dynos are never helpers. */
export async function removeOrphanedHelpers(docker: Docker, {owner}: Identity): Promise<void> {
  const filters = labelFilter({[OWNER]: owner}, MAKER);
  const helpers = await call('list containers', () => docker.listContainers({all: true, filters}));
  for (const {Id, Labels: labels} of helpers) {
    if (labels[DYNO_ID] !== undefined || !isOrphan(labels[MAKER] ?? '')) continue;
    await callUnlessGone('remove a container', () => docker.getContainer(Id).remove({force: true, v: true}));
  }
}

function isOrphan(maker: string): boolean {
  const [host, pid, start] = maker.split(' ');
  if (host !== hostname()) return false;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
  // The number may belong to another process by now.
  return (startOf(Number(pid)) ?? start) !== start;
}

/** When a process started, in the kernel's ticks; null where that cannot be seen. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
