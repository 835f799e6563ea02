/**
 * What the dyno manager writes into an app's log, word for word (heroku-behaviour.md 2.3, 4.2, 5.7).
 * Source `heroku`, process = name of the dyno.
 */
import type {DynoState} from './dyno.js';

/** `complete` is told in the log only: a one-off dyno that ended. */
export type LoggedState = DynoState | 'complete';

/** The log calls a sleeping dyno down. */
const logged = (state: LoggedState): string => (state === 'idle' ? 'down' : state);

export const lines = {
  starting: (command: string) => `Starting process with command \`${command}\``,
  stateChanged: (from: LoggedState, to: LoggedState) => `State changed from ${logged(from)} to ${logged(to)}`,
  restarting: () => 'Restarting',
  cycling: () => 'Cycling',
  idling: () => 'Idling',
  unidling: () => 'Unidling',
  terminating: () => 'Stopping all processes with SIGTERM',
  killing: () => 'Stopping process with SIGKILL',
  killingRemaining: () => 'Stopping remaining processes with SIGKILL',
  exited: (status: number) => `Process exited with status ${status}`,
  awaitingClient: () => 'Awaiting client',
  hangingUp: () => 'Client connection closed. Sending SIGHUP to all processes',

  bootTimeout: (ms: number) =>
    `Error R10 (Boot timeout) -> Web process failed to bind to $PORT within ${seconds(ms)} seconds of launch`,
  exitTimeout: (ms: number) =>
    `Error R12 (Exit timeout) -> At least one process failed to exit within ${seconds(ms)} seconds of SIGTERM`,
  attachError: () => 'Error R13 (Attach error) -> Failed to attach to process',
  memory: (bytes: number, quotaMb: number) => `Process running mem=${megabytes(bytes)}M(${percent(bytes, quotaMb)}%)`,
  quotaExceeded: () => 'Error R14 (Memory quota exceeded)',
  quotaVastlyExceeded: () => 'Error R15 (Memory quota vastly exceeded)',
  detached: () =>
    'Error R16 (Detached) -> An attached process is not responding to SIGHUP after its external connection was closed.',
  checksum: (expected: string, actual: string) =>
    `Error R17 (Checksum error) -> Checksum does match expected value. Expected: ${expected} Actual: ${actual}`,
  /** Heroku's code for what is the platform's matter; the reason is ours */
  platformError: (reason: string) => `Error R99 (Platform error) -> ${reason}`,
  chaos: (what: string) => `Chaos: ${what}`,
} as const;

/** Figures of a dyno for `log-runtime-metrics`, bytes. */
export interface MemoryFigures {
  rss: number;
  cache: number;
  swap: number;
  /** pages */
  pgpgin: number;
  pgpgout: number;
}

/** `source` is the dyno's name, `dyno` its `heroku.<app number>.<dyno uuid>` (5.7). */
export function loadLine(source: string, dyno: string, load: readonly [number, number, number]): string {
  const [one, five, fifteen] = load.map((value) => value.toFixed(2));
  return (
    `source=${source} dyno=${dyno} sample#load_avg_1m=${one} sample#load_avg_5m=${five} ` +
    `sample#load_avg_15m=${fifteen}`
  );
}

export function memoryLine(source: string, dyno: string, figures: MemoryFigures, quotaMb: number): string {
  const {rss, cache, swap, pgpgin, pgpgout} = figures;
  const mb = (bytes: number) => `${(bytes / MEGABYTE).toFixed(2)}MB`;
  return (
    `source=${source} dyno=${dyno} sample#memory_total=${mb(rss + cache + swap)} sample#memory_rss=${mb(rss)} ` +
    `sample#memory_cache=${mb(cache)} sample#memory_swap=${mb(swap)} sample#memory_pgpgin=${pgpgin}pages ` +
    `sample#memory_pgpgout=${pgpgout}pages sample#memory_quota=${quotaMb.toFixed(2)}MB`
  );
}

const MEGABYTE = 1024 * 1024;

function seconds(ms: number): number {
  return Math.round(ms / 1000);
}

function megabytes(bytes: number): number {
  return Math.floor(bytes / MEGABYTE);
}

function percent(bytes: number, quotaMb: number): string {
  return ((bytes / MEGABYTE / quotaMb) * 100).toFixed(1);
}
