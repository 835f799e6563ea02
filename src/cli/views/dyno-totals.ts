import type {Formation} from '../../client/shapes.js';

/** Dynos of a formation by size, in the order of the sizes' first type. */
export function dynoTotals(formation: readonly Formation[]): {size: string; quantity: number}[] {
  const totals = new Map<string, number>();
  for (const {size, quantity} of formation) totals.set(size, (totals.get(size) ?? 0) + quantity);
  return [...totals].map(([size, quantity]) => ({size, quantity}));
}
