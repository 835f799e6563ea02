import {cp, mkdir, rm, stat} from 'node:fs/promises';
import {basename} from 'node:path';
import {DynoError} from '../../model/error.js';
import type {BuildpackReference} from './buildpack-reference.js';
import {download} from './download.js';
import {prepareSource} from './prepare-source.js';

/** bytes of a buildpack, packed or not */
const SIZE_LIMIT = 512 * 1024 * 1024;

/**
 * Puts a private copy of a buildpack into `directory`: compile may write into it.
 *
 * @throws DynoError invalid_params when it cannot be had, or is none
 */
export async function fetchBuildpack(
  reference: Exclude<BuildpackReference, {kind: 'builtin'}>,
  directory: string,
  signal: AbortSignal,
): Promise<void> {
  await mkdir(directory, {recursive: true, mode: 0o755});
  switch (reference.kind) {
    case 'directory':
      await copy(reference.path, directory);
      break;
    case 'git':
      await clone(reference.url, reference.ref, directory, signal);
      break;
    case 'tarball':
      await unpack(reference.location, directory, signal);
      break;
  }
  for (const script of ['detect', 'compile']) {
    if (!(await isFile(`${directory}/bin/${script}`))) throw refuse(nameOf(reference), `it has no bin/${script}`);
  }
}

async function copy(from: string, to: string): Promise<void> {
  const stats = await stat(from).catch(() => null);
  if (!stats?.isDirectory()) throw refuse(from, 'there is no such directory');
  await cp(from, to, {recursive: true, verbatimSymlinks: true, filter: (path) => basename(path) !== '.git'}).catch(
    (error: unknown) => {
      throw refuse(from, (error as Error).message);
    },
  );
}

/** A branch or tag at depth 1; what is neither may be a commit. */
async function clone(url: string, ref: string | null, directory: string, signal: AbortSignal): Promise<void> {
  const {execa} = await import('execa');
  const git = async (...args: string[]) => {
    const result = await execa('git', ['-c', 'protocol.ext.allow=never', '-c', 'advice.detachedHead=false', ...args], {
      env: {GIT_TERMINAL_PROMPT: '0', GIT_ASKPASS: 'true', GIT_SSH_COMMAND: 'ssh -oBatchMode=yes', LC_ALL: 'C'},
      stdin: 'ignore',
      all: true,
      reject: false,
      cancelSignal: signal,
      forceKillAfterDelay: 2000,
    });
    if (signal.aborted) throw signal.reason;
    if (result.code === 'ENOENT') throw refuse(url, 'git is not installed here');
    return result.failed ? String(result.all ?? '').trim() || 'git failed' : null;
  };
  const branch = ref === null ? [] : ['--branch', ref];
  let failure = await git('clone', '--quiet', '--depth', '1', '--recurse-submodules', ...branch, '--', url, directory);
  if (failure !== null && ref !== null && /^[0-9a-f]{7,64}$/.test(ref)) {
    await rm(directory, {recursive: true, force: true});
    failure =
      (await git('clone', '--quiet', '--no-checkout', '--', url, directory)) ??
      (await git('-C', directory, 'checkout', '--quiet', '--detach', ref));
  }
  if (failure !== null) throw refuse(url, failure.split('\n').slice(-1)[0]!);
  await rm(`${directory}/.git`, {recursive: true, force: true});
}

async function unpack(location: string, directory: string, signal: AbortSignal): Promise<void> {
  const {execa} = await import('execa');
  const archive = `${directory}.tgz`;
  try {
    if (location.startsWith('/')) {
      await cp(location, archive).catch(() => {
        throw refuse(location, 'there is no such file');
      });
    } else {
      await download(location, archive, SIZE_LIMIT, signal);
    }
    await prepareSource(archive, {unwrap: true, sizeLimit: SIZE_LIMIT}).catch((error: unknown) => {
      throw refuse(
        location,
        error instanceof DynoError ? String(error.details.reason ?? error.message) : String(error),
      );
    });
    await execa('tar', ['-xzf', archive, '-C', directory, '--no-same-owner'], {stdin: 'ignore', cancelSignal: signal});
  } finally {
    await rm(archive, {force: true});
  }
}

async function isFile(path: string): Promise<boolean> {
  const stats = await stat(path).catch(() => null);
  return stats?.isFile() ?? false;
}

function nameOf(reference: Exclude<BuildpackReference, {kind: 'builtin'}>): string {
  if (reference.kind === 'directory') return reference.path;
  return reference.kind === 'git' ? reference.url : reference.location;
}

/** URLs may carry a password: it is not shown. */
function refuse(name: string, reason: string): DynoError {
  const shown = (text: string) => text.replace(/\/\/[^/@\s]*@/g, '//');
  return new DynoError('invalid_params', {message: `Buildpack ${shown(name)} cannot be used: ${shown(reason)}.`});
}
