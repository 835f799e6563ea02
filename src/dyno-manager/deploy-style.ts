import {findDynoSize} from '../model/dyno-size.js';
import type {Desired, DesiredType} from './desired.js';

/** How dynos of a process type are replaced by a new release or a restart of all (heroku-behaviour.md 1.1, 2.8). */
export type DeployStyle =
  /** all at once: stop the old, start the new */
  | 'at-once'
  /** start the new, wait, switch, then stop the old */
  | 'preboot'
  /** a quarter of the type at a time */
  | 'rolling';

export function deployStyleOf(wanted: DesiredType, desired: Desired): DeployStyle {
  if (desired.runtime === 'space') return wanted.quantity >= 2 ? 'rolling' : 'at-once';
  const tier = findDynoSize(wanted.size)?.tier;
  const offered = tier === 'standard' || tier === 'performance';
  return desired.preboot && wanted.type === 'web' && offered ? 'preboot' : 'at-once';
}

/** Dynos of a type that a rolling deploy may have in the works at one time. */
export function rollingBatch(quantity: number, share: number): number {
  return Math.max(1, Math.ceil(quantity * share));
}
