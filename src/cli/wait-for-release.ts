import {setTimeout as delay} from 'node:timers/promises';
import type {Api} from '../client/api.js';
import type {Dyno} from '../client/shapes.js';
import {DynoError} from '../model/error.js';
import {findRelease} from './follow.js';

export interface ReleaseWait {
  /** one process type only */
  type?: string;
  /** one-off dynos too */
  withRun: boolean;
  intervalMs: number;
  timeoutMs?: number;
}

/**
 * Resolves once every dyno is up on the latest release.
 *
 * @throws DynoError release_failed: no dyno will ever run it; unavailable, when time is up
 */
export async function waitForRelease(
  api: Api,
  app: string,
  wait: ReleaseWait,
): Promise<{version: number; dynos: Dyno[]}> {
  let release = await findRelease(api, app, undefined);
  const {version} = release;
  const deadline = wait.timeoutMs === undefined ? Infinity : Date.now() + wait.timeoutMs;
  for (;;) {
    if (release.status === 'pending') release = await api.release(app, release.id);
    if (release.status === 'failed') throw new DynoError('release_failed', {version});
    const dynos = (await api.dynos(app)).filter((dyno) => isWaitedFor(dyno, wait));
    const ready = dynos.filter((dyno) => dyno.state === 'up' && dyno.release.version >= version);
    if (ready.length === dynos.length) return {version, dynos};
    if (Date.now() >= deadline) {
      throw new DynoError('unavailable', {message: `Only ${ready.length} of ${dynos.length} dynos run v${version}.`});
    }
    await delay(wait.intervalMs);
  }
}

function isWaitedFor(dyno: Dyno, {type, withRun}: ReleaseWait): boolean {
  if (dyno.type === 'release' || (dyno.type === 'run' && !withRun)) return false;
  return type === undefined || dyno.type === type;
}
