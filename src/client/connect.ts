import {readFileSync} from 'node:fs';
import {homedir} from 'node:os';
import {resolve} from 'node:path';
import {DynoError} from '../model/error.js';
import {homeLayoutOf, type HomeLayout} from '../model/home-layout.js';
import {basePortOf} from '../model/ports.js';
import {Api} from './api.js';
import {Connection} from './connection.js';
import {LocalApi} from './local-api.js';
import {answers, findAnsweringPlatform, readRunningPlatform, type RunningPlatform} from './running-platform.js';

export interface Installation {
  home: HomeLayout;
  port: number;
}

/**
 * Which installation the environment means: DYNO_HOME and DYNO_PORT. Without DYNO_PORT it is the port where the
 * platform of that home listens, else the default.
 *
 * @throws DynoError usage
 */
export function findInstallation(env: NodeJS.ProcessEnv): Installation {
  const home = homeLayoutOf(env, homedir(), resolve);
  const port = basePortOf(env);
  if (port === undefined)
    throw new DynoError('usage', {message: `DYNO_PORT=${env.DYNO_PORT} is no port from 1024 to 65000.`});
  return {home, port: env.DYNO_PORT ? port : (readRunningPlatform(home)?.port ?? port)};
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
      prepare: () => preparePlatform(installation, options),
      ...(options.autoStart === false
        ? {}
        : {revive: async () => (await import('./platform-process.js')).startPlatform(home, port, options.env)}),
    }),
  );
}

/**
 * Makes sure that what answers on the port is this installation's platform, of this program's version.
 *
 * @throws DynoError port_differs
 */
async function preparePlatform({home, port}: Installation, options: ConnectOptions): Promise<void> {
  const {version, env, autoStart = true, tell} = options;
  const isReady = (platform?: RunningPlatform) => platform?.port === port && platform.version === version;
  if (isReady(readRunningPlatform(home))) return;
  const answering = await findAnsweringPlatform(home);
  if (answering && answering.port !== port) {
    throw new DynoError('port_differs', {home: home.root, running: answering.port, asked: port});
  }
  if (!autoStart) return;
  const {startPlatform, waitForEnd} = await import('./platform-process.js');
  // Whoever may answer on the port is not ours: the start says who it is.
  if (!answering) return startPlatform(home, port, env);
  // Another command may have replaced it meanwhile.
  if (isReady(readRunningPlatform(home))) return;
  tell?.(`Replacing platform ${answering.version} by ${version}; dynos keep running.`);
  await stopOldPlatform(home, port);
  if (!(await waitForEnd(answering.pid))) {
    throw new DynoError('platform_unavailable', {
      reason: `version ${answering.version} (pid ${answering.pid}) does not stop`,
    });
  }
  await startPlatform(home, port, env);
}

/** One that does not answer any more is stopping already. */
async function stopOldPlatform(home: HomeLayout, port: number): Promise<void> {
  const connection = new Connection({port, token: () => readToken(home)});
  try {
    await new LocalApi(connection).stopPlatform('keep');
  } catch (error) {
    if (await answers(port)) throw error;
  } finally {
    connection.close();
  }
}

function readToken(home: HomeLayout): string | undefined {
  try {
    return readFileSync(home.token, 'utf8').trim();
  } catch {
    return undefined;
  }
}
