import type {ClockReading} from '../../client/local-api.js';
import {formatDuration} from '../duration.js';
import {layoutTable} from '../layout.js';

/** A line per runtime: what time it has, and how far that is from the machine's. */
export function layoutClock(readings: readonly ClockReading[]): string[] {
  if (readings.length === 0) return ['No runtime is running yet.'];
  return layoutTable(readings, [
    {head: 'Runtime', cell: ({runtime}) => runtime},
    {head: 'Now', cell: ({now}) => now},
    {head: 'Advanced', cell: ({advanced_ms}) => formatDuration(advanced_ms)},
  ]);
}
