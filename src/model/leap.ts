import {limits} from './limits.js';

/**
 * A jump of a runtime's clock (`dyno clock:advance`). Policy (cycling, back-off, sleeping, lifetimes) sees all of it.
 * Work in flight (a request, a boot, a stop) goes on in the real world, which has not jumped: of a short leap, one that
 * somebody makes to see a timeout, it sees all, but is given a last moment of real time to end; of a long one nothing.
 */
export interface Leap {
  ms: number;
  /** what of it counts for work in flight */
  workMs: number;
  /** real ms that work in flight still gets at least, or what was left of its limit where that is less */
  patienceMs: number;
}

/** @param ms not below 0 */
export function leapOf(ms: number): Leap {
  return {ms, workMs: ms <= limits.shortLeapMs ? ms : 0, patienceMs: limits.leapPatienceMs};
}

/** ms left of a limit of work after the leap, from what was left before. */
export function leftAfter(leftMs: number, {workMs, patienceMs}: Leap): number {
  return Math.max(leftMs - workMs, Math.min(leftMs, patienceMs));
}
