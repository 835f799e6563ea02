import {DynoError} from '../../model/error.js';
import type {SourceTree} from './source-tree.js';

export type BuildStrategy =
  /** with the given buildpacks, or the built-in one that fits */
  | {kind: 'buildpacks'}
  | {
      kind: 'dockerfile';
      dockerfile: {path: string; target?: string; args: Record<string, string>};
      /** null: the Procfile's, else the image's command as `web` */
      processTypes: Record<string, string> | null;
    };

/**
 * How to build a source (docs/decisions/2026-11-26-which-strategy-builds.md). Stack `container` builds images; every other
 * stack uses buildpacks, but for a source that only a Dockerfile explains.
 *
 * @throws DynoError invalid_params
 */
export async function chooseStrategy(
  stack: string,
  buildpacks: readonly string[],
  texts: SourceTree['texts'],
): Promise<BuildStrategy> {
  if (stack === 'container') {
    if (texts['heroku.yml'] !== undefined) {
      const {parseHerokuYml} = await import('./heroku-yml.js');
      const {dockerfile, processTypes} = parseHerokuYml(texts['heroku.yml']);
      return {kind: 'dockerfile', dockerfile, processTypes};
    }
    if (texts.Dockerfile !== undefined) return rootDockerfile();
    throw new DynoError('invalid_params', {
      message: 'The stack is container, but the source has neither heroku.yml nor Dockerfile at its root.',
    });
  }
  const explained = buildpacks.length > 0 || texts.Procfile !== undefined || texts['package.json'] !== undefined;
  return !explained && texts.Dockerfile !== undefined ? rootDockerfile() : {kind: 'buildpacks'};
}

function rootDockerfile(): BuildStrategy {
  return {kind: 'dockerfile', dockerfile: {path: 'Dockerfile', args: {}}, processTypes: null};
}
