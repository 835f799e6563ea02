import {execFileSync} from 'node:child_process';
import {readFileSync, readdirSync, readlinkSync} from 'node:fs';
import {wordsOf} from './process-words.js';

/** Who listens on a TCP port of this machine, in words: `node server.js (pid 4711)`. */
export function portHolder(port: number, system: NodeJS.Platform = process.platform, lsof = 'lsof'): string {
  const pid = system === 'linux' ? findListener(port) : askLsof(lsof, port);
  if (pid === null) return 'another program';
  return `${describe(system === 'linux' ? wordsInProc(pid) : (wordsOf(pid, system) ?? []))} (pid ${pid})`;
}

/** For systems without /proc. */
function askLsof(lsof: string, port: number): number | null {
  try {
    const pids = execFileSync(lsof, ['-nP', '-t', `-iTCP:${port}`, '-sTCP:LISTEN'], {
      encoding: 'utf8',
      timeout: 5000,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return Number.parseInt(pids, 10) || null;
  } catch {
    // It is not there, or found nobody that may be seen.
    return null;
  }
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

const wordsInProc = (pid: number): string[] => read(`/proc/${pid}/cmdline`).split('\0');

/** Its first words only: arguments may hold secrets. */
function describe([program = '', script = '']: string[]): string {
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
