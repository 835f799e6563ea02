import type {DynoOutput} from '../engine/engine.js';
import type {LogEntry} from '../model/log.js';
import type {AdvancingClock} from './advancing-clock.js';

/** All lines of a log bear the runtime's time; engine and platform know the machine's only. */
export function outputAtRuntimeTime(output: DynoOutput, clock: AdvancingClock): Required<DynoOutput> {
  return {
    write: (chunk, stream, time, cursor) => output.write(chunk, stream, time + clock.advancedMs, cursor),
    lost: (since) => output.lost?.(since + clock.advancedMs),
    end: () => output.end(),
  };
}

export function entriesAtRuntimeTime(entries: LogEntry[], {advancedMs}: AdvancingClock): LogEntry[] {
  return advancedMs === 0 ? entries : entries.map((entry) => ({...entry, time: entry.time + advancedMs}));
}
