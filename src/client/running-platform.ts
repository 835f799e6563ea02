import {readFileSync} from 'node:fs';
import {connect} from 'node:net';
import type {HomeLayout} from '../model/home-layout.js';

export interface RunningPlatform {
  pid: number;
  version: string;
  port: number;
}

/** What `platform.json` says; undefined when no platform ever wrote it or when its process is gone. */
export function readRunningPlatform(home: HomeLayout): RunningPlatform | undefined {
  try {
    const running = JSON.parse(readFileSync(home.platformFile, 'utf8')) as RunningPlatform;
    return isAlive(running.pid) ? running : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The platform that answers. None does while one is stopping, and none when the process of `platform.json` is a
 * stranger's: after a crash of the machine its pid is given out again.
 */
export async function findAnsweringPlatform(home: HomeLayout): Promise<RunningPlatform | undefined> {
  const running = readRunningPlatform(home);
  return running && (await answers(running.port)) ? running : undefined;
}

/** Whether anybody listens there, on loopback. */
export function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({host: '127.0.0.1', port});
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('connect', () => done(true)).on('error', () => done(false));
  });
}

/** Also when the process is another user's. */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
