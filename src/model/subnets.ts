import {DynoError} from './error.js';

/**
 * Addresses of private spaces on one machine. Every bridge of a machine needs addresses of its own, so a space gets a
 * piece of its CIDR that nobody else has, and stable outbound addresses out of its installation's edge network:
 *
 *   space   10.0.N.0/24 (of 10.0.0.0/16)   .1 the host   .2 way out   .3 egress gateway   .4 the router, by its names
 *                                          .16–.127 data   .128–.254 dynos
 *   edge    198.18.N.0/22                  .1 the host   N.16 … N+2.255 stable outbound addresses   N+3.* the gateways' own
 *
 * All pure: what is taken on this machine (host routes, Docker's networks, other spaces) is for the caller to find out.
 */
export interface Range {
  /** first and last address, as numbers */
  first: number;
  last: number;
}

/** Bits of a space's subnet, of an edge network, and of what a space's CIDR must be (heroku-behaviour.md 1.2). */
export const SPACE_BITS = 24;
export const EDGE_BITS = 22;
export const CIDR_BITS = 16;

/** Stable outbound addresses of one space (1.4). */
export const NAT_ADDRESSES = 4;

const RFC1918 = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];
/** Benchmark addresses (RFC 2544): nobody routes them, and no LAN has them. */
const EDGE_POOL = '198.18.0.0/15';
/** Addresses at the start of an edge network that no space gets. */
const EDGE_RESERVED = 16;

/** `10.0.0.0/8` → its range, host bits ignored; null for what is no IPv4 subnet. */
export function parseSubnet(text: string): Range | null {
  const match = /^([\d.]+)\/(0|[1-9]\d?)$/.exec(text);
  const address = match && parseAddress(match[1]!);
  const bits = Number(match?.[2]);
  if (address === null || !(bits <= 32)) return null;
  const size = 2 ** (32 - bits);
  const first = Math.floor(address / size) * size;
  return {first, last: first + size - 1};
}

/** `10.0.0.1` → its number; null for what is no IPv4 address. `010` is none: some read it as 10, others as 8. */
export function parseAddress(text: string): number | null {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  const bytes = match?.slice(1).map(Number);
  if (!bytes || bytes.some((byte) => byte > 255) || bytes.join('.') !== text) return null;
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}

export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

export function overlap(one: Range, other: Range): boolean {
  return one.first <= other.last && other.first <= one.last;
}

/** Destinations of Linux' /proc/net/route that are taken; the default route takes nothing. */
export function parseRoutes(table: string): Range[] {
  return table
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, destination, , , , , , mask] = line.split(/\s+/);
      if (!destination || !mask || mask === '00000000') return [];
      const first = littleEndian(destination);
      return [{first, last: first + (2 ** 32 - 1 - littleEndian(mask))}];
    });
}

function littleEndian(hex: string): number {
  return Number.parseInt(hex.match(/../g)!.reverse().join(''), 16);
}

/**
 * The CIDR that a user wants for a space, normalised.
 *
 * @throws DynoError cidr_invalid: not IPv4, not RFC 1918, no /16, or an address inside of the block instead of its first
 */
export function checkSpaceCidr(text: string): string {
  const range = parseSubnet(text);
  if (!range) throw new DynoError('cidr_invalid', {cidr: text, reason: 'it is no IPv4 range'});
  if (!text.endsWith(`/${CIDR_BITS}`))
    throw new DynoError('cidr_invalid', {cidr: text, reason: `it is no /${CIDR_BITS}`});
  if (!isPrivate(range)) {
    throw new DynoError('cidr_invalid', {
      cidr: text,
      reason: 'it is not within 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16',
    });
  }
  const plain = `${formatAddress(range.first)}/${CIDR_BITS}`;
  if (plain !== text) throw new DynoError('cidr_invalid', {cidr: text, reason: `the range begins at ${plain}`});
  return plain;
}

/** @throws DynoError cidr_overlap when a whole CIDR that was asked for meets what others have, by name of what has it */
export function refuseOverlap(cidr: string, others: readonly {range: Range; holder: string}[]): void {
  const wanted = parseSubnet(cidr)!;
  const other = others.find(({range}) => overlap(range, wanted));
  if (other) throw new DynoError('cidr_overlap', {cidr, range: formatRange(other.range), holder: other.holder});
}

/**
 * A free subnet for a space's bridge, out of its CIDR.
 *
 * @throws DynoError subnets_exhausted when all of it is taken
 */
export function allocateSubnet(cidr: string, taken: readonly Range[], bits: number = SPACE_BITS): string {
  for (const block of blocksOf(cidr, bits)) {
    if (!taken.some((range) => overlap(range, block))) return formatRange(block);
  }
  throw new DynoError('subnets_exhausted', {cidr, bits});
}

/**
 * A free subnet for an installation's edge network. The search begins at a place of the seed's, so that installations
 * of one machine seldom want the same.
 *
 * @throws DynoError subnets_exhausted
 */
export function allocateEdge(seed: string, taken: readonly Range[]): string {
  const blocks = [...blocksOf(EDGE_POOL, EDGE_BITS)];
  let start = 0;
  for (const character of seed) start = (start * 31 + character.codePointAt(0)!) % blocks.length;
  const free = [...blocks.slice(start), ...blocks.slice(0, start)].find(
    (block) => !taken.some((range) => overlap(range, block)),
  );
  if (!free) throw new DynoError('subnets_exhausted', {cidr: EDGE_POOL, bits: EDGE_BITS});
  return formatRange(free);
}

/**
 * Stable outbound addresses for one more space. `used`: those of all spaces that are there.
 *
 * @throws DynoError subnets_exhausted
 */
export function allocateNatAddresses(edge: string, used: Iterable<string>, count: number = NAT_ADDRESSES): string[] {
  const {natFirst, natLast} = edgeLayout(edge);
  const taken = new Set(used);
  const free: string[] = [];
  for (let address = parseAddress(natFirst)!; address <= parseAddress(natLast)! && free.length < count; address++) {
    const text = formatAddress(address);
    if (!taken.has(text)) free.push(text);
  }
  if (free.length < count) throw new DynoError('subnets_exhausted', {cidr: edge, bits: 32});
  return free;
}

/** Edge network that a stable outbound address belongs to. */
export function edgeOf(natAddress: string): string {
  return formatRange(parseSubnet(`${natAddress}/${EDGE_BITS}`)!);
}

export interface EdgeLayout {
  /** the host's own address: where a partner on this machine listens to see stable addresses */
  host: string;
  natFirst: string;
  natLast: string;
  /** addresses that Docker hands out by itself */
  pool: string;
}

export function edgeLayout(edge: string): EdgeLayout {
  const {first, last} = parseSubnet(edge)!;
  const quarter = (last - first + 1) / 4;
  return {
    host: formatAddress(first + 1),
    natFirst: formatAddress(first + EDGE_RESERVED),
    natLast: formatAddress(last - quarter),
    pool: formatRange({first: last - quarter + 1, last}),
  };
}

export interface SpaceLayout {
  /** the host's own address on the bridge: the router's, as dynos see it */
  host: string;
  /** the dynos' default gateway */
  wayOut: string;
  /** the egress gateway's address before it becomes the way out */
  egress: string;
  /** what the names of the router resolve to: one more address of the host's */
  router: string;
  dataFirst: string;
  dataLast: string;
  /** addresses that Docker hands out by itself: the dynos' */
  pool: string;
}

export function spaceLayout(subnet: string): SpaceLayout {
  const {first, last} = parseSubnet(subnet)!;
  const half = (last - first + 1) / 2;
  const at = (offset: number) => formatAddress(first + offset);
  return {
    host: at(1),
    wayOut: at(2),
    egress: at(3),
    router: at(4),
    dataFirst: at(16),
    dataLast: at(half - 1),
    pool: formatRange({first: first + half, last}),
  };
}

function* blocksOf(cidr: string, bits: number): Generator<Range> {
  const whole = parseSubnet(cidr)!;
  const size = 2 ** (32 - bits);
  for (let first = whole.first; first + size - 1 <= whole.last; first += size) yield {first, last: first + size - 1};
}

function formatRange({first, last}: Range): string {
  return `${formatAddress(first)}/${32 - Math.log2(last - first + 1)}`;
}

/** Whether all of it is for private use (RFC 1918). */
export function isPrivate(range: Range): boolean {
  return RFC1918.some((block) => isWithin(range, parseSubnet(block)!));
}

function isWithin(inner: Range, outer: Range): boolean {
  return inner.first >= outer.first && inner.last <= outer.last;
}
