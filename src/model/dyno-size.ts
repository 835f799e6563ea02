/** Tiers decide quantities, mixing and one-off limits (heroku-behaviour.md 2.12). */
export type DynoTier = 'eco' | 'basic' | 'standard' | 'performance' | 'private' | 'shield';

export interface DynoSize {
  /** display form, as the API reports it: `Standard-2X` */
  name: string;
  tier: DynoTier;
  /** memory quota in MB; above it R14 */
  memoryMb: number;
  /** R15 when resident memory and swap pass quota × factor */
  killFactor: number;
  /** relative weight, Standard-1X = 1; dedicated sizes: their cores */
  cpuShare: number;
  dedicated: boolean;
  /** processes and threads together */
  processes: number;
  /** list price, USD cents a month */
  priceCents: number;
}

function size(
  name: string,
  tier: DynoTier,
  memoryMb: number,
  killFactor: number,
  cpuShare: number,
  processes: number,
  dollars: number,
): DynoSize {
  const dedicated = tier !== 'eco' && tier !== 'basic' && tier !== 'standard';
  return {name, tier, memoryMb, killFactor, cpuShare, dedicated, processes, priceCents: dollars * 100};
}

/** The table of heroku-behaviour.md 2.10. Performance-L-RAM's process limit is in dispute there. */
export const dynoSizes: readonly DynoSize[] = [
  size('Eco', 'eco', 512, 2, 1, 256, 5),
  size('Basic', 'basic', 512, 2, 1, 256, 7),
  size('Standard-1X', 'standard', 512, 2, 1, 256, 25),
  size('Standard-2X', 'standard', 1024, 2, 2, 512, 50),
  size('Performance-M', 'performance', 2560, 2, 2, 16384, 250),
  size('Performance-L', 'performance', 14336, 2, 8, 32768, 500),
  size('Performance-L-RAM', 'performance', 30720, 1.2, 4, 24576, 500),
  size('Performance-XL', 'performance', 63488, 1.2, 8, 32768, 750),
  size('Performance-2XL', 'performance', 129024, 1.2, 16, 65536, 1500),
  size('Private-S', 'private', 1024, 1, 1, 512, 225),
  size('Private-M', 'private', 2560, 1, 2, 16384, 450),
  size('Private-L', 'private', 14336, 1, 8, 32768, 900),
  size('Private-L-RAM', 'private', 30720, 1, 4, 24576, 500),
  size('Private-XL', 'private', 63488, 1, 8, 32768, 750),
  size('Private-2XL', 'private', 129024, 1, 16, 65536, 1500),
  size('Shield-S', 'shield', 1024, 1, 1, 512, 270),
  size('Shield-M', 'shield', 2560, 1, 2, 16384, 540),
  size('Shield-L', 'shield', 14336, 1, 8, 32768, 1080),
  size('Shield-L-RAM', 'shield', 30720, 1, 4, 24576, 600),
  size('Shield-XL', 'shield', 63488, 1, 8, 32768, 900),
  size('Shield-2XL', 'shield', 129024, 1, 16, 65536, 1800),
];

const byName = new Map(dynoSizes.map((entry) => [entry.name.toLowerCase(), entry]));

/** Any spelling: `standard-2x`, `Standard-2X`. Undefined when Heroku has no such size. */
export function findDynoSize(name: string): DynoSize | undefined {
  return byName.get(name.toLowerCase());
}

/**
 * What a process type gets when nobody names a size. Heroku gives Basic, which allows one dyno per type (2.12);
 * here it is Standard-1X, so that the first `scale web=3` works (docs/decisions, default size).
 */
export const defaultSize = {common: 'Standard-1X', space: 'Private-S', oneOff: 'Standard-1X'} as const;
