import ipaddr = require('ipaddr.js');

/** `::ffff:192.0.2.1` → `192.0.2.1`: the address as people write it, and as CIDRs match it. */
export function plainAddress(address: string): string {
  if (!address.startsWith('::ffff:')) return address;
  return address.includes('.') ? address.slice(7) : ipaddr.process(address).toString();
}

/** A list of CIDRs to match addresses against. A range that cannot be read matches nothing. */
export class AddressRanges {
  readonly #ranges: Array<[ipaddr.IPv4 | ipaddr.IPv6, number]>;

  constructor(cidrs: string[]) {
    this.#ranges = cidrs.flatMap((cidr) => {
      const text = cidr.includes('/') ? cidr : `${cidr}/${cidr.includes(':') ? 128 : 32}`;
      return ipaddr.isValidCIDR(text) ? [ipaddr.parseCIDR(text)] : [];
    });
  }

  get empty(): boolean {
    return this.#ranges.length === 0;
  }

  includes(address: string): boolean {
    if (!ipaddr.isValid(address)) return false;
    const parsed = ipaddr.process(address);
    return this.#ranges.some(([range, bits]) => range.kind() === parsed.kind() && parsed.match(range, bits));
  }
}
