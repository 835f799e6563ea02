import {spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {Installation, checkout} from '../test/support/installation.js';
import {until} from '../test/support/until.js';
import type {Figure} from './figure.js';
import {median} from './figure.js';

const RUNS = 15;
/** dynos started to see what one more costs */
const MORE_DYNOS = 20;

/** What a user waits for and pays in memory before anything of an app runs. */
export async function measureStartUp(): Promise<Figure[]> {
  const installation = await Installation.make('process');
  try {
    await installation.ok('create', 'demo');
    await installation.ok('deploy', 'examples/shell-worker', '-a', 'demo');
    await until('the app to be quiet', async () => (await installation.ok('ps', '-a', 'demo')).length > 0);
    const dyno = join(checkout, 'bin/run.js');
    const times = interleaved(installation.env, {
      bare: ['-e', '0'],
      version: [dyno, '--version'],
      ps: [dyno, 'ps', '-a', 'demo'],
    });
    const pids = [await installation.pidOf('platform'), await installation.pidOf('us')];
    const idle = residentMb(pids);
    await installation.ok('scale', `worker=${MORE_DYNOS}`, '-a', 'demo');
    await until('more dynos', async () => {
      const rows = await installation.json<{state: string}[]>('ps', '-a', 'demo');
      return rows.filter(({state}) => state === 'up').length >= MORE_DYNOS;
    });
    return [
      {name: 'node -e 0, whole process', value: times['bare']!, unit: 'ms'},
      {name: 'dyno --version / node -e 0', value: times['version']! / times['bare']!, unit: '×', goal: 2},
      {name: 'dyno ps / node -e 0', value: times['ps']! / times['bare']!, unit: '×', goal: 3},
      {name: 'resident memory of platform and one runtime, idle', value: idle, unit: 'MiB', goal: 160},
      {
        name: 'resident memory for each further dyno',
        value: Math.max(0, residentMb(pids) - idle) / MORE_DYNOS,
        unit: 'MiB',
        goal: 1,
      },
    ];
  } finally {
    await installation.remove();
  }
}

/** Median ms of each command, in turns, so that what else the machine does hits all alike. */
function interleaved(env: Record<string, string>, commands: Record<string, string[]>): Record<string, number> {
  const times: Record<string, number[]> = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
  for (let run = -1; run < RUNS; run++) {
    for (const [name, args] of Object.entries(commands)) {
      const start = performance.now();
      const {status} = spawnSync(process.execPath, args, {env, stdio: 'ignore'});
      if (status !== 0) throw new Error(`${args.join(' ')} ended with status ${status}`);
      if (run >= 0) times[name]!.push(performance.now() - start);
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values)]));
}

function residentMb(pids: number[]): number {
  return pids
    .map((pid) => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024)
    .reduce((sum, mb) => sum + mb, 0);
}
