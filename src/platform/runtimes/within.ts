import {DynoError} from '../../model/error.js';

/**
 * Waits for a runtime's answer, but not for ever: one that hangs must not hold its clients.
 *
 * @throws DynoError runtime_unavailable
 */
export function within<T>(ms: number, runtime: string, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const reason = `no answer within ${ms / 1000} s`;
    const timer = setTimeout(() => reject(new DynoError('runtime_unavailable', {runtime, reason})), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
