import {readFileSync, readdirSync, readlinkSync} from 'node:fs';

/** Who listens on a TCP port of this machine, in words: `node server.js (pid 4711)`. */
export function portHolder(port: number): string {
  const pid = findListener(port);
  if (pid === null) return 'another program';
  return `${commandOf(pid)} (pid ${pid})`;
}

const LISTEN = '0A';

function findListener(port: number): number | null {
  const inodes = new Set([...listening('/proc/net/tcp', port), ...listening('/proc/net/tcp6', port)]);
  if (inodes.size === 0) return null;
  for (const name of list('/proc').filter((entry) => /^\d+$/.test(entry))) {
    for (const fd of list(`/proc/${name}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(link(`/proc/${name}/fd/${fd}`))?.[1];
      if (inode && inodes.has(inode)) return Number(name);
    }
  }
  return null;
}

function listening(table: string, port: number): string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  return read(table)
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === LISTEN && fields[1]?.endsWith(`:${wanted}`))
    .map((fields) => fields[9]!);
}

/** Its first words only: arguments may hold secrets. */
function commandOf(pid: number): string {
  const [program = '', script = ''] = read(`/proc/${pid}/cmdline`).split('\0');
  const name = program.split('/').at(-1) || 'a process';
  return name === 'node' && script && !script.startsWith('-') ? `${name} ${script}` : name;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
