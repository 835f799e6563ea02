import {posix} from 'node:path';

/**
 * The name of a tar entry as a path relative to the root of the archive, '' for the root itself; null when it would
 * leave the root.
 */
export function entryPath(name: string): string | null {
  if (name.startsWith('/') || name.includes('\0')) return null;
  const segments = name.split('/').filter((segment) => segment !== '' && segment !== '.');
  return segments.includes('..') ? null : segments.join('/');
}

/**
 * Whether a symbolic link at `path` leads out of the root. Links to /app and below stay inside: that is where the
 * root lies in a dyno.
 */
export function symlinkEscapes(path: string, target: string): boolean {
  if (target === '') return true;
  if (target.startsWith('/')) {
    const normal = posix.normalize(target);
    return normal !== '/app' && !normal.startsWith('/app/');
  }
  const resolved = posix.normalize(posix.join(posix.dirname(path), target));
  return resolved === '..' || resolved.startsWith('../');
}

/** All directories above `path`, nearest first: `a/b/c` → `a/b`, `a`. */
export function ancestorsOf(path: string): string[] {
  const ancestors: string[] = [];
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
    ancestors.push(path.slice(0, slash));
  }
  return ancestors;
}

/** `path` seen from inside of directory `root`; null for the directory itself and for what lies beside it. */
export function pathBelow(root: string, path: string): string | null {
  if (root === '') return path === '' ? null : path;
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : null;
}
