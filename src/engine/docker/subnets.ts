/** Ranges of IPv4 addresses, as two numbers: first and last. */
export interface Range {
  first: number;
  last: number;
}

/** `10.0.0.0/8` → its range; null for what is no IPv4 subnet. */
export function parseSubnet(text: string): Range | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (!match) return null;
  const [a, b, c, d, bits] = match.slice(1).map(Number) as [number, number, number, number, number];
  const size = 2 ** (32 - bits);
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  const first = Math.floor(address / size) * size;
  return {first, last: first + size - 1};
}

export function overlap(one: Range, other: Range): boolean {
  return one.first <= other.last && other.first <= one.last;
}

/** Blocks for the networks of the Common Runtime: /20 each, 4,093 dynos. */
const POOL = parseSubnet('10.192.0.0/11')!;
const BITS = 20;

/**
 * Free subnets of our own pool, in an order that begins at a place of the seed's: runtimes that choose at the same
 * moment seldom choose the same. Docker's default pools end after 28 networks (docker-facts.md 1).
 */
export function* freeSubnets(taken: readonly Range[], seed: string): Generator<string> {
  const size = 2 ** (32 - BITS);
  const blocks = (POOL.last - POOL.first + 1) / size;
  let start = 0;
  for (const character of seed) start = (start * 31 + character.codePointAt(0)!) % blocks;
  for (let n = 0; n < blocks; n++) {
    const first = POOL.first + ((start + n) % blocks) * size;
    const block = {first, last: first + size - 1};
    if (!taken.some((range) => overlap(range, block))) yield `${dotted(first)}/${BITS}`;
  }
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

/** Routes of Linux' /proc/net/route; the default route takes nothing. */
export function parseRoutes(table: string): Range[] {
  return table
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const fields = line.split(/\s+/);
      const [destination, mask] = [fields[1], fields[7]];
      if (!destination || !mask || mask === '00000000') return [];
      const first = littleEndian(destination);
      return [{first, last: first + (2 ** 32 - 1 - littleEndian(mask))}];
    });
}

function littleEndian(hex: string): number {
  return Number.parseInt(hex.match(/../g)!.reverse().join(''), 16);
}
