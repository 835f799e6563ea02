import type {DrainKind} from '../../model/drain.js';
import type {LogplexFrame} from '../../model/logplex-frame.js';

/**
 * What a sink does with what it gets, so that a log setup can be seen to fail:
 *
 * accept     reads, and answers 204
 * slow       the same after `delayMs`
 * status     reads, and answers `status`
 * hang       takes the connection, and never answers; a syslog sink stops to read
 * close      ends the connection in the middle: of a request, or after the first bytes
 */
export type SinkBehaviour =
  | {kind: 'accept'}
  | {kind: 'slow'; delayMs: number}
  | {kind: 'status'; status: number}
  | {kind: 'hang'}
  | {kind: 'close'};

export interface SinkOptions {
  kind: DrainKind;
  /** 0: any that is free */
  port: number;
  host?: string;
  /** https and syslog+tls */
  certificate?: {certificateChain: string; privateKey: string};
  behaviour?: SinkBehaviour;
  onFrames: (frames: LogplexFrame[], batch: SinkBatch) => void;
  /** what came was not in the format of a drain of this kind */
  onMalformed?: (error: Error) => void;
}

/** What the frames came in. */
export interface SinkBatch {
  /** of the request, in order, as sent; empty for syslog */
  headers: [name: string, value: string][];
  /** what was answered; null where nothing is */
  status: number | null;
}
