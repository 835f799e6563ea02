import type {SecureContext} from 'node:tls';
import type {Clock} from '../model/clock.js';
import type {DrainStatus} from '../model/drain.js';
import type {DrainSpec} from '../model/spec.js';
import type {DrainPosition, DrainProgress} from './drain-position.js';
import type {Message} from './message.js';

/** One receiver of an app's stream. Slow or dead, it disturbs nobody else. */
export interface Drain {
  readonly spec: DrainSpec;
  /** First seq that it still needs from the disk if this process dies now. */
  readonly neededSeq: number;
  /** Takes the array over. */
  push(messages: Message[]): void;
  status(): DrainStatus;
  /** Writes its progress down. */
  save(): Promise<void>;
  /** Remembers the rest. `finish` lets what is on its way arrive, for a second. */
  close(inFlight: 'finish' | 'abort'): Promise<void>;
  /** Of one that is closed, once: its books, and what it held or was given since. What was on its way is lost. */
  handOver(): DrainPast;
}

/** ms that a request on its way gets when the runtime ends */
export const FINISH_MS = 1000;

/** What a drain begins with: its own from the runtime before, or that of the drain whose place it takes. */
export interface DrainPast {
  /** null: begin at `headSeq` */
  progress: DrainProgress | null;
  /** seq of the next message */
  headSeq: number;
  /** committed messages from `progress.next`, or its frame, on */
  backlog: Message[];
}

/** What a drain gets from the channel it belongs to. */
export interface DrainContext extends DrainPast {
  spec: DrainSpec;
  clock: Clock;
  /** in [0, 1) */
  random: () => number;
  position: Pick<DrainPosition, 'save' | 'close'>;
  /** trusts what drains may trust */
  secureContext: () => SecureContext;
  /** L14 (4.3): `alert` in OpenSSL's words */
  certificateRefused: (alert: string) => void;
}
