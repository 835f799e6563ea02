import {DynoError} from '../../model/error.js';

/** Where a buildpack comes from. */
export type BuildpackReference =
  | {kind: 'builtin'; name: 'nodejs' | 'procfile'}
  /** absolute path on this machine, which the local user may name */
  | {kind: 'directory'; path: string}
  | {kind: 'git'; url: string; ref: string | null}
  /** URL or absolute path of a gzipped tar */
  | {kind: 'tarball'; location: string};

/** Heroku's registry of buildpacks, which is where `namespace/name` leads. */
const REGISTRY = 'https://buildpack-registry.s3.amazonaws.com/buildpacks';

const REGISTRY_NAME = /^(?:urn:buildpack:)?([a-z0-9][a-z0-9_-]*)\/([a-z0-9][a-z0-9_-]*)$/;

/**
 * Reads what `buildpacks:set`, `--buildpack` and the API's `buildpacks` accept: a registry name, a directory, a git
 * URL with an optional `#branch-or-tag`, or a tarball.
 *
 * @throws DynoError invalid_params
 */
export function parseBuildpack(text: string): BuildpackReference {
  const name = REGISTRY_NAME.exec(text);
  if (name) {
    if (name[1] === 'heroku' && (name[2] === 'nodejs' || name[2] === 'procfile'))
      return {kind: 'builtin', name: name[2]};
    return {kind: 'tarball', location: `${REGISTRY}/${name[1]}/${name[2]}.tgz`};
  }
  const location = text.startsWith('file:///') ? decodeURI(text.slice('file://'.length)) : text;
  const [base, ref] = splitRef(location);
  if (location.startsWith('/')) {
    if (isTarball(location)) return {kind: 'tarball', location};
    if (ref !== null || location.endsWith('.git')) return {kind: 'git', url: base, ref};
    return {kind: 'directory', path: location};
  }
  if (/^https?:\/\/[^/]/.test(location)) {
    return isTarball(location) ? {kind: 'tarball', location} : {kind: 'git', url: base, ref};
  }
  if (/^(ssh|git):\/\/[^/]/.test(location) || /^[\w.-]+@[\w.-]+:[^/].*$/.test(location))
    return {kind: 'git', url: base, ref};
  throw new DynoError('invalid_params', {
    message: `Buildpack ${text.slice(0, 200)} is neither heroku/nodejs, heroku/procfile, a directory (absolute path), a git URL nor a tarball URL.`,
  });
}

/** How output and errors name it: registry names in short, URLs and paths as given. */
export function buildpackName(text: string): string {
  const name = REGISTRY_NAME.exec(text);
  return name ? `${name[1]}/${name[2]}` : text;
}

function splitRef(location: string): [base: string, ref: string | null] {
  const hash = location.indexOf('#');
  if (hash === -1) return [location, null];
  const ref = location.slice(hash + 1);
  if (!/^[\w][\w./-]*$/.test(ref) || ref.includes('..')) {
    throw new DynoError('invalid_params', {
      message: `Buildpack ${location.slice(0, 200)}: what follows # is not a branch, tag or commit.`,
    });
  }
  return [location.slice(0, hash), ref];
}

function isTarball(location: string): boolean {
  const path = location.split(/[?#]/, 1)[0]!;
  return path.endsWith('.tgz') || path.endsWith('.tar.gz') || /\/(archive|tarball)\//.test(path);
}
