import type Docker from 'dockerode';
import {once} from 'node:events';
import {DynoError} from '../../model/error.js';
import {asDynoError, call, callUnlessGone, isGone} from './connection.js';
import {packHostFiles} from './host-files.js';
import {hostFilesHash, hostProgramsHere} from './host-programs.js';
import {KIND} from './labels.js';
import {removeUnused} from './images.js';
import {nodeLayer} from './node-layer.js';
import {putTar} from './release-image.js';

/** The images that dynos and builds of a stack start from; they may be the same. */
export interface StackImage {
  run: string;
  build: string;
}

const PULL_START_MS = 4000;
const DAY_S = 86_400;

/**
 * Heroku's own stack images where they are present or can be pulled; else one image of this machine's own files, which
 * carries a hash of them in its tag and is shared by all installations of this machine.
 */
export class StackImages {
  readonly #docker: Docker;
  readonly #preferred: string | undefined;
  readonly #pending = new Map<string, Promise<StackImage>>();

  /** `preferred`: `host` for this machine's files, or the name of an image to use for all; absent: as said above */
  constructor(docker: Docker, preferred?: string) {
    this.#docker = docker;
    this.#preferred = preferred;
  }

  /** Makes sure of the image and answers its name. Looks again each time: images can be removed behind our back. */
  ensure(stack: string): Promise<StackImage> {
    let pending = this.#pending.get(stack);
    if (!pending) {
      pending = this.#ensure(stack).finally(() => this.#pending.delete(stack));
      this.#pending.set(stack, pending);
    }
    return pending;
  }

  async #ensure(stack: string): Promise<StackImage> {
    const preferred = this.#preferred;
    if (preferred && preferred !== 'host') return {run: preferred, build: preferred};
    const host = `dyno/stack:${stack}-${hostProgramsHere() ? hostFilesHash() : 'none'}`;
    const heroku = preferred === 'host' ? null : herokuImage(stack);
    if (heroku && ((await this.#bothHere(heroku)) || (!(await this.#has(host)) && (await this.#pull(heroku))))) {
      return {run: await this.#withNode(heroku.run), build: await this.#withNode(heroku.build)};
    }
    if (await this.#has(host)) return {run: host, build: host};
    if (!hostProgramsHere()) {
      throw new DynoError('engine_refused', {
        engine: 'docker',
        action: `find the stack image of ${stack}`,
        reason: `${herokuImage(stack)?.run ?? stack} is not here and cannot be pulled, and this machine's own files make no image`,
      });
    }
    await this.#importHostFiles(host, stack);
    await this.#removeOlder(host);
    return {run: host, build: host};
  }

  async #bothHere({run, build}: StackImage): Promise<boolean> {
    return (await this.#has(run)) && (await this.#has(build));
  }

  /** An image of the same files with node and npm on top, named after both. */
  async #withNode(image: string): Promise<string> {
    const {Id, Architecture} = await call('look at a stack image', () => this.#docker.getImage(image).inspect());
    const base = image.replace(/^.*\//, '').replace(':', '-');
    const name = `dyno/stack:${base}-${Id.slice(7, 19)}-node-${process.versions.node}`;
    if (!(await this.#has(name))) await addNode(this.#docker, image, name, Architecture);
    return name;
  }

  async #has(image: string): Promise<boolean> {
    try {
      await this.#docker.getImage(image).inspect();
      return true;
    } catch (error) {
      if (isGone(error)) return false;
      throw asDynoError('look for a stack image', error);
    }
  }

  /** Two at once make the same image twice; the tag then names the later one, and the other is nobody's. */
  async #importHostFiles(name: string, stack: string): Promise<void> {
    const {tar, finished} = await packHostFiles();
    const [repo, tag] = name.split(':');
    const importing = call('make a stack image', async () => {
      const changes = [`LABEL ${KIND}=stack dyno.stack=${stack}`, 'ENV PATH=/usr/local/bin:/usr/bin:/bin'];
      const reply = await this.#docker.importImage(tar, {repo, tag, changes});
      await readProgress(reply);
    });
    await Promise.all([importing, finished]).catch((error: unknown) => {
      tar.destroy();
      throw asDynoError('make a stack image', error);
    });
  }

  /** Names of images that this machine has not made for a day: it was upgraded since. Releases keep their layers. */
  async #removeOlder(newest: string): Promise<void> {
    const filters = {label: [`${KIND}=stack`], reference: ['dyno/stack']};
    const images = await call('list images', () => this.#docker.listImages({filters}));
    // Two that made the same image at once left one without a name.
    await removeUnused(this.#docker, {[KIND]: 'stack'});
    for (const {RepoTags, Created} of images) {
      if (Date.now() / 1000 - Created < DAY_S) continue;
      for (const name of RepoTags ?? []) {
        if (name !== newest)
          await this.#docker
            .getImage(name)
            .remove()
            .catch(() => undefined);
      }
    }
  }

  /** False when the registry does not answer soon: most machines that cannot reach it never can. */
  async #pull({run, build}: StackImage): Promise<boolean> {
    for (const image of [run, build]) {
      const stop = new AbortController();
      const timer = setTimeout(() => stop.abort(), PULL_START_MS);
      try {
        const reply = await this.#docker.createImage({fromImage: image, abortSignal: stop.signal} as object);
        await readProgress(reply, (line) => {
          if (/Pulling fs layer|Downloading|Already exists/.test(line.status ?? '')) clearTimeout(timer);
        });
      } catch {
        return false;
      } finally {
        clearTimeout(timer);
      }
    }
    return true;
  }
}

/** Commits the image with node and npm in it, under a name of ours. */
export async function addNode(docker: Docker, image: string, name: string, architecture: string): Promise<void> {
  const layer = await nodeLayer(architecture === 'amd64' ? 'x64' : architecture);
  layer.on('error', () => undefined);
  const container = await call('make a stack image', () =>
    docker.createContainer({Image: image, Cmd: ['bash'], Labels: {[KIND]: 'stack'}, NetworkDisabled: true}),
  );
  try {
    await putTar(container, layer, '/');
    const [repo, tag] = name.split(':');
    await call('make a stack image', () => container.commit({repo, tag, pause: false}));
  } finally {
    layer.destroy();
    await callUnlessGone('remove a container', () => container.remove({force: true, v: true}));
  }
}

/** `heroku-24` → Heroku's images of that name, null for other stacks. */
function herokuImage(stack: string): StackImage | null {
  const number = /^heroku-(\d+)$/.exec(stack)?.[1];
  return number ? {run: `heroku/heroku:${number}`, build: `heroku/heroku:${number}-build`} : null;
}

export interface ProgressLine {
  status?: string;
  stream?: string;
  error?: string;
  aux?: {ID?: string};
}

/** Reads Docker's stream of JSON lines to its end; a line with `error` rejects with that text. */
export async function readProgress(
  reply: NodeJS.ReadableStream,
  onLine: (line: ProgressLine) => void = () => undefined,
): Promise<void> {
  let rest = '';
  let failure: string | undefined;
  const read = (text: string) => {
    if (text.trim() === '') return;
    const line = JSON.parse(text) as ProgressLine;
    failure ??= line.error;
    onLine(line);
  };
  reply.setEncoding('utf8');
  reply.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    lines.forEach(read);
  });
  await once(reply, 'end');
  read(rest);
  if (failure !== undefined) throw new Error(failure);
}
