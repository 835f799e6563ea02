import {sleep} from '../model/clock.js';
import type {Clock} from '../model/clock.js';
import {DynoError} from '../model/error.js';
import {limits} from '../model/limits.js';
import {engineWait} from './crash-policy.js';

/**
 * Asks the engine again and again while it does not answer, with growing pauses. Any other answer, also a refusal, is
 * an answer. Rejects with the signal's reason when aborted.
 */
export async function untilReachable<T>(clock: Clock, signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
  for (let failures = 1; ; failures++) {
    signal.throwIfAborted();
    try {
      return await ask();
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      await sleep(clock, engineWait(failures, limits), signal);
    }
  }
}

export function isUnreachable(error: unknown): boolean {
  return error instanceof DynoError && error.code === 'engine_unreachable';
}
