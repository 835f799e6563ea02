import {createHash, timingSafeEqual} from 'node:crypto';

/** Tokens that open the API: the installation's own, and those that OAuth authorizations hold. */
export type TokenCheck = (token: string) => boolean;

/** Token of an Authorization header: `Bearer T`, or Basic with T as the password, whatever the name (`:T`, `email:T`). */
export function tokenOf(authorization: string | undefined): string | null {
  const [, scheme, value] = /^(bearer|basic)\s+(\S+)\s*$/i.exec(authorization ?? '') ?? [];
  if (!scheme || !value) return null;
  if (scheme.toLowerCase() === 'bearer') return value;
  const decoded = Buffer.from(value, 'base64').toString();
  const colon = decoded.indexOf(':');
  return colon < 0 ? null : decoded.slice(colon + 1);
}

/** Compares in a time that tells nothing about where two secrets differ. */
export function isSameSecret(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
