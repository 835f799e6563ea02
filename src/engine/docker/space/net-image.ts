import type Docker from 'dockerode';
import {execFile} from 'node:child_process';
import {createHash} from 'node:crypto';
import {existsSync, readFileSync, statSync} from 'node:fs';
import {basename} from 'node:path';
import {PassThrough} from 'node:stream';
import {promisify} from 'node:util';
import {pack} from 'tar-stream';
import {DynoError} from '../../../model/error.js';
import {asDynoError, call, isGone} from '../connection.js';
import {KIND} from '../labels.js';
import {readProgress} from '../stack-image.js';

/** All that gateways, sandboxes and one-shot helpers run. */
const programs = ['sh', 'sleep', 'nft', 'ip'];
const folders = ['/usr/sbin', '/sbin', '/usr/bin', '/bin', '/usr/local/sbin', '/usr/local/bin'];
/** Grows with every change of how the image is made. */
const recipe = 1;

/**
 * Makes sure of the image of the network helpers and answers its name: the one that DYNO_NET_IMAGE names, else one of
 * this machine's own nft, ip, sh and sleep with their libraries (about 8 MB, shared by all installations).
 *
 * @throws DynoError unsupported, with what to install
 */
export async function ensureNetImage(docker: Docker, environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const named = environment['DYNO_NET_IMAGE'];
  if (named) {
    if (await has(docker, named)) return named;
    throw new DynoError('unsupported', {
      message: `Private spaces need the image ${named} (DYNO_NET_IMAGE), which is not here. Pull it first: docker pull ${named}`,
    });
  }
  const paths = hostPrograms();
  const image = `dyno/net:${fingerprint(paths)}`;
  if (!(await has(docker, image))) await importFiles(docker, image, paths);
  return image;
}

/** Where this machine has them. @throws DynoError unsupported */
export function hostPrograms(exists: (path: string) => boolean = existsSync): string[] {
  const found = programs.map((name) => folders.map((folder) => `${folder}/${name}`).find(exists));
  const missing = programs.filter((_, n) => found[n] === undefined);
  if (process.platform === 'linux' && missing.length === 0) return found as string[];
  const why =
    process.platform === 'linux' ? `this machine has no ${missing.join(', no ')}` : 'this is no Linux machine';
  throw new DynoError('unsupported', {
    message: `Private spaces need nft and ip for their firewalls, and ${why}. Install nftables and iproute2 (Debian: apt-get install nftables iproute2), or name an image that has sh, sleep, nft and ip in DYNO_NET_IMAGE.`,
  });
}

function fingerprint(paths: string[]): string {
  const hash = createHash('sha256').update(`${recipe} ${process.arch}`);
  for (const path of paths) {
    const {size, mtimeMs} = statSync(path);
    hash.update(`${path} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex').slice(0, 12);
}

async function has(docker: Docker, image: string): Promise<boolean> {
  try {
    await docker.getImage(image).inspect();
    return true;
  } catch (error) {
    if (isGone(error)) return false;
    throw asDynoError('look for the image of the network helpers', error);
  }
}

/** Links are followed, so that the image needs no folders but those of its files. */
async function importFiles(docker: Docker, image: string, paths: string[]): Promise<void> {
  const archive = pack();
  for (const path of paths) archive.entry({name: `bin/${basename(path)}`, mode: 0o755}, readFileSync(path));
  for (const path of await librariesOf(paths)) archive.entry({name: path.slice(1), mode: 0o755}, readFileSync(path));
  archive.finalize();
  const [repo, tag] = image.split(':');
  await call('make the image of the network helpers', async () => {
    const changes = [`LABEL ${KIND}=net`, 'ENV PATH=/bin', 'ENTRYPOINT ["/bin/sh", "-c"]'];
    await readProgress(await docker.importImage(archive.pipe(new PassThrough()), {repo, tag, changes}));
  });
}

async function librariesOf(paths: string[]): Promise<string[]> {
  const {stdout} = await promisify(execFile)('ldd', paths).catch((failure: {stdout?: string}) => ({
    stdout: failure.stdout ?? '',
  }));
  return [...new Set([...stdout.matchAll(/(?:^|\s)(\/\S+) \(0x/gm)].map((match) => match[1]!))];
}
