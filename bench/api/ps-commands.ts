import {spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, realpathSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Installation, checkout} from '../../test/support/installation.js';
import type {Figure} from '../figure.js';
import {median} from '../figure.js';

const RUNS = 9;

/** The official CLI's `ps` and ours, whole processes in turns, of one app. Nothing where script/bench put no CLI. */
export async function measurePsCommands(): Promise<Figure[]> {
  const program = process.env.DYNO_HEROKU_CLI;
  if (!program || !existsSync(program)) return [];
  const home = mkdtempSync(join(tmpdir(), 'dyno-bench-'));
  const installation = await Installation.make('process');
  try {
    await installation.ok('create', 'demo', '--no-remote');
    await installation.ok('deploy', 'examples/shell-worker', '-a', 'demo');
    const env = {...installation.env, ...(await installation.json<Record<string, string>>('env')), HOME: home};
    const commands = {
      heroku: ['--no-deprecation', realpathSync(program), 'ps', '-a', 'demo'],
      dyno: [join(checkout, 'bin/run.js'), 'ps', '-a', 'demo'],
    };
    const times = {heroku: [] as number[], dyno: [] as number[]};
    for (let run = -1; run < RUNS; run++) {
      for (const name of ['heroku', 'dyno'] as const) {
        const start = performance.now();
        const {status, stderr} = spawnSync(process.execPath, commands[name], {env});
        if (status !== 0) throw new Error(`${name} ps: ${String(stderr)}`);
        if (run >= 0) times[name].push(performance.now() - start);
      }
    }
    const [heroku, dyno] = [median(times.heroku), median(times.dyno)];
    return [
      {name: 'heroku ps, whole process', value: heroku, unit: 'ms'},
      {name: 'dyno ps, whole process', value: dyno, unit: 'ms'},
      {name: 'heroku ps / dyno ps', value: heroku / dyno, unit: '×'},
    ];
  } finally {
    await installation.remove();
    rmSync(home, {recursive: true, force: true});
  }
}
