/** State of a dyno as the Platform API tells it (heroku-behaviour.md 2.2). */
export type DynoState =
  /** the command is launched; a web dyno has not bound $PORT yet */
  | 'starting'
  /** web: $PORT is bound; any other type: launched */
  | 'up'
  /** an eco dyno asleep; the next web request wakes it */
  | 'idle'
  /** stopped or scaled away */
  | 'down'
  /** ended by itself or by R10, R15 or R17; waits for its next try */
  | 'crashed';

/** Why a dyno exists; decides restarts, logs and names (heroku-behaviour.md 2.1). */
export type DynoKind =
  /** part of the formation: `web.1`, `worker.2`; restarted for ever */
  | 'formation'
  /** one-off: `run.4711`; never restarted */
  | 'run'
  /** release phase: `release.4711`; never restarted */
  | 'release'
  /** started by a scheduler: `scheduler.4711`; never restarted */
  | 'scheduler';

/** Where the router reaches a dyno. */
export interface Endpoint {
  host: string;
  port: number;
}

/** Schema pattern of a process type (heroku-behaviour.md 2.1). */
export const PROCESS_TYPE = /^[-\w]{1,128}$/;

export function dynoName(type: string, number: number): string {
  return `${type}.${number}`;
}

/** `web.1` → `{type: 'web', number: 1}`; null for anything else. */
export function parseDynoName(name: string): {type: string; number: number} | null {
  const match = /^([-\w]{1,128})\.(\d{1,9})$/.exec(name);
  return match ? {type: match[1]!, number: Number(match[2])} : null;
}

/** Number of a one-off dyno: four random digits (heroku-behaviour.md 2.1). `random` answers in [0, 1). */
export function oneOffNumber(random: () => number): number {
  return 1000 + Math.floor(random() * 9000);
}
