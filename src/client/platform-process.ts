import {spawn} from 'node:child_process';
import {closeSync, fstatSync, mkdirSync, openSync, readFileSync, statfsSync} from 'node:fs';
import {setTimeout as delay} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {DynoError} from '../model/error.js';
import type {HomeLayout} from '../model/home-layout.js';
import {answers, isAlive, readRunningPlatform} from './running-platform.js';

/** How long a first start may take: it makes keys and a store, on a machine that may be busy. */
const START_MS = 60_000;
/** More than the platform waits for its runtimes, and they for dynos. */
const STOP_MS = 60_000;
const POLL_MS = 40;
/** The platform waits most of its life: memory that would lie idle is worth more than its speed, 24 MB of it. */
const LEAN = ['--optimize-for-size', '--max-semi-space-size=1'];

/**
 * Starts the platform and resolves once its API answers. However many commands race, one platform comes of it: the
 * platform takes the lock, and whoever lost it waits here for the winner. When that was one on its way out, another is
 * started once it is gone.
 *
 * @throws DynoError platform_failed with what the platform wrote last, disk_full, home_unwritable
 */
export async function startPlatform(home: HomeLayout, port: number, env: NodeJS.ProcessEnv): Promise<void> {
  let platform = spawnPlatform(home, port, env);
  for (let deadline = Date.now() + START_MS; Date.now() < deadline; await delay(POLL_MS)) {
    if (readRunningPlatform(home)?.port === port && (await answers(port))) return;
    const end = platform.end();
    // Lost the race, or gave up: as long as another one is alive, its end is no answer.
    if (end === undefined || lockHolder(home)) continue;
    if (end !== 0) break;
    platform = spawnPlatform(home, port, env);
    deadline = Date.now() + START_MS;
  }
  throw startFailure(home, platform.logStart);
}

/** One that may turn out to be superfluous. `end`: exit code, signal or error once it has ended. */
function spawnPlatform(home: HomeLayout, port: number, env: NodeJS.ProcessEnv) {
  const log = openLog(home);
  const logStart = fstatSync(log).size;
  const script = fileURLToPath(new URL('../../../bin/platform.js', import.meta.url));
  const child = spawn(process.execPath, [...LEAN, script], {
    cwd: home.root,
    detached: true,
    env: {...env, DYNO_HOME: home.root, DYNO_PORT: String(port)},
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  child.unref();
  let ended: number | string | undefined;
  child.on('error', (error) => (ended = error.message));
  child.on('exit', (code, signal) => (ended = code ?? signal ?? 0));
  return {end: () => ended, logStart};
}

/** Waits until the process is gone; false when it is still there after a minute. */
export async function waitForEnd(pid: number): Promise<boolean> {
  for (const deadline = Date.now() + STOP_MS; Date.now() < deadline; await delay(POLL_MS)) {
    if (!isAlive(pid)) return true;
  }
  return false;
}

function openLog(home: HomeLayout): number {
  try {
    mkdirSync(home.root, {recursive: true, mode: 0o700});
    return openSync(home.platformLog, 'a', 0o600);
  } catch (error) {
    const {code = ''} = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC') throw new DynoError('disk_full', {path: home.root}, error);
    throw new DynoError('home_unwritable', {home: home.root, reason: code}, error);
  }
}

/** What the platform wrote since, without the times. On a full disk it can write nothing, not even that. */
function startFailure(home: HomeLayout, logStart: number): DynoError {
  const written = readFileSync(home.platformLog).subarray(logStart).toString().trim().split('\n').slice(-5);
  const reason = written.map((line) => line.replace(/^\d{4}-\S+Z /, '')).join('\n');
  if (!reason && statfsSync(home.root).bavail === 0) return new DynoError('disk_full', {path: home.root});
  return new DynoError('platform_failed', {reason: reason || 'it wrote nothing'});
}

function lockHolder(home: HomeLayout): boolean {
  try {
    return isAlive(Number(readFileSync(home.platformLock, 'utf8')));
  } catch {
    return false;
  }
}
