import {spawn} from 'node:child_process';
import {DynoError} from '../model/error.js';

/**
 * Runs git on this terminal, trusting this authority: a GIT_SSL_CAINFO of the user's would beat the setting. Under
 * `--json` what it prints goes to stderr.
 *
 * @throws DynoError git_failed
 */
export async function runGit(args: string[], how: {caFile: string; stdout: 'inherit' | 'stderr'}): Promise<void> {
  const child = spawn('git', args, {
    stdio: ['inherit', how.stdout === 'inherit' ? 'inherit' : 2, 'inherit'],
    env: {...process.env, GIT_SSL_CAINFO: how.caFile},
  });
  const status = await new Promise<number>((resolve, reject) => {
    child.once('error', (cause) => reject(new DynoError('git_failed', {reason: cause.message}, cause)));
    child.once('close', (code) => resolve(code ?? 1));
  });
  if (status !== 0) throw new DynoError('git_failed', {reason: `git ended with ${status}`});
}
