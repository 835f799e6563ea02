import {parseDynoName} from '../../model/dyno.js';
import type {DynoTarget} from '../../client/api.js';

/** What to restart or stop, as the API takes it and in words. A bare `web` means the process type. */
export function describeTarget(
  dyno: string | undefined,
  type: string | undefined,
): {target: DynoTarget; words: string} {
  const wholeType = type ?? (dyno !== undefined && !parseDynoName(dyno) ? dyno : undefined);
  if (wholeType !== undefined) return {target: {type: wholeType}, words: `all ${wholeType} dynos`};
  return dyno === undefined ? {target: {}, words: 'all dynos'} : {target: {dyno}, words: `dyno ${dyno}`};
}
