import {execFile, spawn} from 'node:child_process';
import {copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';

const run = promisify(execFile);

/** The peer of the isolation matrix, in the sources: it is not compiled. */
export const peerScript = fileURLToPath(new URL('../../../test/fixtures/spaces/peer.pl', import.meta.url));

/** Ports of every peer but for its main one. */
export const OTHER_PORT = 9001;
export const UDP_PORT = 9002;

/** In a dyno: this machine's perl came with the slug, since stack images need not have one. */
export const dynoPeer =
  'PERL5LIB=/app/perl/lib LD_LIBRARY_PATH=/app/perl RES_OPTIONS="timeout:1 attempts:1" /app/perl/perl /app/peer.pl';

/** A slug with the peer and what runs it. */
export async function peerSlug(): Promise<Readable> {
  const folder = mkdtempSync(join(tmpdir(), 'dyno-peer-'));
  try {
    const perl = join(folder, 'app/perl');
    mkdirSync(perl, {recursive: true});
    copyFileSync(peerScript, join(folder, 'app/peer.pl'));
    copyFileSync('/usr/bin/perl', join(perl, 'perl'));
    const {stdout: base} = await run('/usr/bin/perl', ['-e', 'print grep { m{/perl-base$} } @INC']);
    cpSync(base, join(perl, 'lib'), {recursive: true});
    const {stdout: libraries} = await run('ldd', ['/usr/bin/perl']);
    const crypt = /libcrypt\S* => (\S+)/.exec(libraries)?.[1];
    if (crypt) copyFileSync(crypt, join(perl, 'libcrypt.so.1'));
    const {stdout: tgz} = await run('tar', ['-C', folder, '-czf', '-', './app'], {
      encoding: 'buffer',
      maxBuffer: 1 << 28,
    });
    return Readable.from([tgz]);
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}

export type Probe = {id: string; kind: 'tcp' | 'udp' | 'tcp6' | 'ping' | 'dns' | 'raw'; address: string; port?: number};

export function probeLines(probes: readonly Probe[]): string {
  return probes.map(({id, kind, address, port}) => `${id} ${kind} ${address} ${port ?? ''}\n`).join('');
}

/** id → `open …` or `closed …` */
export function readResults(output: string): Map<string, string> {
  const lines = output.split('\n').filter((line) => line.includes(' '));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1).trim()]));
}

/** Why there can be no peers here; null when there can. */
export function whyNoPeers(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'network namespaces need Linux and root';
  const missing = ['/usr/bin/perl', '/usr/sbin/nft', '/usr/sbin/ip'].filter(
    (path) => !existsSync(path) && !existsSync(path.replace('/usr', '')),
  );
  return missing.length === 0 ? null : `${missing.join(', ')} is not here`;
}

/** What a peer says to this host when it is called there. */
export async function hostPeerSees({host, port}: {host: string; port: number}): Promise<string> {
  const probe = probeLines([{id: 'host', kind: 'tcp', address: host, port}]);
  const child = run('/usr/bin/perl', [peerScript, 'probe', '5']);
  child.child.stdin!.end(probe);
  return readResults((await child).stdout)
    .get('host')!
    .replace(/^open /, '');
}

/** A peer as a process of this host. */
export function hostPeer(name: string, port: number): {close: () => Promise<void>} {
  const args = [peerScript, 'serve', name, `${port}`, `${port + 1}`, `${port + 2}`];
  const child = spawn('/usr/bin/perl', args, {stdio: ['ignore', 'ignore', 'inherit']});
  return {
    close: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    },
  };
}
