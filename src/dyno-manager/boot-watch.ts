import type {Engine} from '../engine/engine.js';
import {sleep} from '../model/clock.js';
import type {Clock} from '../model/clock.js';

/** ms: quick at first, since most web dynos bind within a second; never more than a tenth of the boot is waited in vain */
const FIRST_MS = 10;
const LAST_MS = 250;
const GROWTH = 1.1;

/**
 * Resolves with true once $PORT is bound. Polls until then; the deadline is the plan's matter, which ends this by the
 * signal: false. An engine that does not answer is asked again.
 */
export async function watchBoot(engine: Engine, engineId: string, clock: Clock, signal: AbortSignal): Promise<boolean> {
  for (let wait = FIRST_MS; !signal.aborted; wait = Math.min(LAST_MS, wait * GROWTH)) {
    const isBound = await engine.isBound(engineId).catch(() => false);
    if (isBound) return !signal.aborted;
    await sleep(clock, wait, signal).catch(() => undefined);
  }
  return false;
}
