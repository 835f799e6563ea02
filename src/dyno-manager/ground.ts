import type {DynoOutput, Engine} from '../engine/engine.js';
import type {Clock} from '../model/clock.js';
import type {DynoInfo} from '../model/dyno-info.js';
import type {Endpoint} from '../model/dyno.js';
import type {AppHistory} from './app-history.js';
import type {Ports} from './ports.js';

/** A web dyno as the router sees it. */
export interface RoutedDyno {
  id: string;
  name: string;
  state:
    | 'starting'
    | 'up'
    /** not to be chosen; its requests may end */
    | 'draining'
    | 'crashed'
    /** asleep: a request wakes it */
    | 'idle';
  /** null while there is no process */
  endpoint: Endpoint | null;
}

/** What the dyno manager needs of the world: its effects. */
export interface DynoManagerOptions {
  engine: Engine;
  clock: Clock;
  /** the face of the clock for limits of real work (model/leap.ts); without it the clock never leaps */
  workClock?: Clock;
  /** answers in [0, 1) */
  random: () => number;
  runtime: {name: string; kind: 'common' | 'space'; network: string};
  /** writes a line of source `heroku` into the app's log */
  log: (appId: string, process: string, message: string) => void;
  /** where the output of a dyno goes; `cursor` is not null when the output of an adopted dyno resumes there */
  outputOf: (appId: string, dyno: {id: string; name: string}) => {output: DynoOutput; cursor: string | null};
  /** all web dynos of an app, whenever one of them changes */
  onDynos: (appId: string, dynos: RoutedDyno[]) => void;
  /** resolves when the router has no more requests on the dyno */
  drain: (appId: string, dynoId: string) => Promise<void>;
  onChange: (appId: string, dyno: DynoInfo) => void;
  /** where histories outlive the process; none: they do not */
  histories?: Histories;
}

export interface Histories {
  of(appId: string): AppHistory | null;
  /** null: there is nothing to be kept any more */
  keep(appId: string, history: AppHistory | null): void;
}

/** The same for the parts inside, with what they share. */
export interface Ground extends DynoManagerOptions {
  readonly workClock: Clock;
  readonly ports: Ports;
  readonly newId: () => string;
  /** aborted when the dyno manager lets go of everything */
  readonly closing: AbortSignal;
}
