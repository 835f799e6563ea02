import type Docker from 'dockerode';
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {DynoUsage} from '../engine.js';
import {callUnlessGone} from './connection.js';
import type {HostView} from './host-view.js';

/** Memory and load of a dyno: from the kernel where it can be read here, else from the engine (1 to 2 s). */
export async function usageOf(docker: Docker, view: HostView, engineId: string): Promise<DynoUsage | null> {
  const pid = await view.pid(engineId);
  if (pid !== null) {
    const usage = await usageFromKernel(pid).catch(() => null);
    if (usage) return usage;
  }
  return usageFromEngine(docker, engineId);
}

async function usageFromKernel(pid: number): Promise<DynoUsage | null> {
  const groups = parseGroups(await readFile(`/proc/${pid}/cgroup`, 'utf8'));
  const memory = groups.get('memory');
  if (memory !== undefined) {
    const folder = join('/sys/fs/cgroup/memory', memory);
    const stat = parseStat(await readFile(join(folder, 'memory.stat'), 'utf8'));
    return {...usageOfV1(stat), runnable: await runnableIn(join(folder, 'tasks'))};
  }
  const unified = groups.get('');
  if (unified === undefined) return null;
  const folder = join('/sys/fs/cgroup', unified);
  const stat = parseStat(await readFile(join(folder, 'memory.stat'), 'utf8'));
  const swap = await readFile(join(folder, 'memory.swap.current'), 'utf8').catch(() => '0');
  return {...usageOfV2(stat), swap: Number(swap), runnable: await runnableIn(join(folder, 'cgroup.threads'))};
}

/** `/proc/<pid>/cgroup`: controller → path; '' is the unified hierarchy. */
export function parseGroups(text: string): Map<string, string> {
  const groups = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^\d+:([^:]*):(.*)$/.exec(line);
    if (match) for (const controller of match[1]!.split(',')) groups.set(controller, match[2]!);
  }
  return groups;
}

function parseStat(text: string): Record<string, number> {
  return Object.fromEntries(
    text
      .trim()
      .split('\n')
      .map((line) => line.split(' '))
      .map(([name, value]) => [name!, Number(value)]),
  );
}

function usageOfV1(stat: Record<string, number>): Omit<DynoUsage, 'runnable'> {
  const of = (name: string) => stat[`total_${name}`] ?? stat[name] ?? 0;
  return {rss: of('rss'), cache: of('cache'), swap: of('swap'), pgpgin: of('pgpgin'), pgpgout: of('pgpgout')};
}

/** Version 2 counts no pages in and out. */
function usageOfV2(stat: Record<string, number>): Omit<DynoUsage, 'runnable'> {
  return {rss: stat['anon'] ?? 0, cache: stat['file'] ?? 0, swap: 0, pgpgin: 0, pgpgout: 0};
}

async function runnableIn(tasks: string): Promise<number> {
  const ids = (await readFile(tasks, 'utf8')).split('\n').filter((id) => id !== '');
  const states = await Promise.all(ids.map((id) => readFile(`/proc/${id}/stat`, 'latin1').catch(() => '')));
  // The name in parentheses may hold anything.
  return states.filter((stat) => /^\d+ \(.*\) R /s.test(stat)).length;
}

async function usageFromEngine(docker: Docker, engineId: string): Promise<DynoUsage | null> {
  const container = docker.getContainer(engineId);
  const stats = await callUnlessGone('read the statistics of a dyno', () =>
    container.stats({stream: false, 'one-shot': true}),
  );
  const stat = (stats?.memory_stats as {stats?: Record<string, number>} | undefined)?.stats;
  if (!stat) return null;
  const usage = stat['anon'] === undefined ? usageOfV1(stat) : {...usageOfV2(stat), swap: stat['swap'] ?? 0};
  const top = await callUnlessGone(
    'list the processes of a dyno',
    () => container.top({ps_args: '-eL -o pid,stat'}) as Promise<{Processes: string[][] | null}>,
  ).catch(() => null);
  const runnable = (top?.Processes ?? []).filter(([, state]) => state?.startsWith('R')).length;
  return {...usage, runnable};
}
