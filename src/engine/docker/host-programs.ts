import {createHash} from 'node:crypto';
import {existsSync, readdirSync, realpathSync, statSync} from 'node:fs';
import {dirname, join} from 'node:path';

/** What a stack image made of this machine's own files holds: the programs of this list that exist here. */
const programs =
  `bash sh dash env cat ls cp mv rm ln mkdir rmdir mktemp touch chmod chown readlink realpath dirname basename
  head tail sort uniq cut tr wc tee tac rev nl od paste join comm split fold fmt expand seq shuf yes true false test [
  echo printf pwd date sleep timeout nice nohup stdbuf id whoami groups hostname uname arch nproc df du stat sync dd
  md5sum sha1sum sha256sum sha512sum base64 b2sum cksum expr factor install truncate tty stty kill who printenv
  find xargs grep egrep fgrep sed awk gawk mawk diff cmp patch file which tar gzip gunzip zcat bzip2 xz unxz unzip zip
  zstd ps top free pgrep pkill uptime pidof watch setsid flock getopt script more less column hexdump xxd tput clear
  reset infocmp ldd getent locale iconv curl wget openssl git ssh jq nc bc npm npx corepack python3 tini ip ss`.split(
    /\s+/,
  );

const singleFiles = [
  '/etc/ssl/openssl.cnf',
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/usr/share/zoneinfo/UTC',
  '/etc/ld.so.cache',
  '/etc/mime.types',
  '/usr/share/misc/magic.mgc',
];

/** Loaded by name at run time, so that ldd does not tell of them. */
const quietLibrary = /^lib(nss_dns|nss_files|resolv|gcc_s|stdc\+\+)[.-].*so/;
const pythonExtension = /^(_ssl|_hashlib|_ctypes|_sqlite3|_lzma|_bz2|readline)\..*so$/;

/** Grows with every change of what the image holds or how it is made. */
const recipe = 7;

/** Null where this machine's files make no stack image: no Linux, or no bash, node, tar or ldd. */
export function hostProgramsHere(): string[] | null {
  if (process.platform !== 'linux') return null;
  if (!['bash', 'tar', 'ldd'].every((name) => programPath(name) !== null)) return null;
  return programs.map(programPath).filter((path) => path !== null);
}

export function hostSingleFiles(): string[] {
  return singleFiles.filter(existsSync);
}

/** Folders that go whole: without them git, npm or python3 do not run. */
export function hostFolders(): string[] {
  const npm = realOf('npm');
  const python = /python3\.\d+/.exec(realOf('python3') ?? '')?.[0];
  const wanted = [
    '/usr/lib/locale/C.utf8',
    '/usr/lib/ssl',
    '/usr/share/terminfo',
    '/usr/lib/terminfo',
    ...(programPath('git') ? ['/usr/lib/git-core', '/usr/share/git-core'] : []),
    ...(npm?.startsWith('/usr/share/') ? ['/usr/share/nodejs', '/usr/share/node_modules'] : []),
    ...['/usr', '/usr/local'].flatMap((prefix) =>
      ['npm', 'corepack'].map((name) => join(prefix, 'lib/node_modules', name)),
    ),
    ...(python ? [`/usr/lib/${python}`, `/usr/local/lib/${python}`] : []),
  ];
  return wanted.filter((path) => existsSync(path) && statSync(path).isDirectory());
}

/** Libraries that no program names. */
export function hostQuietLibraries(): string[] {
  const triplet = {x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu'}[process.arch as string];
  const folders = [...(triplet ? [`/usr/lib/${triplet}`] : []), '/usr/lib64', '/usr/lib'];
  return folders.flatMap((folder) => matching(folder, quietLibrary));
}

/** Programs whose libraries go into the image beside those of the programs. */
export function hostExtensions(): string[] {
  return hostFolders().flatMap((folder) => matching(join(folder, 'lib-dynload'), pythonExtension));
}

/** Changes whenever a program, a library or a trusted authority of this machine does. */
export function hostFilesHash(): string {
  const hash = createHash('sha256').update(`${recipe} ${process.arch} ${process.version}`);
  for (const path of [process.execPath, ...(hostProgramsHere() ?? []), ...hostSingleFiles(), ...hostFolders()]) {
    const stats = statSync(path);
    hash.update(`${path} ${stats.isFile() ? `${stats.size} ${stats.mtimeMs}` : ''}\n`);
  }
  return hash.digest('hex').slice(0, 12);
}

function programPath(name: string): string | null {
  const folders = ['/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin', '/sbin', dirname(process.execPath)];
  for (const folder of folders) {
    const path = join(folder, name);
    // Inside of a home directory no other user could enter it.
    if (/^\/(root|home)\//.test(path)) continue;
    if (existsSync(path) && statSync(path).isFile()) return path;
  }
  return null;
}

function realOf(name: string): string | null {
  const path = programPath(name);
  return path ? realpathSync(path) : null;
}

function matching(folder: string, name: RegExp): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((entry) => name.test(entry))
    .map((entry) => join(folder, entry));
}
