import {execFile} from 'node:child_process';
import {createReadStream, existsSync, statSync} from 'node:fs';
import {dirname, resolve} from 'node:path';
import {PassThrough, Readable} from 'node:stream';
import {buffer} from 'node:stream/consumers';
import {promisify} from 'node:util';
import {createGunzip} from 'node:zlib';
import {extract, pack} from 'tar-stream';
import {DynoError} from '../../model/error.js';
import {packTree} from './pack-tree.js';

/**
 * node and npm of the version that runs us, as a tar for `/`: Heroku's stack images have none, because Heroku's Node.js
 * buildpack downloads it. Ours takes the stack's.
 */
export async function nodeLayer(architecture: string): Promise<Readable> {
  const archive = pack();
  const node = (await hostNodeSuits(architecture)) ? null : await downloadNode(architecture);
  for (const name of ['usr', 'usr/local', 'usr/local/bin', 'usr/local/lib', 'usr/local/lib/node_modules']) {
    archive.entry({name, type: 'directory', mode: 0o755});
  }
  const result = archive.pipe(new PassThrough()) as PassThrough;
  void fill().catch((error: Error) => result.destroy(error));
  return result;

  async function fill(): Promise<void> {
    const name = 'usr/local/bin/node';
    if (node) archive.entry({name, mode: 0o755}, node);
    else await addFile(name, process.execPath);
    const npm = npmFolder();
    if (npm) {
      packTree(archive, npm, 'usr/local/lib/node_modules/npm', {uid: 0, gid: 0});
      for (const command of ['npm', 'npx']) {
        const linkname = `../lib/node_modules/npm/bin/${command}-cli.js`;
        archive.entry({name: `usr/local/bin/${command}`, type: 'symlink', linkname});
      }
    }
    archive.finalize();
  }

  async function addFile(name: string, path: string): Promise<void> {
    const sink = archive.entry({name, mode: 0o755, size: statSync(path).size});
    for await (const chunk of createReadStream(path, {highWaterMark: 1 << 20})) {
      if (!sink.write(chunk)) await new Promise<void>((done) => sink.once('drain', () => done()));
    }
    sink.end(null);
  }
}

function npmFolder(): string | null {
  const prefix = resolve(dirname(process.execPath), '..');
  const folders = [
    `${prefix}/lib/node_modules/npm`,
    '/usr/lib/node_modules/npm',
    `${dirname(process.execPath)}/node_modules/npm`,
  ];
  return folders.find((folder) => existsSync(`${folder}/bin/npm-cli.js`)) ?? null;
}

/** One that needs nothing but what every glibc system has: nodejs.org's and NodeSource's do, Debian's own does not. */
async function hostNodeSuits(architecture: string): Promise<boolean> {
  if (process.platform !== 'linux' || process.arch !== architecture) return false;
  const {stdout} = await promisify(execFile)('ldd', [process.execPath]).catch(() => ({stdout: 'libunknown.so'}));
  const libraries = stdout.match(/lib[\w+]+(?=\.so)/g) ?? [];
  return libraries.every((name) => /^lib(dl|stdc\+\+|m|gcc_s|pthread|c|rt|atomic)$/.test(name) || name === 'lib64');
}

/** npm's registry has node's binaries as packages; what reaches packages reaches this. */
async function downloadNode(architecture: string): Promise<Buffer> {
  const registry = (process.env['npm_config_registry'] ?? 'https://registry.npmjs.org').replace(/\/$/, '');
  const name = `node-linux-${architecture}`;
  const url = `${registry}/${name}/-/${name}-${process.version.slice(1)}.tgz`;
  try {
    const answer = await fetch(url);
    if (!answer.ok || !answer.body) throw new Error(`${answer.status} ${answer.statusText}`);
    const reading = extract();
    const source = Readable.fromWeb(answer.body as never).pipe(createGunzip());
    source.on('error', (error) => reading.destroy(error));
    source.pipe(reading);
    let node: Buffer | undefined;
    for await (const entry of reading) {
      if (entry.header.name === 'package/bin/node') node = await buffer(entry as unknown as AsyncIterable<Buffer>);
      else entry.resume();
    }
    if (!node) throw new Error('the package holds no bin/node');
    return node;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DynoError('engine_refused', {engine: 'docker', action: `get node from ${url}`, reason}, error);
  }
}
