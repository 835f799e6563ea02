import type Docker from 'dockerode';
import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {PassThrough, pipeline, type Readable, Transform} from 'node:stream';
import {createGunzip, createGzip} from 'node:zlib';
import {pack} from 'tar-stream';
import {DynoError} from '../../model/error.js';
import {type CaBundle, caPath} from './ca-bundle.js';
import {asDynoError, call, callUnlessGone, messageOf} from './connection.js';
import {CHECKSUM, type Labels, MAKER} from './labels.js';
import {makerLabel} from './makers.js';
import {copyTar} from './tar-copy.js';

/** User and group of everything that belongs to an app, as in Heroku's stack images. */
export const DYNO_UID = 1000;

export interface ReleaseLayer {
  /** image to build on */
  from: string;
  /** name of the release image, `repository:tag` */
  to: string;
  labels: Labels;
  /** shell of the image, absolute */
  shell: string;
  environment?: Record<string, string>;
  /** left to the image when absent */
  workingDirectory?: string;
  ca: CaBundle | null;
  /** further entries for `/`, a tar */
  content?: Readable;
  /** checksum of the slug, known once `content` was read */
  checksum?: () => Promise<string> | string;
}

/**
 * Makes a release image without running anything: a container that is created, filled and committed (docker-facts.md 7).
 * Rejects with what `content` was destroyed with when it is no archive; leaves no container and no image then.
 */
export async function commitRelease(docker: Docker, layer: ReleaseLayer): Promise<void> {
  const container = await call('create a release image', () =>
    docker.createContainer({
      Image: layer.from,
      Entrypoint: ['/.dyno/init'],
      Cmd: [],
      User: `${DYNO_UID}:${DYNO_UID}`,
      Env: Object.entries(layer.environment ?? {}).map(([name, value]) => `${name}=${value}`),
      ...(layer.workingDirectory ? {WorkingDir: layer.workingDirectory} : {}),
      Labels: {...layer.labels, ...makerLabel()},
      NetworkDisabled: true,
    }),
  );
  try {
    await putTar(container, initArchive(layer.shell, layer.ca), '/');
    if (layer.content) await putTar(container, layer.content, '/');
    const [repo, tag] = layer.to.split(':');
    // What is started from the image is not this process' helper.
    const labels = [`${MAKER}=""`, ...(layer.checksum ? [`${CHECKSUM}=${await layer.checksum()}`] : [])];
    const changes = `LABEL ${labels.join(' ')}`;
    await call('commit a release image', () => container.commit({repo, tag, pause: false, changes}));
  } finally {
    layer.content?.destroy();
    await callUnlessGone('remove a container', () => container.remove({force: true, v: true}));
  }
}

/** Rejects with the error of the stream where it has one, else with Docker's. */
export async function putTar(container: Docker.Container, tar: Readable, path: string): Promise<void> {
  let failure: unknown = tar.errored;
  tar.on('error', (error) => (failure = error));
  // Docker would wait for the rest of what will never come.
  if (failure) throw failure;
  try {
    await container.putArchive(tar, {path});
  } catch (error) {
    tar.destroy();
    throw failure ?? asDynoError('write files into a container', error);
  }
  if (failure) throw failure;
}

/** The dyno's init and launch scripts, and the authorities to trust. */
function initArchive(shell: string, ca: CaBundle | null): Readable {
  const archive = pack();
  const program = (name: string, text: string) =>
    archive.entry({name: `.dyno/${name}`, mode: 0o755}, `#!${shell}\n${text}`);
  archive.entry({name: '.dyno', type: 'directory', mode: 0o755});
  program('init', script('init'));
  program('launch', `${script('launch')}exec ${shell} -c "$1"\n`);
  if (ca) archive.entry({name: caPath.slice(1), mode: 0o644}, ca.text);
  archive.finalize();
  return archive.pipe(new PassThrough()) as PassThrough;
}

function script(name: 'init' | 'launch'): string {
  return readFileSync(new URL(`../init/${name}.sh`, import.meta.url), 'utf8');
}

export interface SlugFacts {
  /** bytes of the archive, compressed */
  size: number;
  checksum: string;
  procfile: string | null;
}

/**
 * A slug (gzipped tar, entries below `./app/`) as a tar for `/`, its files the dyno user's. `facts` is complete once the
 * stream has ended. What is no slug destroys the stream with slug_invalid.
 */
export function slugContent(tgz: Readable): {content: Readable; facts: () => SlugFacts} {
  const counted = new Counter();
  const peek = new Map([['app/Procfile', '']]);
  const found = new Set<string>();
  const unzipped = pipeline(tgz, counted, createGunzip(), (error) => error && unzipped.destroy(error));
  const copied = copyTar(unzipped, {
    uid: DYNO_UID,
    peek,
    before: [{header: appDirectory}],
    rename: (name) => {
      if (name !== '' && name !== 'app' && !name.startsWith('app/')) throw new Error(`it has ${name} outside of ./app`);
      found.add(name);
      return name === 'app' ? '' : name;
    },
  });
  return {
    content: invalidOnError(copied),
    facts: () => ({
      size: counted.bytes,
      checksum: counted.checksum,
      procfile: found.has('app/Procfile') ? peek.get('app/Procfile')! : null,
    }),
  };
}

const appDirectory = {name: 'app/', type: 'directory' as const, mode: 0o755, uid: DYNO_UID, gid: DYNO_UID};

/** An archive that cannot be read is the sender's mistake. */
export function invalidOnError(archive: Readable): Readable {
  const result = new PassThrough();
  archive.on('error', (error) =>
    result.destroy(
      error instanceof DynoError ? error : new DynoError('slug_invalid', {reason: messageOf(error)}, error),
    ),
  );
  result.on('close', () => archive.destroy());
  // It may fail before anybody reads it; putTar() looks for that.
  result.on('error', () => undefined);
  return archive.pipe(result);
}

/** Passes bytes on, counting and hashing. */
export class Counter extends Transform {
  bytes = 0;
  readonly #hash = createHash('sha256');
  #checksum: string | null = null;

  /** `SHA256:<hex>` of all that passed; nothing may pass afterwards. */
  get checksum(): string {
    return (this.#checksum ??= `SHA256:${this.#hash.digest('hex')}`);
  }

  override _transform(chunk: Buffer, _encoding: string, done: (error: null, chunk: Buffer) => void): void {
    this.bytes += chunk.length;
    this.#hash.update(chunk);
    done(null, chunk);
  }
}

/** Fast: a slug is compressed on every build, and stays on this machine. */
export function gzip(tar: Readable): Readable {
  const zipped = createGzip({level: 1});
  tar.on('error', (error) => zipped.destroy(error));
  zipped.on('close', () => tar.destroy());
  return tar.pipe(zipped);
}
