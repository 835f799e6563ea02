import yaml = require('yaml');
import {DynoError} from '../../model/error.js';

/** What heroku.yml says about one image (heroku-behaviour.md 6.5). */
export interface HerokuYml {
  dockerfile: {path: string; target?: string; args: Record<string, string>};
  /** from `run` and `release`; null: the image's own command is `web` */
  processTypes: Record<string, string> | null;
}

/**
 * Reads `build.docker`, `build.config`, `run` and `release`. All process types run from one image here: that of
 * `build.docker.web`, or of the only type. `setup` is applied by app setups, not by builds.
 *
 * @throws DynoError invalid_params
 */
export function parseHerokuYml(text: string): HerokuYml {
  let document: unknown;
  try {
    document = yaml.parse(text);
  } catch (error) {
    throw invalid((error as Error).message.split('\n', 1)[0]!);
  }
  const {build, run, release} = asMap(document, 'the file');
  const {docker, config} = asMap(build, 'build');
  const images = Object.entries(asMap(docker, 'build.docker'));
  if (images.length === 0) throw invalid('build.docker names no Dockerfile');
  const ownImage = images.find(([type]) => type === 'web') ?? images[0]!;
  const dockerfile = imageOf(ownImage[1], ownImage[0]);
  for (const [type, image] of images) {
    const other = imageOf(image, type);
    if (other.path !== dockerfile.path || other.target !== dockerfile.target) {
      throw invalid(
        `build.docker.${type} is another image than that of ${ownImage[0]}; one image per app is built here`,
      );
    }
  }
  const args = Object.entries(asMap(config ?? {}, 'build.config')).map(([name, value]) => [name, String(value)]);
  const types: Record<string, string> = {};
  for (const [type, process] of Object.entries(asMap(run ?? {}, 'run')))
    types[type] = commandOf(process, `run.${type}`);
  if (release !== undefined) types.release = commandOf(release, 'release');
  return {
    dockerfile: {...dockerfile, args: Object.fromEntries(args) as Record<string, string>},
    processTypes: Object.keys(types).length > 0 ? types : null,
  };
}

function imageOf(image: unknown, type: string): {path: string; target?: string} {
  if (typeof image === 'string') return {path: image};
  const {dockerfile, target} = asMap(image, `build.docker.${type}`);
  if (typeof dockerfile !== 'string') throw invalid(`build.docker.${type} names no Dockerfile`);
  return {path: dockerfile, ...(typeof target === 'string' ? {target} : {})};
}

function commandOf(process: unknown, where: string): string {
  if (typeof process === 'string' && process.trim() !== '') return process.trim();
  const {command} = asMap(process, where);
  const words = Array.isArray(command) ? command : [command];
  if (words.length === 0 || !words.every((word) => typeof word === 'string')) throw invalid(`${where} has no command`);
  return words.join(' ');
}

function asMap(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(`${where} is not a map`);
  return value as Record<string, unknown>;
}

const invalid = (reason: string) => new DynoError('invalid_params', {message: `heroku.yml cannot be used: ${reason}.`});
