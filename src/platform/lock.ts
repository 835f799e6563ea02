import {linkSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {basename} from 'node:path';
import {wordsOf} from './process-words.js';

/** Held by the one process that is the platform of a home. */
export interface Lock {
  release(): void;
}

/**
 * Takes the lock file, whose content is the holder's pid; answers that pid instead when it is alive. A lock whose holder
 * is dead is taken over.
 */
export function takeLock(path: string): Lock | {holder: number} {
  const mine = `${path}.${process.pid}`;
  writeFileSync(mine, `${process.pid}\n`, {mode: 0o600});
  try {
    for (;;) {
      try {
        // A link appears with its content, or not at all.
        linkSync(mine, path);
        return {release: () => releaseLock(path)};
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = readHolder(path);
      if (holder !== null && holder !== process.pid && isPlatform(holder)) return {holder};
      removeStale(path, holder);
    }
  } finally {
    rmSync(mine, {force: true});
  }
}

function releaseLock(path: string): void {
  if (readHolder(path) === process.pid) rmSync(path, {force: true});
}

/** Moves the file away before it goes: had somebody taken the lock meanwhile, it is given back. */
function removeStale(path: string, holder: number | null): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (readHolder(aside) === holder) rmSync(aside, {force: true});
  else renameSync(aside, path);
}

function readHolder(path: string): number | null {
  try {
    const pid = Number(readFileSync(path, 'utf8').trim());
    return Number.isInteger(pid) && pid > 1 ? pid : null;
  } catch {
    return null;
  }
}

/** Whether it is a living platform of this user's: pids are given out again after a reboot. */
function isPlatform(pid: number): boolean {
  return wordsOf(pid)?.some((word) => basename(word) === 'platform.js') ?? false;
}
