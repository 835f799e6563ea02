import type Docker from 'dockerode';
import type {IncomingMessage} from 'node:http';
import type {EngineEvent} from '../engine.js';
import {DYNO_ID, type Identity, labelFilter, OWNER, RUNTIME} from './labels.js';

interface DockerEvent {
  Type?: string;
  Action?: string;
  Actor?: {ID?: string; Attributes?: Record<string, string>};
}

const kinds: Record<string, 'started' | 'ended' | 'removed' | 'out-of-memory'> = {
  start: 'started',
  die: 'ended',
  destroy: 'removed',
  oom: 'out-of-memory',
};

export interface WatchOptions {
  docker: Docker;
  identity: Identity;
  onEvent: (event: EngineEvent) => void;
  /** waits before another try; grows with `attempt`, the number of failures in a row */
  retry: (attempt: number) => Promise<void>;
  signal: AbortSignal;
}

/** Reads the engine's events until the signal, over breaks of the stream. Docker keeps only its last 256 events. */
export async function watchEvents({docker, identity, onEvent, retry, signal}: WatchOptions): Promise<void> {
  const filters = {
    type: ['container'],
    event: Object.keys(kinds),
    ...labelFilter({[OWNER]: identity.owner, [RUNTIME]: identity.runtime}, DYNO_ID),
  };
  let failures = 0;
  let lostAt = 0;
  for (let first = true; !signal.aborted; first = false) {
    try {
      const stream = (await docker.getEvents({filters} as object)) as unknown as IncomingMessage;
      failures = 0;
      if (!first) onEvent({kind: 'resync', awayMs: Date.now() - lostAt});
      await readEvents(stream, onEvent, signal);
      lostAt = Date.now();
    } catch {
      failures++;
    }
    if (!signal.aborted) await retry(failures);
  }
}

/** Resolves when the stream is over, in whatever way. */
function readEvents(
  stream: IncomingMessage,
  onEvent: (event: EngineEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const stop = () => stream.destroy();
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop);
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      const event = toEngineEvent(line);
      if (event && !signal.aborted) onEvent(event);
    }
  });
  return new Promise<void>((resolve) => {
    for (const event of ['end', 'close', 'error']) stream.once(event, () => resolve());
  }).finally(() => signal.removeEventListener('abort', stop));
}

function toEngineEvent(line: string): EngineEvent | null {
  if (line.trim() === '') return null;
  const {Action, Actor} = JSON.parse(line) as DockerEvent;
  const kind = kinds[Action ?? ''];
  return kind && Actor?.ID && Actor.Attributes?.[DYNO_ID] !== undefined ? {kind, engineId: Actor.ID} : null;
}
