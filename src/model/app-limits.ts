import {limits} from './limits.js';

type Widened<T> = T extends number ? number : T extends readonly number[] ? readonly number[] : T;

/** The limits table with numbers in place of its literals. */
export type Limits = {readonly [Name in keyof typeof limits]: Widened<(typeof limits)[Name]>};

/**
 * The limits of one app: the table, with the overrides of its AppSpec in the unit of the table. A number for a list
 * (`crashBackoffMs`) caps every entry of it. Names that the table does not have are ignored.
 */
export function limitsOf(overrides: Readonly<Record<string, number>> | undefined): Limits {
  if (!overrides || Object.keys(overrides).length === 0) return limits;
  const own: Record<string, unknown> = {...limits};
  for (const [name, value] of Object.entries(overrides)) {
    const given = own[name];
    if (typeof given === 'number') own[name] = value;
    else if (Array.isArray(given)) own[name] = given.map((entry: number) => Math.min(entry, value));
  }
  return own as unknown as Limits;
}
