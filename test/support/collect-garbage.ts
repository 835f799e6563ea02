import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';

/** Collects all garbage now: for what must not depend on when that happens. */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}
