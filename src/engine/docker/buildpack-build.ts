import type Docker from 'dockerode';
import {createReadStream} from 'node:fs';
import {PassThrough, pipeline, Readable, Writable} from 'node:stream';
import {finished} from 'node:stream/promises';
import {createGunzip} from 'node:zlib';
import {parseDefaultTypes} from '../../model/buildpack-release.js';
import {DynoError} from '../../model/error.js';
import type {BuildResult, BuildSpec} from '../engine.js';
import {stoppableBuild} from '../stoppable-build.js';
import {buildInputs, createBuildContainer, places, readFolder, runBuild} from './build-container.js';
import type {CaBundle} from './ca-bundle.js';
import {call, callUnlessGone} from './connection.js';
import {type Identity, imageLabels} from './labels.js';
import {commitRelease, Counter, DYNO_UID, gzip, invalidOnError, putTar} from './release-image.js';
import type {StackImage} from './stack-image.js';
import {copyTar} from './tar-copy.js';

/** What every build needs. */
export interface BuildContext {
  docker: Docker;
  identity: Identity;
  ca: CaBundle | null;
  /** name of the release image to be */
  image: string;
}

export interface BuildpackContext extends BuildContext {
  stack: StackImage;
  cacheVolume: string;
}

/** Runs the buildpack lifecycle in a container of the stack's build image; makes the release image of what is left. */
export async function buildWithBuildpacks(
  spec: BuildSpec,
  context: BuildpackContext,
  onOutput: (text: string) => void,
  signal?: AbortSignal,
): Promise<BuildResult> {
  const {docker, identity, ca, cacheVolume, stack} = context;
  const name = `build_${spec.id.replaceAll('-', '').slice(0, 8)}`;
  const buildDirectory = `/tmp/${name}`;
  const container = await createBuildContainer(docker, spec, {
    identity,
    image: stack.build,
    cacheVolume,
    ca,
    buildDirectory,
  });
  try {
    await putTar(container, buildInputs(spec, ca), '/');
    await putTar(container, sourceTree(spec.source, name), '/tmp');
    const status = await stoppableBuild(spec.timeoutMs, signal, (stop) => runBuild(container, onOutput, stop));
    const results = await readFolder(container, places.result);
    if (status !== 0) {
      throw new DynoError('build_failed', {
        step: results.get('failed_step')?.trim() || `the buildpack ended with status ${status}`,
      });
    }
    const slug = await releaseOf(container, buildDirectory, spec, context);
    return {
      image: context.image,
      ...slug,
      defaultTypes: await parseDefaultTypes(results.get('default_types') ?? ''),
      detected: results.get('detected')?.trim() || null,
    };
  } finally {
    await callUnlessGone('remove a build', () => container.remove({force: true, v: true}));
  }
}

/** The source as a tar for /tmp, owned by the user that builds. */
function sourceTree(path: string, name: string): Readable {
  const unzipped = pipeline(createReadStream(path), createGunzip(), (error) => error && unzipped.destroy(error));
  return invalidOnError(
    copyTar(unzipped, {
      uid: DYNO_UID,
      before: [{header: {name, type: 'directory', mode: 0o755, uid: DYNO_UID, gid: DYNO_UID}}],
      rename: (entry) => (entry === '' ? '' : `${name}/${entry}`),
    }),
  );
}

/** One pass over what the build left: into the release image, and through gzip for the slug's size and checksum. */
async function releaseOf(
  container: Docker.Container,
  buildDirectory: string,
  spec: BuildSpec,
  {docker, identity, ca, stack, image}: BuildpackContext,
): Promise<{size: number; checksum: string; procfile: string | null}> {
  const built = await call('read the result of a build', () => container.getArchive({path: buildDirectory}));
  const root = buildDirectory.split('/').pop()!;
  const peek = new Map([['app/Procfile', '']]);
  let hasProcfile = false;
  const content = copyTar(Readable.from(built), {
    uid: DYNO_UID,
    peek,
    rename: (entry) => {
      const name = `app${entry.slice(root.length)}`;
      hasProcfile ||= name === 'app/Procfile';
      return name;
    },
  });
  const slug = new Counter();
  const forImage = new PassThrough();
  content.on('error', (error) => forImage.destroy(error));
  forImage.on('close', () => content.destroy());
  forImage.on('error', () => undefined);
  content.pipe(forImage);
  const counted = finished(gzip(content).pipe(slug).pipe(discard()));
  counted.catch(() => undefined);
  await commitRelease(docker, {
    from: stack.run,
    to: image,
    labels: imageLabels(identity, spec, 'release'),
    shell: '/bin/bash',
    environment: {HOME: '/app'},
    workingDirectory: '/app',
    ca,
    content: forImage,
    checksum: async () => {
      await counted;
      return slug.checksum;
    },
  });
  return {
    size: slug.bytes,
    checksum: slug.checksum,
    procfile: hasProcfile ? peek.get('app/Procfile')! : null,
  };
}

function discard(): Writable {
  return new Writable({write: (_chunk, _encoding, done) => done()});
}
