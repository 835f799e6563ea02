import type {DrainCounts} from '../../client/local-api.js';

/** Counts of one drain; none while its runtime has not heard of it. */
export function countsOf(counts: DrainCounts[], drainId: string): Omit<DrainCounts, 'id'> | null {
  const found = counts.find(({id}) => id === drainId);
  if (!found) return null;
  const {state, delivered, dropped, buffered} = found;
  return {state, delivered, dropped, buffered};
}

/** `connected: 1200 delivered, 0 dropped, 3 waiting` */
export function layoutCounts(counts: Omit<DrainCounts, 'id'> | null): string {
  if (!counts) return 'not known yet';
  const {state, delivered, dropped, buffered} = counts;
  return `${state}: ${delivered} delivered, ${dropped} dropped, ${buffered} waiting`;
}
