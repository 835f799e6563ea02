import {createHash} from 'node:crypto';

/** UUID of a thing that every installation has: the same everywhere and for ever (RFC 9562, version 8). */
export function fixedId(kind: string, name: string): string {
  const hex = createHash('sha256').update(`dyno/${kind}/${name}`).digest('hex');
  const variant = ((Number.parseInt(hex[16]!, 16) & 3) | 8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ].join('-');
}

/** Times of things that were there before the installation. */
export const EPOCH = '2026-01-01T00:00:00Z';

export function reference(kind: string, name: string): {id: string; name: string} {
  return {id: fixedId(kind, name), name};
}
