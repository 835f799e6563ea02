import type {ReleasePhaseRequest} from '../model/dyno-info.js';
import {requireDynoSize} from '../model/formation.js';
import {DynoError} from '../model/error.js';
import type {AppDynos} from './app-dynos.js';
import {exitOf, freeName} from './one-offs.js';

/** Status of a release command that was ended for taking too long, though it left with 0. */
const TERMINATED = 143;

/**
 * Runs the release command of a release that is not current yet, with its code and config (heroku-behaviour.md 6.3).
 * Its output goes to the log and to `onOutput`. Longer than an hour: SIGTERM, and a status that is not 0.
 *
 * @throws DynoError no_code, formation_invalid, and the engine's; the signal's reason when aborted
 */
export async function runReleasePhase(
  app: AppDynos,
  {release, size}: ReleasePhaseRequest,
  onOutput: (chunk: Buffer) => void,
  signal?: AbortSignal,
): Promise<{status: number}> {
  signal?.throwIfAborted();
  const {spec, desired, ground} = app;
  const command = release.processTypes['release'];
  if (!spec) throw new DynoError('not_found', {resource: 'app'});
  if (command === undefined) throw new DynoError('process_type_unknown', {type: 'release'});
  const {limits, metrics} = desired;
  const deadline = app.now + limits.releasePhaseMs;
  const {oneOff, exited} = exitOf({expiresAt: deadline});
  const of = {app: spec, release, name: freeName(app, 'release'), command, limits, metrics, oneOff};
  const sizeName = requireDynoSize(size, ground.runtime.kind).name;
  const dyno = await app.startOneOff({...of, type: 'release', kind: 'release', size: sizeName}, onOutput);
  const onAbort = () => app.runner.stop(dyno, 0);
  if (signal?.aborted) onAbort();
  signal?.addEventListener('abort', onAbort, {once: true});
  const {status} = await exited;
  signal?.removeEventListener('abort', onAbort);
  signal?.throwIfAborted();
  return {status: status === 0 && app.now >= deadline ? TERMINATED : status};
}
