import type {DynoKind, DynoState} from './dyno.js';
import type {ReleaseSpec} from './spec.js';

/** A dyno as a runtime reports it: observed state, never stored. */
export interface DynoInfo {
  id: string;
  name: string;
  type: string;
  kind: DynoKind;
  state: DynoState;
  command: string;
  size: string;
  release: number;
  /** ISO 8601 */
  createdAt: string;
  /** of the last change of state, ISO 8601 */
  updatedAt: string;
  /** crashed dynos: when the next try is due, ISO 8601 */
  nextTryAt?: string;
  /** private address, spaces only */
  address?: string;
}

export interface OneOffRequest {
  command: string;
  kind: Exclude<DynoKind, 'formation'>;
  env: Record<string, string>;
  size: string;
  /** process type whose name the dyno bears: `run` */
  type: string;
  /** null: detached, output goes to the log */
  attach: {tty: {columns: number; rows: number; term: string} | null} | null;
  timeToLiveMs?: number;
}

/** Nothing named: all dynos of the formation. */
export interface DynoSelector {
  dyno?: string;
  type?: string;
}

export interface ReleasePhaseRequest {
  /** the new release, not yet current; its `processTypes.release` is run */
  release: ReleaseSpec;
  size: string;
}

export interface ChaosRequest {
  kind: 'kill' | 'oom' | 'hang' | 'slow-boot';
  app: string;
  /** default: one at random */
  dyno?: string;
  seed?: number;
}
