import {mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {DynoError} from '../model/error.js';
import {pathDigest} from '../model/home-layout.js';
import {gitAccessFor, gitSections} from './git-access.js';
import {findWorkTree, readRemotes, removeRemote, setRemote, setSection} from './git-remotes.js';

/** Names of remotes that mean an app, the first that exists wins. */
const REMOTES = ['dyno', 'heroku'];
const APP_URL = /^(?:https?|ssh):\/\/\S+\/([a-z][a-z0-9-]{1,28}[a-z0-9])(?:\.git)?$|^git@[^:]+:([a-z][a-z0-9-]+)\.git$/;

export interface AppSearch {
  /** -a */
  app?: string;
  /** -r */
  remote?: string;
  env: NodeJS.ProcessEnv;
  directory: string;
  /** root folder of the installation, where links of directories without git lie */
  home: string;
}

/** Where an app is linked: a git remote in a work tree; elsewhere a file in the installation, not in the directory. */
export type AppLink = {app: string; remote: string} | {app: string; directory: string};

/** The app of a command: -a, DYNO_APP, HEROKU_APP, then the directory's git remote or link. @throws DynoError no_app */
export function resolveApp(search: AppSearch): string {
  const named = search.app ?? (search.remote ? undefined : search.env.DYNO_APP || search.env.HEROKU_APP);
  const app = named ?? findAppLink(search)?.app;
  if (app) return app;
  if (search.remote) throw new DynoError('usage', {message: `remote ${search.remote} not found in git remotes`});
  throw new DynoError('no_app');
}

export function findAppLink(search: Pick<AppSearch, 'directory' | 'home' | 'remote'>): AppLink | undefined {
  const tree = findWorkTree(search.directory);
  const remotes = tree ? readRemotes(tree) : new Map<string, string>();
  for (const remote of search.remote ? [search.remote] : REMOTES) {
    const match = APP_URL.exec(remotes.get(remote) ?? '');
    if (match) return {app: (match[1] ?? match[2])!, remote};
  }
  return search.remote ? undefined : findDirectoryLink(search.home, search.directory);
}

export interface LinkPlace {
  directory: string;
  home: string;
  /** name of the git remote */
  remote: string;
  /** PEM of the local certificate authority */
  caFile: string;
  /** path of this program, which git asks for the token */
  program: string;
}

/**
 * Links a directory to an app; what was linked there before is replaced. In a work tree `git push` works from then on:
 * git knows whom to trust and whom to ask for the token, in this work tree alone.
 */
export function linkApp(app: string, gitUrl: string, place: LinkPlace): AppLink {
  const tree = findWorkTree(place.directory);
  if (tree) {
    setRemote(tree, place.remote, gitUrl);
    const access = gitAccessFor(gitUrl, place);
    if (access) for (const section of gitSections(access)) setSection(tree, section);
    return {app, remote: place.remote};
  }
  const directory = realpathSync(place.directory);
  const file = linkFile(place.home, directory);
  mkdirSync(dirname(file), {recursive: true, mode: 0o700});
  writeFileSync(file, `${JSON.stringify({directory, app})}\n`, {mode: 0o600});
  return {app, directory};
}

/** Forgets that a directory means this app; other links stay. */
export function unlinkApp(app: string, place: {directory: string; home: string}): void {
  const link = findAppLink(place);
  if (link?.app !== app) return;
  if ('directory' in link) rmSync(linkFile(place.home, link.directory), {force: true});
  else removeRemote(findWorkTree(place.directory)!, link.remote);
}

/** The nearest linked directory, from here upwards. */
function findDirectoryLink(home: string, from: string): AppLink | undefined {
  for (let directory = realpathSync(from); ; directory = dirname(directory)) {
    const link = readLink(linkFile(home, directory));
    if (link?.directory === directory) return link;
    if (dirname(directory) === directory) return undefined;
  }
}

function readLink(file: string): {app: string; directory: string} | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as {app: string; directory: string};
  } catch {
    return undefined;
  }
}

const linkFile = (home: string, directory: string): string => join(home, 'links', `${pathDigest(directory)}.json`);
