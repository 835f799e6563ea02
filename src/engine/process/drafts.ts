import {readdir, rm} from 'node:fs/promises';
import {join} from 'node:path';

const DRAFT = /^draft-(\d+)-/;

/** Name of what is being made: it tells who is at it. */
export function draftName(id: string): string {
  return `draft-${process.pid}-${id}`;
}

export function isDraft(name: string): boolean {
  return DRAFT.test(name);
}

/** Removes what was being made by processes that are no more. A pid that somebody else has by now keeps its draft. */
export async function sweepDrafts(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = Number(DRAFT.exec(name)?.[1] ?? 0);
    if (pid > 0 && pid !== process.pid && !lives(pid)) await rm(join(folder, name), {recursive: true, force: true});
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
