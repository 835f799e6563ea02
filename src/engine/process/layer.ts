import {execFile} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import {access, mkdir, readFile, readlink, rm, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {draftName} from './drafts.js';

const LAYERED = fileURLToPath(new URL('layered.sh', import.meta.url));

/**
 * Whether dynos can share the files of their slug (overlayfs, in a mount namespace for each): on Linux, for root, where
 * the kernel and the file system allow it. Elsewhere each gets a copy
 * (docs/decisions/2026-11-27-dynos-share-the-files-of-their-slug.md).
 *
 * @param directory where dynos will have their directories
 */
export async function canLayer(directory: string): Promise<boolean> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const probe = join(directory, draftName(randomUUID()));
  try {
    await mkdir(join(probe, 'files'), {recursive: true});
    await writeFile(join(probe, 'files/below'), '');
    await makeLayer(probe, join(probe, 'files'));
    const [file, ...args] = layered(probe, ['sh', '-c', 'cd app && echo above >below && cat below']);
    const {stdout} = await promisify(execFile)(file!, args, {cwd: probe});
    return stdout === 'above\n' && (await readFile(join(probe, 'files/below'), 'utf8')) === '';
  } catch {
    return false;
  } finally {
    await rm(probe, {recursive: true, force: true});
  }
}

/** Makes what a dyno's directory needs to have `slug` below a layer of its own. */
export async function makeLayer(directory: string, slug: string): Promise<void> {
  await access(slug);
  for (const name of ['app', 'layer', 'layer/upper', 'layer/work']) await mkdir(join(directory, name), {mode: 0o700});
  await symlink(slug, join(directory, 'slug'));
}

/** Path of the slug that a dyno has below its layer; null when it has a copy, or is gone. */
export function slugBelow(directory: string): Promise<string | null> {
  return readlink(join(directory, 'slug')).catch(() => null);
}

/** The command line that starts a dyno's first process on its layer. */
export function layered(directory: string, command: string[]): string[] {
  // What the machine mounts and unmounts later is so for the dyno, too.
  return ['unshare', '--mount', '--propagation', 'slave', 'sh', LAYERED, directory, ...command];
}

/** The command line that starts one more process where that one sees its files. */
export function besides(pid: number, command: string[]): string[] {
  return ['nsenter', `--mount=/proc/${pid}/ns/mnt`, ...command];
}
