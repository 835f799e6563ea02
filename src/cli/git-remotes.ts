import {existsSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {dirname, join, resolve} from 'node:path';
import {DynoError} from '../model/error.js';

/**
 * Remotes of the git work tree around a directory, read from git's own file: starting git costs more than the whole
 * command. Only what `git remote add` and `git remote remove` would do is written.
 */
export interface WorkTree {
  root: string;
  /** the config file with the remotes */
  config: string;
}

const SECTION = /^\s*\[\s*remote\s+"((?:[^"\\]|\\.)*)"\s*\]/;
const ANY_SECTION = /^\s*\[/;
const HEAD = /^\s*\[\s*([\w.-]+)(?:\s+"((?:[^"\\]|\\.)*)")?\s*\]/;
const URL_LINE = /^\s*url\s*=\s*(.+?)\s*$/i;

/** Parts between slashes, of letters, digits and `._+@=-`: nothing that git's file would have to quote. */
const REMOTE_NAME =
  /^(?!.*(?:\.\.|\.lock(?:\/|$)|\.(?:\/|$)))[\p{L}\p{N}_][\p{L}\p{N}_.+@=-]*(?:\/[\p{L}\p{N}_][\p{L}\p{N}_.+@=-]*)*$/u;

/** Refuses what git refuses as the name of a remote, and a few more. @throws DynoError usage */
export function checkRemoteName(name: string): void {
  if (REMOTE_NAME.test(name)) return;
  throw new DynoError('usage', {
    message: `${JSON.stringify(name)} is no name for a git remote: use letters, digits, dots and dashes.`,
  });
}

/** Undefined outside of any work tree. */
export function findWorkTree(directory: string): WorkTree | undefined {
  for (let root = resolve(directory); ; root = dirname(root)) {
    const dotGit = join(root, '.git');
    if (existsSync(dotGit)) {
      const config = join(commonDirectory(root, dotGit), 'config');
      return existsSync(config) ? {root, config} : undefined;
    }
    if (dirname(root) === root) return undefined;
  }
}

/** Remote name → URL. */
export function readRemotes(tree: WorkTree): Map<string, string> {
  const remotes = new Map<string, string>();
  let remote: string | undefined;
  for (const line of readFileSync(tree.config, 'utf8').split('\n')) {
    if (ANY_SECTION.test(line)) remote = SECTION.exec(line)?.[1];
    const url = URL_LINE.exec(line)?.[1];
    if (remote !== undefined && url !== undefined && !remotes.has(remote)) remotes.set(remote, url);
  }
  return remotes;
}

/** Adds the remote, or gives one of that name another URL. */
export function setRemote(tree: WorkTree, name: string, url: string): void {
  const head = `remote "${name}"`;
  setSection(tree, {head, text: `[${head}]\n\turl = ${url}\n\tfetch = +refs/heads/*:refs/remotes/${name}/*\n`});
}

export function removeRemote(tree: WorkTree, name: string): void {
  writeFileSync(tree.config, withoutSection(readFileSync(tree.config, 'utf8'), `remote "${name}"`));
}

/** Adds a section of git's file, in place of what stands under the same head: `remote "dyno"`. */
export function setSection(tree: WorkTree, {head, text}: {head: string; text: string}): void {
  const rest = withoutSection(readFileSync(tree.config, 'utf8'), head);
  writeFileSync(tree.config, `${rest === '' || rest.endsWith('\n') ? rest : `${rest}\n`}${text}`);
}

function withoutSection(text: string, head: string): string {
  let inside = false;
  return text
    .split('\n')
    .filter((line) => {
      if (ANY_SECTION.test(line)) inside = headOf(line) === head;
      return !inside;
    })
    .join('\n');
}

/** `[ remote   "dyno" ]` → `remote "dyno"` */
function headOf(line: string): string | undefined {
  const [, kind, name] = HEAD.exec(line) ?? [];
  return name === undefined ? kind : `${kind} "${name}"`;
}

/** `.git` is a folder, or a file that names it (submodules, linked work trees, which share one config). */
function commonDirectory(root: string, dotGit: string): string {
  if (statSync(dotGit).isDirectory()) return dotGit;
  const target = /^gitdir:\s*(.+?)\s*$/m.exec(readFileSync(dotGit, 'utf8'))?.[1] ?? dotGit;
  const gitDirectory = resolve(root, target);
  const common = join(gitDirectory, 'commondir');
  return existsSync(common) ? resolve(gitDirectory, readFileSync(common, 'utf8').trim()) : gitDirectory;
}
