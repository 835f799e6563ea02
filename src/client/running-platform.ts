import {readFileSync} from 'node:fs';
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
