import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';

/**
 * The words of a living process's command line, to tell one of ours from whom its pid was given to after a reboot. Null
 * when it has ended, is another user's, or nothing can be learned of it: then it counts as none of ours.
 */
export function wordsOf(pid: number, system: NodeJS.Platform = process.platform): string[] | null {
  try {
    process.kill(pid, 0);
    const words = system === 'linux' ? wordsInProc(pid) : wordsOfPs(pid);
    return words.length === 0 ? null : words;
  } catch {
    return null;
  }
}

/** None of a process that has ended and waits for its parent. A title that a process gave itself has blanks. */
function wordsInProc(pid: number): string[] {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    .split(/[\0 ]/)
    .filter((word) => word !== '');
}

/** POSIX, for systems without /proc. */
function wordsOfPs(pid: number): string[] {
  const words = ['-o', 'command=', '-p', String(pid)];
  return execFileSync('ps', words, {encoding: 'utf8', timeout: 5000, stdio: ['ignore', 'pipe', 'ignore']})
    .split(/\s+/)
    .filter((word) => word !== '');
}
