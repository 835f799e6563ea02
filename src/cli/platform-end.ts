import {existsSync, readdirSync} from 'node:fs';
import {setTimeout as delay} from 'node:timers/promises';
import type {Api} from '../client/api.js';
import {waitForEnd} from '../client/platform-process.js';
import {findAnsweringPlatform, readRunningPlatform} from '../client/running-platform.js';
import type {HomeLayout} from '../model/home-layout.js';

export {waitForEnd};

const LOOK_MS = 100;
/** ms for a platform that was started to take over what a dead one left */
const ADOPT_MS = 30_000;

/** `left`: no platform, but runtimes of one that died or was told to keep the dynos. */
export type PlatformState = 'left' | 'running' | 'stopped';

/** Waits for a platform that is stopping already. */
export async function findPlatformState(home: HomeLayout): Promise<PlatformState> {
  if (await findAnsweringPlatform(home)) return 'running';
  const stopping = readRunningPlatform(home);
  if (stopping) await waitForEnd(stopping.pid);
  return hasRuntimes(home) ? 'left' : 'stopped';
}

/** Until the platform knows every runtime, and each runtime its dynos; what does not come up is not waited for. */
export async function waitForAdoption(api: Api): Promise<void> {
  for (const deadline = Date.now() + ADOPT_MS; Date.now() < deadline; await delay(LOOK_MS)) {
    const {runtimes} = await api.local.platform();
    if (runtimes.every(({pid}) => pid !== null)) return;
  }
}

/** A runtime that ends as it should takes its pid file away. */
function hasRuntimes(home: HomeLayout): boolean {
  const names = existsSync(home.runtimes) ? readdirSync(home.runtimes) : [];
  return names.some((name) => existsSync(home.runtime(name).pid));
}
