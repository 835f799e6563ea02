import type {Release} from '../store/releases.js';
import type {Slug} from '../store/slugs.js';

/** `Set FOO config vars`, `Remove A, B config vars`; null when nothing changes (heroku-behaviour.md 6.1, 6.2). */
export function describeConfigChange(
  before: Readonly<Record<string, string>>,
  change: Readonly<Record<string, string | null>>,
): string | null {
  const set = Object.keys(change).filter((name) => change[name] !== null && change[name] !== before[name]);
  const removed = Object.keys(change).filter((name) => change[name] === null && Object.hasOwn(before, name));
  const parts = [
    ...(set.length > 0 ? [`Set ${set.join(', ')}`] : []),
    ...(removed.length > 0 ? [`Remove ${removed.join(', ')}`] : []),
  ];
  return parts.length === 0 ? null : `${parts.join(', ')} config vars`;
}

export function applyConfigChange(
  before: Readonly<Record<string, string>>,
  change: Readonly<Record<string, string | null>>,
): Record<string, string> {
  const after: Record<string, string> = {...before};
  for (const [name, value] of Object.entries(change)) {
    if (value === null) delete after[name];
    else after[name] = value;
  }
  return after;
}

/** Command of the release phase; undefined when the slug declares none (6.3). */
export function releaseCommandOf(slug: Slug | undefined): string | undefined {
  return slug?.image ? slug.processTypes.release : undefined;
}

/** Rolling back needs code that is still there. */
export function isEligibleForRollback(release: Release, hasImage: boolean): boolean {
  return release.status === 'succeeded' && release.slugId !== null && hasImage;
}

/** Process types of the formation, in the order in which Heroku lists them: by name. */
export function formationTypesOf(slug: Slug | undefined): string[] {
  return slug ? Object.keys(slug.processTypes).sort() : [];
}
