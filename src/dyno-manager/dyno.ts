import type {DynoExit} from '../engine/engine.js';
import type {DynoKind, DynoState, Endpoint} from '../model/dyno.js';
import {transition} from './lifecycle.js';
import type {Happening, Phase} from './lifecycle.js';

/** One start of a dyno as we observe it. Never saved: a new runtime process learns it from the engine again. */
export interface Dyno {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly kind: DynoKind;
  readonly release: number;
  /** display form */
  readonly size: string;
  readonly command: string;
  readonly port: number | null;
  /** ms since the epoch: of the launch, or of an adopted dyno's first launch */
  createdAt: number;
  /** ms since the epoch when its daily cycle is due */
  cycleAt: number;
  /** writes `log-runtime-metrics` lines */
  readonly metrics: boolean;
  phase: Phase;
  /** ms since the epoch, of the last change of phase */
  phaseAt: number;
  /** null until the engine has it */
  engineId: string | null;
  endpoint: Endpoint | null;
  address: string | null;
  launchedAt: number | null;
  upAt: number | null;
  /** the end is known, what it wrote is still being read */
  exit: DynoExit | null;
  /** a process of it was killed for memory, or it took far too much */
  outOfMemory: boolean;
  /** last sample: resident memory, swap and cache; 0 before the first */
  memoryBytes: number;
  /** running tasks, averaged over 1, 5 and 15 minutes */
  load: readonly [number, number, number];
  /** why the engine could not start it */
  failure: unknown;
  /** ends whatever waits on behalf of this dyno */
  readonly ended: AbortController;
  /** null for dynos of the formation */
  readonly oneOff: OneOff | null;
}

/** What one-off dynos have beyond others. */
export interface OneOff {
  /** ms since the epoch; null for the daily limit only */
  expiresAt: number | null;
  /** R13 when no client has come by then; null: detached, or a client has come */
  attachBy: number | null;
  /** the client is gone: when the last SIGHUP went out, and when the first */
  hangup: {first: number; last: number; reported: boolean} | null;
  readonly attached: boolean;
  readonly onExit: (exit: DynoExit) => void;
}

/** A place in the formation: `web.1`. Its dynos come and go, its name and its crashes stay. */
export interface Slot {
  readonly name: string;
  readonly type: string;
  readonly number: number;
  /** bears the name: starting, up, or being killed after an error */
  current: Dyno | null;
  /** preboot: warms up to follow `current` */
  successor: Dyno | null;
  /** ms since the epoch when preboot of this slot began */
  prebootSince: number | null;
  /** why nothing bears the name, while nothing does */
  rest:
    /** to be started */
    | 'new'
    /** to be started again: by a restart or a new release */
    | 'replacing'
    | 'crashed'
    /** sleeping eco dyno */
    | 'idle'
    /** stopped by a user; will be started when its process has ended */
    | 'down';
  /** nothing is launched before this dyno got its SIGTERM (`replacing`) or has ended (`down`) */
  waitsFor: string | null;
  /** consecutive crashes */
  crashes: number;
  /** consecutive failures of the engine */
  failures: number;
  /** ms since the epoch before which nothing is launched */
  retryAt: number;
  /** asked by a user: `alone` just this dyno, `together` the type or all of it */
  restart: 'no' | 'alone' | 'together';
  /** release of the last launch; a sleeping or crashed dyno of an older one is started at once */
  release: number | null;
  /** the last start, also when it has ended: what the API shows */
  last: Dyno | null;
  /** state told last, and since when; null: nothing told yet */
  told: DynoState | null;
  toldAt: number;
}

/** All of an app that we observe. */
export interface Observed {
  readonly slots: Map<string, Slot>;
  /** of the formation, on their way out; by id */
  readonly leaving: Map<string, Dyno>;
  /** run, release and scheduler dynos; by id */
  readonly oneOffs: Map<string, Dyno>;
  /** ms since the epoch; of the last web request */
  lastTraffic: number;
}

export function newObserved(now: number): Observed {
  return {slots: new Map(), leaving: new Map(), oneOffs: new Map(), lastTraffic: now};
}

export function newSlot(name: string, type: string, number: number): Slot {
  return {
    name,
    type,
    number,
    current: null,
    successor: null,
    prebootSince: null,
    rest: 'new',
    waitsFor: null,
    crashes: 0,
    failures: 0,
    retryAt: 0,
    restart: 'no',
    release: null,
    last: null,
    told: null,
    toldAt: 0,
  };
}

/** What the API calls the slot, from what bears its name. */
export function stateOf(slot: Slot): DynoState {
  if (slot.current) return slot.current.upAt === null ? 'starting' : 'up';
  return slot.rest === 'new' || slot.rest === 'replacing' ? 'starting' : slot.rest;
}

/** The only writer of a dyno's phase. */
export function move(dyno: Dyno, happening: Happening, now: number): void {
  dyno.phase = transition(dyno.phase, happening);
  dyno.phaseAt = now;
  if (happening === 'launched') dyno.launchedAt = now;
  if (happening === 'bound') dyno.upAt = now;
  if (dyno.phase === 'ended') dyno.ended.abort();
}
