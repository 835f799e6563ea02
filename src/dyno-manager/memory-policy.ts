import type {DynoUsage} from '../engine/engine.js';
import {findDynoSize} from '../model/dyno-size.js';
import type {DynoSize} from '../model/dyno-size.js';
import type {Dyno} from './dyno.js';

const MEGABYTE = 1024 * 1024;

/** What a sample of a dyno's memory means (heroku-behaviour.md 2.11). */
export type MemoryVerdict = 'fine' | 'exceeded' | 'vastly-exceeded';

/** R14 counts the page cache, R15 does not. */
export function judgeMemory({rss, swap, cache}: DynoUsage, size: DynoSize): MemoryVerdict {
  const quota = size.memoryMb * MEGABYTE;
  if (rss + swap > quota * size.killFactor) return 'vastly-exceeded';
  return rss + swap + cache > quota ? 'exceeded' : 'fine';
}

/** Figure of an R15 line: the last sample where it is above the threshold, else the threshold itself. */
export function killBytes(dyno: Dyno): {bytes: number; quotaMb: number} {
  const {memoryMb, killFactor} = sizeOf(dyno);
  return {bytes: Math.max(dyno.memoryBytes, memoryMb * killFactor * MEGABYTE), quotaMb: memoryMb};
}

/** Size of a dyno; an adopted one may bear a name that no table knows any more. */
export function sizeOf(dyno: {size: string}): DynoSize {
  return findDynoSize(dyno.size) ?? findDynoSize('Standard-1X')!;
}
