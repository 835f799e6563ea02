import {readFileSync} from 'node:fs';
import {homedir} from 'node:os';
import {DynoError} from '../model/error.js';
import {homeLayoutOf, type HomeLayout} from '../model/home-layout.js';
import {Api} from './api.js';
import {Connection} from './connection.js';
import {LocalApi} from './local-api.js';
import {readRunningPlatform} from './running-platform.js';

export interface Installation {
  home: HomeLayout;
  port: number;
}

/** Which installation the environment means: DYNO_HOME and DYNO_PORT, each with its default. */
export function findInstallation(env: NodeJS.ProcessEnv): Installation {
  return {home: homeLayoutOf(env, homedir()), port: Number(env.DYNO_PORT || 7770)};
}

export interface ConnectOptions {
  env: NodeJS.ProcessEnv;
  /** of this program; a running platform of another one is replaced, its dynos go on */
  version: string;
  /** false: for commands that must not start what they ask about */
  autoStart?: boolean;
  /** hears what is done besides the call */
  tell?: (text: string) => void;
}

/** The API of an installation. Nothing is called yet; the first call starts the platform where none answers. */
export function connectApi(installation: Installation, options: ConnectOptions): Api {
  const {home, port} = installation;
  return new Api(
    new Connection({
      port,
      token: () => readToken(home),
      ...(options.autoStart === false
        ? {}
        : {
            prepare: () => replaceOtherVersion(installation, options),
            revive: async () => (await import('./platform-process.js')).startPlatform(home, port, options.env),
          }),
    }),
  );
}

async function replaceOtherVersion({home, port}: Installation, {version, env, tell}: ConnectOptions): Promise<void> {
  const running = readRunningPlatform(home);
  if (!running || running.version === version || running.port !== port) return;
  tell?.(`Replacing platform ${running.version} by ${version}; dynos keep running.`);
  const {startPlatform, waitForEnd} = await import('./platform-process.js');
  const old = new Connection({port, token: () => readToken(home)});
  await new LocalApi(old).stopPlatform('keep').finally(() => old.close());
  if (!(await waitForEnd(running.pid))) {
    throw new DynoError('platform_unavailable', {
      reason: `version ${running.version} (pid ${running.pid}) does not stop`,
    });
  }
  await startPlatform(home, port, env);
}

function readToken(home: HomeLayout): string | undefined {
  try {
    return readFileSync(home.token, 'utf8').trim();
  } catch {
    return undefined;
  }
}
