/**
 * Time, injected. Policies are functions of `now()`; effects wait with `setTimeout`.
 * A virtual clock passes 24 hours in a millisecond of test, and `dyno clock:advance` does the same for users.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Runs `fire` once, `delayMs` of this clock's time from now. */
  setTimeout(fire: () => void, delayMs: number): Timer;
}

export interface Timer {
  /** Cancelling a timer that has fired or was cancelled does nothing. */
  cancel(): void;
}

/** Waits on the clock; rejects with the signal's reason when aborted. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const onAbort = () => {
      timer.cancel();
      reject(signal?.reason as Error);
    };
    const timer = clock.setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, delayMs);
    signal?.addEventListener('abort', onAbort, {once: true});
  });
}
