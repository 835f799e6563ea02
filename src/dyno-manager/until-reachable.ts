import {sleep} from '../model/clock.js';
import type {Clock} from '../model/clock.js';
import {DynoError} from '../model/error.js';
import {limits} from '../model/limits.js';
import {engineWait} from './crash-policy.js';
import type {Ground} from './ground.js';

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

/** ms between two looks whether the engine is there at all, while something takes its time */
const LOOK_MS = 5000;

/**
 * Resolves with the promise; rejects when the engine turns out not to answer meanwhile, on which the promise may wait.
 *
 * @throws DynoError engine_unreachable
 */
export async function whileReachable(ground: Ground, promise: Promise<void>): Promise<void> {
  const {engine, workClock, closing} = ground;
  const over = new AbortController();
  const watched = async () => {
    while (!over.signal.aborted) {
      await engine.listDynos();
      await sleep(workClock, LOOK_MS, AbortSignal.any([over.signal, closing])).catch(() => undefined);
      if (closing.aborted) return promise;
    }
  };
  const isSettled = promise.finally(() => over.abort());
  await Promise.race([isSettled, watched()]);
}

export function isUnreachable(error: unknown): boolean {
  return error instanceof DynoError && error.code === 'engine_unreachable';
}
