import {DynoError} from '../../model/error.js';
import type {PlatformContext} from '../context.js';
import {route} from '../http/route.js';

const ranges = ['ordinal'] as const;

/** Buildpacks that are part of this program; Heroku's names for them are kept. */
const builtins: Record<string, string> = {
  'heroku/nodejs': 'urn:buildpack:heroku/nodejs',
  'heroku/procfile': 'urn:buildpack:heroku/procfile',
};

const MOST_CHARACTERS = 2048;

/** A name of ours, a URL of git or a tarball, or a directory of this machine. @throws DynoError invalid_params */
function requireBuildpack(given: string): string {
  const name = given.replace(/^urn:buildpack:/, '');
  const builtin = builtins[name] ?? builtins[`heroku/${name}`];
  if (builtin) return builtin;
  const isUrl = /^(https?|git|ssh|file):\/\/\S+$/.test(given) || /^[\w.-]+@[\w.-]+:\S+$/.test(given);
  if ((isUrl || given.startsWith('/')) && given.length <= MOST_CHARACTERS) return given;
  throw new DynoError('invalid_params', {
    message:
      `Buildpack ${given.slice(0, 80)} is not known here. Use ${Object.keys(builtins).join(' or ')}, ` +
      'the URL of a git repository or a tarball, or the path of a directory.',
  });
}

function list({store}: PlatformContext, appId: string) {
  return store.buildpacks.listOf(appId).map((url, ordinal) => ({
    ordinal,
    buildpack: {url, name: url.replace(/^urn:buildpack:/, '')},
  }));
}

export const buildpackRoutes = [
  route(
    'GET',
    '/apps/:app/buildpack-installations',
    {title: 'list buildpacks', answers: 'buildpack-installation', ranges},
    ({context, params}) => list(context, context.store.apps.get(params.app!).id),
  ),
  route(
    'PUT',
    '/apps/:app/buildpack-installations',
    {title: 'replace buildpacks', answers: 'buildpack-installation', ranges},
    ({context, params, body}) => {
      const {id} = context.store.apps.get(params.app!);
      const updates = body.updates as {buildpack: string}[];
      context.store.buildpacks.replace(
        id,
        updates.map(({buildpack}) => requireBuildpack(buildpack)),
      );
      return list(context, id);
    },
  ),
];
