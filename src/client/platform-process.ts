import {spawn} from 'node:child_process';
import {closeSync, mkdirSync, openSync, readFileSync} from 'node:fs';
import {connect} from 'node:net';
import {setTimeout as delay} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {DynoError} from '../model/error.js';
import type {HomeLayout} from '../model/home-layout.js';
import {isAlive, readRunningPlatform} from './running-platform.js';

/** How long a first start may take: it makes keys and a store, on a machine that may be busy. */
const START_MS = 60_000;
const STOP_MS = 30_000;
const POLL_MS = 40;
/** The platform waits most of its life: memory that would lie idle is worth more than its speed, 24 MB of it. */
const LEAN = ['--optimize-for-size', '--max-semi-space-size=1'];

/**
 * Starts the platform and resolves once its API answers. However many commands race, one platform comes of it: the
 * platform takes the lock, and whoever lost it waits here for the winner.
 *
 * @throws DynoError platform_failed with what the platform wrote last, home_unwritable
 */
export async function startPlatform(home: HomeLayout, port: number, env: NodeJS.ProcessEnv): Promise<void> {
  const log = openLog(home);
  const start = fileSize(home.platformLog);
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

  for (const deadline = Date.now() + START_MS; Date.now() < deadline; await delay(POLL_MS)) {
    if (readRunningPlatform(home)?.port === port && (await answers(port))) return;
    // One that lost the race has ended too; only with no other platform alive is its end the answer.
    if (ended !== undefined && ended !== 0 && !lockHolder(home)) throw startFailure(home, start);
  }
  throw startFailure(home, start);
}

/** Waits until the process is gone; false when it is still there after half a minute. */
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
    throw new DynoError('home_unwritable', {home: home.root, reason: code}, error);
  }
}

/** What the platform wrote since, without the times. */
function startFailure(home: HomeLayout, offset: number): DynoError {
  const written = readFileSync(home.platformLog, 'utf8').slice(offset).trim().split('\n').slice(-5);
  const reason = written.map((line) => line.replace(/^\d{4}-\S+Z /, '')).join('\n');
  return new DynoError('platform_failed', {reason: reason || 'it wrote nothing'});
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({host: '127.0.0.1', port});
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('connect', () => done(true)).on('error', () => done(false));
  });
}

function lockHolder(home: HomeLayout): boolean {
  try {
    return isAlive(Number(readFileSync(home.platformLock, 'utf8')));
  } catch {
    return false;
  }
}

function fileSize(path: string): number {
  return readFileSync(path).length;
}
