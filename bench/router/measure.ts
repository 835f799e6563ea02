import {execFile} from 'node:child_process';
import {readFileSync, readdirSync} from 'node:fs';
import {promisify} from 'node:util';
import {LOAD_CORE} from './peers.js';
import type {Peer} from './peers.js';

export interface Load {
  /** requests a second */
  rate: number;
  /** requests for each second of CPU time that the proxy used: what a busy machine does not disturb */
  perCpuSecond: number;
  /** ms */
  p50: number;
  p99: number;
  errors: number;
}

const run = promisify(execFile);

/** s before each figure: who waited for its turn has cold memory, whatever it is written in, and that is no figure */
const LEAD_SECONDS = 1;

/** `wrk` against one proxy. */
export async function load(peer: Peer, connections: number, seconds: number): Promise<Load> {
  const url = `http://127.0.0.1:${peer.port}/`;
  const wrk = (duration: number) =>
    run('taskset', ['-c', LOAD_CORE, 'wrk', '-t1', `-c${connections}`, `-d${duration}s`, '--latency', url]);
  await wrk(LEAD_SECONDS);
  const before = cpuTicks(peer.process.pid!);
  const {stdout} = await wrk(seconds);
  const ticks = cpuTicks(peer.process.pid!) - before;
  const number = (pattern: RegExp) => Number(pattern.exec(stdout)?.[1] ?? 0);
  const time = (pattern: RegExp) => milliseconds(pattern.exec(stdout));
  return {
    rate: number(/Requests\/sec:\s+([\d.]+)/),
    perCpuSecond: (number(/(\d+) requests in/) * 100) / Math.max(1, ticks),
    p50: time(/50%\s+([\d.]+)(us|ms|s)/),
    p99: time(/99%\s+([\d.]+)(us|ms|s)/),
    errors: number(/Non-2xx or 3xx responses: (\d+)/),
  };
}

export function median(loads: Load[]): Load {
  const of = (key: keyof Load) => loads.map((one) => one[key]).sort((a, b) => a - b)[loads.length >> 1]!;
  return {
    rate: of('rate'),
    perCpuSecond: of('perCpuSecond'),
    p50: of('p50'),
    p99: of('p99'),
    errors: Math.max(...loads.map(({errors}) => errors)),
  };
}

function milliseconds(match: RegExpExecArray | null): number {
  if (!match) return NaN;
  return Number(match[1]) * ({us: 0.001, ms: 1, s: 1000}[match[2]!] ?? NaN);
}

/** Of a process and its children, in hundredths of a second. */
function cpuTicks(pid: number): number {
  const fields = statOf(pid);
  if (!fields) return 0;
  const children = readdirSync('/proc').filter(
    (name) => /^\d+$/.test(name) && statOf(Number(name))?.[1] === String(pid),
  );
  return Number(fields[11]) + Number(fields[12]) + children.reduce((sum, child) => sum + cpuTicks(Number(child)), 0);
}

/** Fields of /proc/PID/stat from the state on: state, ppid, … utime is [11], stime [12]. */
function statOf(pid: number): string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}
