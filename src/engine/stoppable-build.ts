import {DynoError} from '../model/error.js';

/**
 * Runs a build that has to end when its time is up or its caller cancels it: `stop` aborts then, and its reason is the
 * DynoError build_failed to end with.
 *
 * The timer is our own. Node 20 collects an AbortSignal.timeout() that nothing but AbortSignal.any() knows of, and the
 * build would have no limit.
 */
export async function stoppableBuild<T>(
  timeoutMs: number,
  cancelled: AbortSignal | undefined,
  build: (stop: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const end = (step: string) => stop.abort(new DynoError('build_failed', {step}));
  const cancel = () => end('it was cancelled');
  const timer = setTimeout(() => end('it took too long'), timeoutMs);
  cancelled?.addEventListener('abort', cancel, {once: true});
  if (cancelled?.aborted) cancel();
  try {
    return await build(stop.signal);
  } finally {
    clearTimeout(timer);
    cancelled?.removeEventListener('abort', cancel);
  }
}
