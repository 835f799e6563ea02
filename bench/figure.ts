/** One measured figure; `goal` is the most it may be, unless `more` says that more is better. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  goal?: number;
  more?: boolean;
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
