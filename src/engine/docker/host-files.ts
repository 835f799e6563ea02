import {execFile, spawn} from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join, resolve} from 'node:path';
import type {Readable} from 'node:stream';
import {promisify} from 'node:util';
import {hostExtensions, hostFolders, hostProgramsHere, hostQuietLibraries, hostSingleFiles} from './host-programs.js';

/**
 * The root filesystem of a stack image as a tar, made of this machine's own files in a second or two.
 * `finished` rejects when it could not be made whole.
 */
export async function packHostFiles(): Promise<{tar: Readable; finished: Promise<void>}> {
  const scratch = mkdtempSync(join(tmpdir(), 'dyno-stack-'));
  try {
    const generated = join(scratch, 'root');
    writeAccounts(generated);
    const node = placeNode(generated);
    const programs = [...(hostProgramsHere() ?? []), ...node];
    const entries = new Set<string>();
    const folders = new Set<string>();
    const libraries = await librariesOf([...programs, process.execPath, ...hostExtensions()]);
    const roots = ['/bin', '/sbin', '/lib', '/lib64'];
    for (const path of [...roots, ...programs, ...libraries, ...hostQuietLibraries(), ...hostSingleFiles()]) {
      addPath(path, entries);
    }
    for (const folder of hostFolders()) {
      const real = addPath(folder, entries);
      if (real) folders.add(real);
    }
    // Docker refuses a tar that holds a path twice, be it a folder.
    const single = [...entries].filter((path) => ![...folders].some((folder) => `${path}/`.startsWith(`${folder}/`)));
    const made = readdirSync(generated, {recursive: true, encoding: 'utf8'}).map((path) => `/${path}`);
    const lists = {
      host: writeList(join(scratch, 'host'), single),
      made: writeList(
        join(scratch, 'made'),
        made.filter((path) => !entries.has(path)),
      ),
    };
    return archive(
      scratch,
      lists,
      [...folders].map((path) => `.${path}`),
    );
  } catch (error) {
    rmSync(scratch, {recursive: true, force: true});
    throw error;
  }
}

function writeList(path: string, entries: string[]): string {
  writeFileSync(path, entries.map((entry) => `.${entry}\0`).join(''));
  return path;
}

function archive(
  scratch: string,
  lists: {host: string; made: string},
  folders: string[],
): {tar: Readable; finished: Promise<void>} {
  const omitted = [
    '__pycache__',
    '*/python3*/test',
    '*/python3*/idlelib',
    '*/python3*/config-3*',
    '*/npm/docs',
    '*/npm/man',
  ];
  const child = spawn(
    'tar',
    [
      ...['-cf', '-', '--owner=0', '--group=0', ...omitted.map((pattern) => `--exclude=${pattern}`)],
      // Single entries without what is below them, then whole folders, then what was made for the image.
      ...['-C', '/', '--no-recursion', '--null', `--files-from=${lists.host}`],
      ...['-C', join(scratch, 'root'), `--files-from=${lists.made}`],
      ...['-C', '/', '--recursion', ...folders],
    ],
    {stdio: ['ignore', 'pipe', 'pipe']},
  );
  let complaint = '';
  child.stderr.on('data', (text: Buffer) => (complaint = (complaint + text.toString()).slice(-2000)));
  const finished = new Promise<void>((done, fail) => {
    child.on('error', fail);
    // 1: a file changed while it was read; the image is as good as the file.
    child.on('close', (status) =>
      status === 0 || status === 1 ? done() : fail(new Error(`tar: ${complaint.trim()}`)),
    );
  }).finally(() => rmSync(scratch, {recursive: true, force: true}));
  return {tar: child.stdout, finished};
}

/** The node that runs us: its path where everybody may enter it, else a copy of it and its npm among what is generated. */
function placeNode(generated: string): string[] {
  if (/^\/(usr|opt)\//.test(process.execPath)) return [process.execPath];
  mkdirSync(join(generated, 'usr/local/bin'), {recursive: true});
  copyFileSync(process.execPath, join(generated, 'usr/local/bin/node'));
  const npm = resolve(dirname(process.execPath), '../lib/node_modules/npm');
  if (existsSync(npm)) {
    cpSync(npm, join(generated, 'usr/local/lib/node_modules/npm'), {recursive: true, verbatimSymlinks: true});
    for (const name of ['npm', 'npx']) {
      symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(generated, 'usr/local/bin', name));
    }
  }
  return [];
}

async function librariesOf(programs: string[]): Promise<string[]> {
  // ldd ends with an error after scripts and static programs, having told of all others.
  const {stdout} = await promisify(execFile)('ldd', programs, {maxBuffer: 64 << 20}).catch(
    (failure: {stdout?: string}) => ({stdout: failure.stdout ?? ''}),
  );
  const found = new Set<string>();
  for (const line of stdout.split('\n')) {
    const library = /(?:^|\s)(\/\S+) \(0x/.exec(line);
    if (library) found.add(library[1]!);
  }
  return [...found];
}

/** Adds a path with every folder and symbolic link on the way. Answers the real path, null when it leads nowhere. */
function addPath(path: string, entries: Set<string>): string | null {
  const parts = path.split('/').filter((part) => part !== '');
  let real = '/';
  for (let hops = 0; parts.length > 0;) {
    const next = join(real, parts.shift()!);
    const stats = lstatSync(next, {throwIfNoEntry: false});
    if (!stats) return null;
    entries.add(next);
    if (stats.isSymbolicLink()) {
      if (++hops > 40) return null;
      parts.unshift(
        ...resolve(dirname(next), readlinkSync(next))
          .split('/')
          .filter((part) => part !== ''),
      );
      real = '/';
    } else {
      real = next;
    }
  }
  return real;
}

/** Accounts, names and empty folders; nothing of this machine's. */
function writeAccounts(root: string): void {
  for (const name of ['etc', 'tmp', 'var/tmp', 'run', 'root', 'home', 'proc', 'sys', 'dev', 'app']) {
    mkdirSync(join(root, name), {recursive: true});
  }
  for (const name of ['tmp', 'var/tmp']) chmodSync(join(root, name), 0o1777);
  chmodSync(join(root, 'root'), 0o700);
  const write = (name: string, text: string) => writeFileSync(join(root, 'etc', name), text, {mode: 0o644});
  const nobody = 'nobody:x:65534:65534:nobody:/nonexistent:/bin/false';
  write('passwd', `root:x:0:0:root:/root:/bin/bash\ndyno:x:1000:1000::/app:/bin/bash\n${nobody}\n`);
  write('group', 'root:x:0:\ntty:x:5:\ndyno:x:1000:\nnogroup:x:65534:\n');
  write('nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: files\n');
  write('hosts', '127.0.0.1 localhost\n::1 localhost\n');
}
