import {readFileSync} from 'node:fs';
import {homedir} from 'node:os';
import {DynoError} from '../model/error.js';
import {homeLayoutOf, type HomeLayout} from '../model/home-layout.js';
import {basePortOf} from '../model/ports.js';
import {Api} from './api.js';
import {Connection} from './connection.js';
import {LocalApi} from './local-api.js';
import {readRunningPlatform} from './running-platform.js';

export interface Installation {
  home: HomeLayout;
  port: number;
}

/**
 * Which installation the environment means: DYNO_HOME and DYNO_PORT. Without DYNO_PORT it is the port where the
 * platform of that home listens, else the default.
 *
 * @throws DynoError usage, port_differs
 */
export function findInstallation(env: NodeJS.ProcessEnv): Installation {
  const home = homeLayoutOf(env, homedir());
  const port = basePortOf(env);
  if (port === undefined)
    throw new DynoError('usage', {message: `DYNO_PORT=${env.DYNO_PORT} is no port from 1024 to 65000.`});
  const running = readRunningPlatform(home);
  if (!running || running.port === port) return {home, port};
  if (env.DYNO_PORT) throw new DynoError('port_differs', {home: home.root, running: running.port, asked: port});
  return {home, port: running.port};
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
            prepare: () => preparePlatform(installation, options),
            revive: async () => (await import('./platform-process.js')).startPlatform(home, port, options.env),
          }),
    }),
  );
}

/** Makes sure that what answers on the port is this installation's platform, of this program's version. */
async function preparePlatform({home, port}: Installation, {version, env, tell}: ConnectOptions): Promise<void> {
  const running = readRunningPlatform(home);
  if (running?.version === version) return;
  const {startPlatform, waitForEnd} = await import('./platform-process.js');
  // Whoever may answer on the port is not ours: the start says who it is.
  if (!running) return startPlatform(home, port, env);
  tell?.(`Replacing platform ${running.version} by ${version}; dynos keep running.`);
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
