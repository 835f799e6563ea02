import {execFile} from 'node:child_process';
import {createHash, randomUUID} from 'node:crypto';
import {mkdir, readFile, readdir, rename, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {Transform} from 'node:stream';
import type {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {promisify} from 'node:util';
import {createGunzip, createGzip} from 'node:zlib';
import tar = require('tar-fs');
import {DynoError} from '../../model/error.js';
import type {EngineImage} from '../engine.js';
import {draftName, isDraft, sweepDrafts} from './drafts.js';

const run = promisify(execFile);

/** A slug as a gzipped tar: bytes, and what `SHA256:` of it is. */
interface Archive {
  size: number;
  checksum: string;
}

interface SlugRecord {
  image: string;
  appId: string;
  size: number;
  createdAt: number;
  /** of the archive that it was made of, or would be exported as when it was made */
  checksum: string;
  /** `SHA256:<hex>` of `app/` as a tar: an archive that was imported cannot be made again of its files */
  content: string;
}

/**
 * Release images of the process engine: a directory each, `app/` and `slug.json`. All runtimes share them. A directory
 * appears whole, by rename, with its record in it; drafts of builds that were killed are swept at the next open.
 */
export class SlugDirectories {
  readonly #root: string;
  readonly #verified = new Map<string, Promise<void>>();

  constructor(root: string) {
    this.#root = root;
  }

  async open(): Promise<void> {
    await mkdir(this.#root, {recursive: true, mode: 0o700});
    await sweepDrafts(this.#root);
  }

  /** Takes a directory over as the slug of an app; `known`: its archive, where there is one already. */
  async add(appId: string, appDirectory: string, known?: Archive): Promise<Archive & {image: string}> {
    const image = randomUUID();
    const draft = join(this.#root, draftName(image));
    await mkdir(draft, {mode: 0o700});
    try {
      await rename(appDirectory, join(draft, 'app'));
      const app = join(draft, 'app');
      const [{size, checksum}, content] = await Promise.all([known ?? measure(packApp(app)), contentOf(app)]);
      const record: SlugRecord = {image, appId, size, createdAt: Date.now(), checksum, content};
      await writeFile(join(draft, 'slug.json'), JSON.stringify(record), {mode: 0o600});
      await rename(draft, join(this.#root, image));
      return {image, size, checksum};
    } catch (error) {
      await rm(draft, {recursive: true, force: true});
      throw error;
    }
  }

  async import(appId: string, tgz: Readable): Promise<Archive & {image: string}> {
    const directory = join(this.#root, draftName(`import-${randomUUID()}`));
    const archive = measureOnTheWay();
    try {
      const arrived = pipeline(tgz, archive.through);
      await unpack(archive.through, directory, (name) => name.replace(/^(\.\/)?app(\/|$)/, ''));
      await arrived;
      return await this.add(appId, directory, archive.result());
    } finally {
      await rm(directory, {recursive: true, force: true});
    }
  }

  export(image: string): Readable {
    const gzip = createGzip({level: 1});
    pipeline(packApp(this.appOf(image)), gzip).catch((error: Error) => gzip.destroy(error));
    return gzip;
  }

  readProcfile(image: string): Promise<string | null> {
    return readFile(join(this.appOf(image), 'Procfile'), 'utf8').catch(() => null);
  }

  /**
   * Whether the slug is the one that was built (R17): the archive's checksum each time, its files at the first start
   * that this process makes of it.
   *
   * @throws DynoError checksum_mismatch
   */
  async verify(image: string, app: string, expected: string): Promise<void> {
    const record = await this.#recordOf(image);
    if (!record) return;
    const mismatch = (actual: string, wanted = expected) =>
      new DynoError('checksum_mismatch', {app, expected: wanted, actual});
    if (record.checksum !== expected) throw mismatch(record.checksum);
    let verified = this.#verified.get(image);
    if (!verified) {
      verified = contentOf(this.appOf(image)).then((content) => {
        if (content !== record.content) throw mismatch(content, record.content);
      });
      // Files that were mended are looked at again.
      verified.catch(() => this.#verified.delete(image));
      this.#verified.set(image, verified);
    }
    await verified;
  }

  /** Its files, which nobody may change. */
  appOf(image: string): string {
    return join(this.#root, image, 'app');
  }

  /** A private copy for a dyno: shares blocks where the file system can, else copies. */
  async copyTo(image: string, target: string): Promise<void> {
    const reflink = process.platform === 'linux' ? ['--reflink=auto'] : [];
    await run('cp', ['-a', ...reflink, this.appOf(image), target]);
  }

  async list(): Promise<EngineImage[]> {
    const images: EngineImage[] = [];
    for (const name of await readdir(this.#root).catch(() => [])) {
      const text = await readFile(join(this.#root, name, 'slug.json'), 'utf8').catch(() => null);
      if (text !== null && !isDraft(name)) images.push(JSON.parse(text) as SlugRecord);
    }
    return images;
  }

  /** Nobody can start it any more; its files stay until drop(). */
  async remove(image: string): Promise<void> {
    if (!isName(image)) return;
    this.#verified.delete(image);
    await rm(join(this.#root, image, 'slug.json'), {force: true});
  }

  async isRemoved(image: string): Promise<boolean> {
    if (!isName(image)) return false;
    const names = await readdir(join(this.#root, image)).catch(() => null);
    return names !== null && !names.includes('slug.json');
  }

  async listRemoved(): Promise<string[]> {
    const removed: string[] = [];
    for (const name of await readdir(this.#root)) if (await this.isRemoved(name)) removed.push(name);
    return removed;
  }

  async drop(image: string): Promise<void> {
    if (isName(image)) await rm(join(this.#root, image), {recursive: true, force: true});
  }

  /** Null for a slug that is gone, or of a version of ours that recorded no checksums. */
  async #recordOf(image: string): Promise<SlugRecord | null> {
    const text = await readFile(join(this.#root, image, 'slug.json'), 'utf8').catch(() => null);
    const record = text === null ? null : (JSON.parse(text) as Partial<SlugRecord>);
    return record?.checksum === undefined || record.content === undefined ? null : (record as SlugRecord);
  }
}

/** Images name a directory here; what is being made has no name yet. */
function isName(image: string): boolean {
  return /^[\w-]+$/.test(image) && !isDraft(image);
}

/**
 * Unpacks a gzipped tar; entries that would leave the directory are refused.
 *
 * @throws DynoError slug_invalid
 */
export async function unpack(tgz: Readable, directory: string, map: (name: string) => string): Promise<void> {
  await mkdir(directory, {recursive: true, mode: 0o700});
  const target = tar.extract(directory, {
    map: (header) => ({...header, name: map(header.name)}),
    ignore: (_name, header) =>
      header?.type !== undefined && !['file', 'directory', 'symlink', 'link'].includes(header.type),
  });
  try {
    await pipeline(tgz, createGunzip(), target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw error;
    throw new DynoError('slug_invalid', {reason: (error as Error).message}, error);
  }
}

/** Slugs hold `./app/…` and say nothing of who made them or when. */
function packApp(directory: string): Readable {
  const name = (path: string) => `./app/${path === '.' ? '' : path}`;
  const options: tar.PackOptions & {sort: boolean} = {
    sort: true,
    map: (header) => Object.assign(header, {name: name(header.name), uid: 1000, gid: 1000, mtime: new Date(0)}),
  };
  // tar-fs streams are streamx's, which Node's pipeline takes.
  return tar.pack(directory, options) as unknown as Readable;
}

async function measure(tar: Readable): Promise<Archive> {
  const archive = measureOnTheWay();
  archive.through.resume();
  await pipeline(tar, createGzip({level: 1}), archive.through);
  return archive.result();
}

async function contentOf(app: string): Promise<string> {
  const tar = measureOnTheWay();
  tar.through.resume();
  await pipeline(packApp(app), tar.through);
  return tar.result().checksum;
}

function measureOnTheWay(): {through: Transform; result: () => Archive} {
  const sha256 = createHash('sha256');
  let size = 0;
  const through = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      size += chunk.length;
      sha256.update(chunk);
      done(null, chunk);
    },
  });
  return {through, result: () => ({size, checksum: `SHA256:${sha256.digest('hex')}`})};
}
