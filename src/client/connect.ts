import {readFileSync} from 'node:fs';
import {homedir} from 'node:os';
import {homeLayoutOf, type HomeLayout} from '../model/home-layout.js';
import {Api} from './api.js';
import {Connection} from './connection.js';

export interface Installation {
  home: HomeLayout;
  port: number;
}

/** Which installation the environment means: DYNO_HOME and DYNO_PORT, each with its default. */
export function findInstallation(env: NodeJS.ProcessEnv): Installation {
  return {home: homeLayoutOf(env, homedir()), port: Number(env.DYNO_PORT || 7770)};
}

/**
 * The API of an installation. Nothing is called yet; the first call starts the platform where none answers.
 * `autoStart: false` is for commands that must not start what they ask about.
 */
export function connectApi(
  {home, port}: Installation,
  options: {env: NodeJS.ProcessEnv; version: string; autoStart?: boolean},
): Api {
  return new Api(
    new Connection({
      port,
      token: () => readToken(home),
      revive: options.autoStart === false ? undefined : () => start({home, port}, options.env),
    }),
  );
}

async function start({home, port}: Installation, env: NodeJS.ProcessEnv): Promise<void> {
  const {startPlatform} = await import('./platform-process.js');
  await startPlatform(home, port, env);
}

function readToken(home: HomeLayout): string | undefined {
  try {
    return readFileSync(home.token, 'utf8').trim();
  } catch {
    return undefined;
  }
}
