import {createReadStream} from 'node:fs';
import {pipeline, type Readable} from 'node:stream';
import {createGunzip} from 'node:zlib';
import {DynoError} from '../../model/error.js';
import type {BuildResult, BuildSpec} from '../engine.js';
import {stoppableBuild} from '../stoppable-build.js';
import {endBuildSteps, removeBuildSteps} from './build-steps.js';
import type {BuildContext} from './buildpack-build.js';
import {asDynoError, call, callUnlessGone, messageOf, statusOf} from './connection.js';
import {parseDockerIgnore} from './docker-ignore.js';
import {imageCommand, prepareDockerfile} from './dockerfile.js';
import {imageLabels} from './labels.js';
import {makerLabel} from './makers.js';
import {commitRelease, DYNO_UID, invalidOnError} from './release-image.js';
import {readProgress} from './stack-image.js';
import {copyTar} from './tar-copy.js';

const CA_FILE = '.dyno-ca-certificates.crt';
const DOCKERFILE = '.dyno.Dockerfile';

export interface DockerfileContext extends BuildContext {
  /** for a Dockerfile that says `ARG STACK_IMAGE` (docs/decisions/2026-11-26-which-strategy-builds.md) */
  stackImage(): Promise<string>;
}

const WANTS_STACK_IMAGE = /^\s*ARG\s+STACK_IMAGE\b/im;

/** Builds with a Dockerfile of the source tree; the release image is its result with a dyno's init put on top. */
export async function buildWithDockerfile(
  given: BuildSpec,
  context: DockerfileContext,
  onOutput: (text: string) => void,
  signal?: AbortSignal,
): Promise<BuildResult> {
  const {docker, identity, ca} = context;
  const {text, ignored} = await readPlan(given, given.dockerfile!.path);
  const stackImage: Record<string, string> = WANTS_STACK_IMAGE.test(text)
    ? {STACK_IMAGE: await context.stackImage()}
    : {};
  const dockerfile = {...given.dockerfile!, args: {...stackImage, ...given.dockerfile!.args}};
  const spec = {...given, dockerfile};
  const layers = imageLabels(identity, spec, 'build-layer');
  const prepared = prepareDockerfile(text, layers, ca && {file: CA_FILE, environment: ca.buildEnvironment});
  await removeBuildSteps(docker, identity, spec.appId);
  onOutput(`=== Building web (${dockerfile.path})\n`);
  const tree = buildTree(spec, prepared, ignored, ca?.text ?? null);
  const built = await stoppableBuild(spec.timeoutMs, signal, (stop) =>
    runDockerBuild(context, spec, tree, onOutput, stop),
  );
  const {Config, Size} = await call('look at an image', () => docker.getImage(built).inspect());
  const command = imageCommand(Config.Entrypoint as string[] | null, Config.Cmd);
  const shell = await shellOf(context, built);
  const workingDirectory = Config.WorkingDir || '/';
  await commitRelease(docker, {
    from: built,
    to: context.image,
    labels: imageLabels(identity, spec, 'release'),
    shell,
    environment: {HOME: workingDirectory},
    ca,
  });
  return {
    image: context.image,
    size: Size,
    procfile: null,
    defaultTypes: command === null ? {} : {web: command},
    detected: null,
  };
}

/** Id of the image that was built. */
async function runDockerBuild(
  {docker, identity}: BuildContext,
  spec: BuildSpec,
  tree: Readable,
  onOutput: (text: string) => void,
  stop: AbortSignal,
): Promise<string> {
  let failure: unknown;
  tree.on('error', (error) => (failure = error));
  let id: string | undefined;
  try {
    const reply = await docker.buildImage(tree, {
      dockerfile: DOCKERFILE,
      buildargs: spec.dockerfile!.args,
      ...(spec.dockerfile!.target ? {target: spec.dockerfile!.target} : {}),
      forcerm: true,
      abortSignal: stop,
    });
    stop.addEventListener('abort', () => (reply as Readable).destroy(stop.reason as Error), {once: true});
    await readProgress(reply, ({stream, status, aux}) => {
      id = aux?.ID ?? id;
      const text = stream ?? (status ? `${status}\n` : '');
      if (text !== '') onOutput(text);
    });
  } catch (error) {
    tree.destroy();
    if (stop.aborted) {
      await endBuildSteps(docker, identity, spec.appId);
      throw stop.reason;
    }
    if (failure) throw failure;
    const known = asDynoError('build', error);
    if (known.code !== 'engine_refused' || (statusOf(error) ?? 0) >= 500) throw known;
    throw new DynoError('build_failed', {step: messageOf(error)}, error);
  }
  if (!id) throw new DynoError('build_failed', {step: 'Docker told of no image'});
  return id;
}

/** Heroku wants a shell in an image; bash where there is one. */
async function shellOf({docker}: BuildContext, image: string): Promise<string> {
  const container = await call('look at an image', () =>
    docker.createContainer({Image: image, Cmd: ['true'], Labels: makerLabel(), NetworkDisabled: true}),
  );
  try {
    for (const shell of ['/bin/bash', '/bin/sh']) {
      const look = (): Promise<Readable> => container.infoArchive({path: shell}) as Promise<Readable>;
      const found = await callUnlessGone('look into an image', look);
      // The response keeps its connection until it was read, also one without a body.
      found?.resume();
      if (found) return shell;
    }
  } finally {
    await callUnlessGone('remove a container', () => container.remove({force: true, v: true}));
  }
  throw new DynoError('build_failed', {step: 'the image has no /bin/sh, which dynos need to run a command'});
}

/** The Dockerfile, and what of the tree it does not want to see. */
async function readPlan(spec: BuildSpec, path: string): Promise<{text: string; ignored: (path: string) => boolean}> {
  const name = path.replace(/^\.\//, '');
  // Docker prefers a list of the Dockerfile's own.
  const lists = [`${name}.dockerignore`, '.dockerignore'];
  const peek = new Map([name, ...lists].map((entry) => [entry, '']));
  const found = new Set<string>();
  const reading = unpacked(spec, {
    uid: 0,
    peek,
    rename: (entry) => {
      if (!peek.has(entry)) return null;
      found.add(entry);
      return entry;
    },
  });
  for await (const _ of reading) void _;
  if (!found.has(name)) throw new DynoError('build_failed', {step: `there is no ${path}`});
  const list = lists.find((entry) => found.has(entry));
  return {text: peek.get(name)!, ignored: parseDockerIgnore(list ? peek.get(list)! : '')};
}

function buildTree(
  spec: BuildSpec,
  dockerfile: string,
  ignored: (path: string) => boolean,
  ca: string | null,
): Readable {
  return unpacked(spec, {
    uid: DYNO_UID,
    before: [
      {header: {name: DOCKERFILE, mode: 0o644}, text: dockerfile},
      ...(ca === null ? [] : [{header: {name: CA_FILE, mode: 0o644}, text: ca}]),
    ],
    rename: (entry) => (ignored(entry) ? null : entry),
  });
}

function unpacked(spec: BuildSpec, options: Parameters<typeof copyTar>[1]): Readable {
  const unzipped = pipeline(createReadStream(spec.source), createGunzip(), (error) => error && unzipped.destroy(error));
  return invalidOnError(copyTar(unzipped, options));
}
