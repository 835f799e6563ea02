import {limitsOf} from '../model/app-limits.js';
import type {Limits} from '../model/app-limits.js';
import type {AppSpec, FormationSpec, ReleaseSpec} from '../model/spec.js';
import type {Dyno} from './dyno.js';

/** What the dyno manager wants of one app. */
export interface Desired {
  readonly runtime: 'common' | 'space';
  readonly release: ReleaseSpec | null;
  /** process types that shall run: quantity above 0, a command, a release */
  readonly formation: readonly DesiredType[];
  readonly preboot: boolean;
  readonly metrics: boolean;
  readonly limits: Limits;
}

export interface DesiredType extends FormationSpec {
  readonly type: string;
}

export function desiredOf(spec: AppSpec | null, runtime: 'common' | 'space'): Desired {
  const release = spec?.release ?? null;
  const formation: DesiredType[] = [];
  for (const [type, entry] of Object.entries(spec?.formation ?? {})) {
    if (release && entry.quantity > 0 && entry.command !== '') formation.push({type, ...entry});
  }
  return {
    runtime,
    release,
    formation,
    preboot: spec?.features.includes('preboot') ?? false,
    metrics: spec?.features.includes('log-runtime-metrics') ?? false,
    limits: limitsOf(spec?.limits),
  };
}

/** Runs something else than the current release, size or command: must be replaced. */
export function isOutdated(dyno: Dyno, wanted: DesiredType, desired: Desired): boolean {
  return dyno.release !== desired.release?.version || dyno.size !== wanted.size || dyno.command !== wanted.command;
}
