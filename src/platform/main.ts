import {readFileSync} from 'node:fs';
import {homedir} from 'node:os';
import {resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {DynoError} from '../model/error.js';
import {homeLayoutOf} from '../model/home-layout.js';
import {basePortOf} from '../model/ports.js';
import {registerDeploys} from './git/register-deploys.js';
import {resolvesHost} from './host-names.js';
import {platformLog} from './platform-log.js';
import {startPlatform} from './platform.js';
import {runtimeProcesses} from './runtimes/runtime-process.js';
import {systemClock} from './system-clock.js';

const packageRoot = new URL('../../../', import.meta.url);

/** The platform process; its output is <home>/platform.log. Answers its exit code. */
export async function main(_args: string[] = [], env: NodeJS.ProcessEnv = process.env): Promise<number> {
  // A line that finds no room is lost; the platform goes on.
  process.stdout.on('error', () => undefined);
  const log = platformLog((line) => process.stdout.write(line));
  try {
    const home = homeLayoutOf(env, homedir(), resolve);
    const port = basePortOf(env);
    if (port === undefined)
      throw new DynoError('usage', {message: `DYNO_PORT=${env.DYNO_PORT} is no port from 1024 to 65000.`});
    const {version} = JSON.parse(readFileSync(new URL('package.json', packageRoot), 'utf8')) as {version: string};
    const entry = fileURLToPath(new URL('bin/runtime.js', packageRoot));
    const processes = runtimeProcesses(home, entry, {...env, DYNO_HOME: home.root, DYNO_PORT: String(port)});
    const platform = await startPlatform({
      home,
      port,
      version,
      clock: systemClock,
      log,
      processes,
      resolvesHost,
      parts: [registerDeploys],
    });
    if ('holder' in platform) {
      log.info(`the platform runs already, as process ${platform.holder}`);
      return 0;
    }
    process.on('unhandledRejection', (error) => log.error('nobody waited for this', error));
    await platform.close(await Promise.race([platform.stopAsked, terminated()]));
    log.info('stopped');
    return 0;
  } catch (error) {
    if (!(error instanceof DynoError)) log.error('the platform ended', error);
    else log.info([error.message, error.remedy].filter(Boolean).join(' '));
    return 1;
  }
}

/** SIGTERM ends the platform alone: runtimes and dynos go on. */
function terminated(): Promise<'keep'> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => resolve('keep'));
  });
}
