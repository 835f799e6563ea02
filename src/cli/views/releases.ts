import type {Release} from '../../client/shapes.js';
import type {Palette} from '../palette.js';

/** What the status of a release adds to its description; empty for one that succeeded. */
export function releaseStatus(release: Release): string {
  if (release.status === 'failed') return 'release command failed';
  if (release.status === 'pending') return 'release command executing';
  return release.status === 'expired' ? 'release expired' : '';
}

/** The colour of a status, for its text and its version. */
export function statusStyle(release: Release, palette: Palette): (text: string) => string {
  if (release.status === 'failed') return palette.bad;
  if (release.status === 'pending') return palette.attention;
  return release.status === 'expired' ? palette.faint : palette.name;
}

/** The release to go back to: the newest eligible one before the current. */
export function previousRelease(releases: readonly Release[]): Release | undefined {
  return releases.filter((release) => release.eligible_for_rollback)[1];
}
