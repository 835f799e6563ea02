import type Docker from 'dockerode';
import {randomUUID} from 'node:crypto';
import {PassThrough, type Readable} from 'node:stream';
import {StringDecoder} from 'node:string_decoder';
import {extract, pack} from 'tar-stream';
import type {BuildSpec} from '../engine.js';
import {buildScript, lifecycleDirectory} from '../lifecycle/lifecycle.js';
import {type CaBundle, caPath} from './ca-bundle.js';
import {call, callUnlessGone} from './connection.js';
import {type Identity, runtimeLabels} from './labels.js';
import {makerLabel} from './makers.js';
import {packTree} from './pack-tree.js';
import {FrameReader} from './raw-stream.js';
import {DYNO_UID} from './release-image.js';

/** Where things lie inside a build. The source's own directory differs each time, as on Heroku. */
export const places = {
  lifecycle: '/.dyno/lifecycle',
  cache: '/.dyno/cache',
  env: '/.dyno/env',
  buildpacks: '/.dyno/buildpacks',
  result: '/.dyno/result',
};

export interface BuildContainerOptions {
  identity: Identity;
  image: string;
  /** Docker volume that is the app's cache */
  cacheVolume: string;
  ca: CaBundle | null;
  buildDirectory: string;
}

/** A container in which build.sh will run, not started. */
export function createBuildContainer(
  docker: Docker,
  spec: BuildSpec,
  options: BuildContainerOptions,
): Promise<Docker.Container> {
  const environment = {
    ...passedOn(),
    ...options.ca?.buildEnvironment,
    BUILD_DIR: options.buildDirectory,
    CACHE_DIR: places.cache,
    ENV_DIR: places.env,
    BUILDPACKS_DIR: places.buildpacks,
    RESULT_DIR: places.result,
    HOME: '/app',
    STACK: spec.stack,
    SOURCE_VERSION: spec.commit ?? '',
    REQUEST_ID: spec.id,
  };
  return call('create a build', () =>
    docker.createContainer({
      name: `b-${randomUUID().replaceAll('-', '')}`,
      Image: options.image,
      Entrypoint: ['/bin/bash', `${places.lifecycle}/${buildScript}`],
      Cmd: [],
      User: `${DYNO_UID}:${DYNO_UID}`,
      WorkingDir: '/app',
      Env: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
      Labels: {...runtimeLabels(options.identity, 'build'), ...makerLabel(), 'dyno.app_id': spec.appId},
      HostConfig: {
        Init: true,
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges'],
        RestartPolicy: {Name: ''},
        LogConfig: {Type: 'none', Config: {}},
        Mounts: [{Type: 'volume', Source: options.cacheVolume, Target: places.cache}],
      },
    }),
  );
}

/** Settings of this machine that a build needs to reach registries; addresses of its loopback would mislead. */
function passedOn(): Record<string, string> {
  const kept = /^(https?_proxy|no_proxy|npm_config_registry|pip_index_url)$/i;
  return Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] =>
        kept.test(entry[0]) && entry[1] !== undefined && !/\/\/(localhost|127\.|\[::1\])/.test(entry[1]),
    ),
  );
}

/** All that a build reads but its source, as a tar for `/`. */
export function buildInputs(spec: BuildSpec, ca: CaBundle | null): Readable {
  const archive = pack();
  const owner = {uid: DYNO_UID, gid: DYNO_UID};
  const directory = (path: string, mode = 0o755) =>
    archive.entry({name: path.slice(1), type: 'directory', mode, ...owner});
  archive.entry({name: '.dyno', type: 'directory', mode: 0o755});
  for (const path of ['/app', places.cache, places.buildpacks, places.result, places.lifecycle]) directory(path);
  directory(places.env, 0o700);
  for (const [name, value] of Object.entries(spec.config)) {
    archive.entry({name: `${places.env.slice(1)}/${name}`, mode: 0o600, ...owner}, value);
  }
  packTree(archive, lifecycleDirectory, places.lifecycle.slice(1), owner);
  for (const [index, buildpack] of spec.buildpacks.entries()) {
    const name = `${places.buildpacks.slice(1)}/${index}`;
    if ('builtin' in buildpack) {
      archive.entry({name, mode: 0o644, ...owner}, buildpack.builtin);
    } else {
      directory(`/${name}`);
      packTree(archive, buildpack.directory, name, owner);
      archive.entry({name: `${name}.url`, mode: 0o644, ...owner}, buildpack.url);
    }
  }
  if (ca) archive.entry({name: caPath.slice(1), mode: 0o644}, ca.text);
  archive.finalize();
  return archive.pipe(new PassThrough()) as PassThrough;
}

/** Runs a created build to its end and answers its exit status. When `stop` aborts, it is killed and rejects with the reason. */
export async function runBuild(
  container: Docker.Container,
  onOutput: (text: string) => void,
  stop: AbortSignal,
): Promise<number> {
  const attached = await call('attach to a build', () => container.attach({stream: true, stdout: true, stderr: true}));
  const decoder = new StringDecoder('utf8');
  const frames = new FrameReader((piece) => onOutput(decoder.write(piece)));
  const read = new Promise<void>((resolve) => {
    attached.on('data', (chunk: Buffer) => frames.read(chunk));
    for (const event of ['end', 'close', 'error']) attached.on(event, () => resolve());
  });
  const kill = () => {
    void callUnlessGone('end a build', () => container.kill({signal: 'SIGKILL'})).catch(() => undefined);
  };
  stop.addEventListener('abort', kill, {once: true});
  try {
    stop.throwIfAborted();
    await call('start a build', () => container.start());
    // Before its start there was nothing to kill.
    if (stop.aborted) kill();
    const {StatusCode} = (await call('wait for a build', () => container.wait())) as {StatusCode: number};
    stop.throwIfAborted();
    await read;
    return StatusCode;
  } finally {
    stop.removeEventListener('abort', kill);
  }
}

/** Texts of the files in a folder of a container, by name. */
export async function readFolder(container: Docker.Container, path: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const archive = await callUnlessGone('read files of a container', () => container.getArchive({path}));
  if (!archive) return files;
  const reading = extract();
  archive.on('error', (error) => reading.destroy(error));
  archive.pipe(reading);
  for await (const entry of reading) {
    const pieces: Buffer[] = [];
    for await (const piece of entry) pieces.push(piece as Buffer);
    if (entry.header.type === 'file') {
      files.set(entry.header.name.split('/').slice(1).join('/'), Buffer.concat(pieces).toString('utf8'));
    }
  }
  return files;
}
