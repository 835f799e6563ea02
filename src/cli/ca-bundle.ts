import {readFileSync, renameSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {pathDigest} from '../model/home-layout.js';

/**
 * For programs that take one file of certificates: ours and those that the user trusts already. Written anew each time;
 * a file that cannot be read trusts nobody.
 */
export function bundleCertificates(directory: string, caFile: string, otherCaFile: string): string {
  const path = join(directory, `with-${pathDigest(otherCaFile)}.pem`);
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, [caFile, otherCaFile].map(readOrNothing).join('\n'), {mode: 0o600});
  renameSync(draft, path);
  return path;
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8').trimEnd();
  } catch {
    return '';
  }
}
