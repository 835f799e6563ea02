import {chmod} from 'node:fs/promises';
import type {BuildResult, BuildSpec} from '../../runtime/protocol.js';
import {DynoError} from '../../model/error.js';
import {limits} from '../../model/limits.js';
import {parseProcfile} from '../../model/procfile.js';
import type {App} from '../store/apps.js';
import {buildHeading, buildpackHeading, compressedText, processTypesText} from './build-output.js';
import type {BuildStrategy} from './build-strategy.js';
import {chooseStrategy} from './build-strategy.js';
import {buildpackName, parseBuildpack} from './buildpack-reference.js';
import {fetchBuildpack} from './fetch-buildpack.js';
import type {SourceTree} from './source-tree.js';

export interface RunBuildRequest {
  id: string;
  app: App;
  /** folder of this build alone; the prepared source lies in it */
  folder: string;
  /** prepared archive inside of `folder` */
  source: string;
  tree: SourceTree;
  /** in order, as given; empty: detect */
  buildpacks: readonly string[];
  stack: string;
  version: string | null;
}

export interface BuiltSource {
  result: BuildResult;
  /** in the order in which they were declared */
  processTypes: Record<string, string>;
  /** what the app is built with, for people: `Node.js` */
  description: string | null;
}

/** RuntimeClient.build and removeImage of the app's runtime. */
export interface BuildEngine {
  build(spec: BuildSpec, onOutput: (text: string) => void, signal: AbortSignal): Promise<BuildResult>;
  removeImage(image: string): Promise<void>;
}

/**
 * Builds a prepared source, writing Heroku's output (heroku-behaviour.md 6.8) up to `Done: 36.6M`. When it rejects,
 * nothing is left of the build but its cache.
 *
 * @throws DynoError build_failed, invalid_params, no_process_types, procfile_invalid; what the engine throws
 */
export async function runBuild(
  request: RunBuildRequest,
  engine: BuildEngine,
  write: (text: string) => void,
  signal: AbortSignal,
): Promise<BuiltSource> {
  const strategy = await chooseStrategy(request.stack, request.buildpacks, request.tree.texts);
  const names = request.buildpacks.map(buildpackName);
  // The engine has its own words for an image.
  if (strategy.kind === 'buildpacks') write(buildHeading(request.stack) + buildpackHeading(names));

  const spec = await specOf(request, strategy, signal);
  const result = await engine.build(spec, write, signal);
  try {
    return {...settle(request, strategy, result, write), result};
  } catch (error) {
    await engine.removeImage(result.image);
    throw error;
  }
}

async function specOf(request: RunBuildRequest, strategy: BuildStrategy, signal: AbortSignal): Promise<BuildSpec> {
  const buildpacks: BuildSpec['buildpacks'] = [];
  if (strategy.kind === 'buildpacks') {
    for (const [index, text] of request.buildpacks.entries()) {
      const reference = parseBuildpack(text);
      if (reference.kind === 'builtin') {
        buildpacks.push({builtin: reference.name});
      } else {
        const directory = `${request.folder}/buildpacks/${index}`;
        await fetchBuildpack(reference, directory, signal);
        buildpacks.push({directory, url: buildpackName(text)});
      }
    }
  }
  await chmod(request.source, 0o600);
  return {
    id: request.id,
    appId: request.app.id,
    app: request.app.name,
    source: request.source,
    stack: request.stack,
    buildpacks,
    config: request.app.config,
    ...(strategy.kind === 'dockerfile' ? {dockerfile: strategy.dockerfile} : {}),
    ...(request.version ? {commit: request.version} : {}),
    timeoutMs: limits.buildMs,
  };
}

/** Process types and size of what was built. */
function settle(
  request: RunBuildRequest,
  strategy: BuildStrategy,
  result: BuildResult,
  write: (text: string) => void,
): Omit<BuiltSource, 'result'> {
  const procfile = result.procfile ?? (strategy.kind === 'dockerfile' ? (request.tree.texts.Procfile ?? null) : null);
  const own = strategy.kind === 'dockerfile' ? strategy.processTypes : null;
  const declared = own ?? (procfile === null ? null : parseProcfile(procfile));
  const processTypes = {...declared};
  for (const [type, command] of Object.entries(result.defaultTypes)) processTypes[type] ??= command;
  if (Object.keys(processTypes).length === 0) throw new DynoError('no_process_types');

  const origin = strategy.kind === 'dockerfile' ? 'image' : 'buildpack';
  write(`\n${processTypesText(declared && Object.keys(declared), Object.keys(result.defaultTypes), origin)}`);
  if (strategy.kind === 'buildpacks') {
    if (result.size > limits.slugBytes) {
      const megabytes = (bytes: number) => Math.ceil(bytes / 1024 / 1024);
      throw new DynoError('invalid_params', {
        message: `Compiled slug size: ${megabytes(result.size)}M is too large (max is ${megabytes(limits.slugBytes)}M).`,
      });
    }
    write(compressedText(result.size, limits.slugWarnBytes));
  }
  const names = request.buildpacks.map(buildpackName);
  return {
    processTypes,
    description: result.detected ?? (strategy.kind === 'dockerfile' ? 'Dockerfile' : names.join(', ')),
  };
}
