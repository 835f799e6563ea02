import {DynoError} from '../../model/error.js';
import {decodeBound, encodeBound} from './range-bounds.js';

/** `Range: version ]3..9; max=15, order=desc` */
export interface Range {
  field: string;
  from: string | null;
  to: string | null;
  /** `]x..`: x itself is left out */
  exclusive: boolean;
  max: number;
  order: 'asc' | 'desc';
  /** nobody asked for this range: a list that fits into one page keeps its own order */
  isDefault: boolean;
}

export interface Page {
  items: Record<string, unknown>[];
  /** value of Content-Range; null for an empty page */
  contentRange: string | null;
  /** value of Next-Range; null when nothing is left */
  nextRange: string | null;
}

const DEFAULT_MAX = 200;
const LARGEST_MAX = 1000;
/** fields that hold numbers: bounds of them are numbers too */
const NUMBERS = new Set(['version', 'ordinal']);
const RANGE = /^\s*([a-z_]+)\s*(?:(\])?([^\s;]*?)\.\.([^\s;]*))?\s*(?:;(.*))?$/i;

/**
 * Reads a Range header in all the forms that clients use (platform-api.md 3); an absent or empty one is the first page
 * in the list's own order.
 *
 * @throws DynoError range_invalid
 */
export function parseRange(header: string | undefined, fields: readonly string[]): Range {
  const first: Range = {
    field: fields[0]!,
    from: null,
    to: null,
    exclusive: false,
    max: DEFAULT_MAX,
    order: 'asc',
    isDefault: true,
  };
  if (header === undefined || header.trim() === '') return first;
  const match = RANGE.exec(header);
  if (!match) throw invalid(`Range ${header.slice(0, 100)} cannot be read. Form: id ..; max=200, order=desc`);
  const [, asked, exclusive, from, to, options = ''] = match;
  const field = fieldFor(asked!, fields);
  if (!fields.includes(field)) throw invalid(`Range by ${field} is not served here. Fields: ${fields.join(', ')}`);
  const range: Range = {
    ...first,
    isDefault: false,
    field,
    from: readBound(field, from),
    to: readBound(field, to),
    exclusive: exclusive === ']',
  };
  for (const option of options
    .split(/[,;]/)
    .map((part) => part.trim())
    .filter((part) => part !== '')) {
    readOption(range, option);
  }
  return range;
}

/** The official CLI lists deliveries by `seq`, a number that no answer holds: the order they were made in. */
const fieldFor = (asked: string, served: readonly string[]): string =>
  asked === 'seq' && served.includes('created_at') ? 'created_at' : asked;

function readBound(field: string, text: string | undefined): string | null {
  if (!text) return null;
  const bound = decodeBound(text);
  if (!NUMBERS.has(field) || /^\d+$/.test(bound)) return bound;
  throw invalid(`Range value ${bound.slice(0, 100)} is no number, as ${field} is.`);
}

function readOption(range: Range, option: string): void {
  const [name, value = ''] = option.split('=').map((part) => part.trim());
  if (name === 'max' && /^\d{1,6}$/.test(value) && Number(value) > 0) range.max = Math.min(Number(value), LARGEST_MAX);
  else if (name === 'order' && (value === 'asc' || value === 'desc')) range.order = value;
  else
    throw invalid(`Range option ${option.slice(0, 100)} is not known. Options: max=1..${LARGEST_MAX}, order=asc|desc`);
}

/**
 * The page of `items` that a range means. `items` come in the order that they have without a range. A page has more
 * than `max` where its last value stands further times: the next one starts behind that value.
 */
export function pageOf(items: Record<string, unknown>[], range: Range): Page {
  const {field, order, max, to} = range;
  const keepsOrder = range.isDefault && items.length <= max;
  const sorted = keepsOrder ? items : [...items].sort((a, b) => compare(a[field], b[field]));
  if (order === 'desc') sorted.reverse();
  const inside = keepsOrder ? sorted : sorted.filter((item) => isInside(item[field], range));
  const page = inside.slice(0, pageLength(inside, range));
  const last = page.at(-1)?.[field];
  const more = inside.length > page.length;
  const options = `max=${max}${order === 'desc' ? ', order=desc' : ''}`;
  return {
    items: page,
    contentRange: page.length === 0 ? null : `${field} ${bound(page[0]![field])}..${bound(last)}`,
    nextRange: more ? `${field} ]${bound(last)}..${bound(to)}; ${options}` : null,
  };
}

function pageLength(items: Record<string, unknown>[], {field, max}: Range): number {
  let length = Math.min(max, items.length);
  while (length < items.length && compare(items[length]![field], items[length - 1]![field]) === 0) length++;
  return length;
}

function isInside(value: unknown, {from, to, exclusive, order}: Range): boolean {
  const sign = order === 'desc' ? -1 : 1;
  if (from !== null) {
    const place = sign * compare(value, like(from, value));
    if (exclusive ? place <= 0 : place < 0) return false;
  }
  return to === null || sign * compare(value, like(to, value)) <= 0;
}

/** Numbers by size, all else by code point: the same in every locale. */
function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [one, two] = [text(a), text(b)];
  return one < two ? -1 : one > two ? 1 : 0;
}

const like = (bound: string, value: unknown): unknown => (typeof value === 'number' ? Number(bound) : bound);
const text = (value: unknown): string => (value === null || value === undefined ? '' : String(value as string));
const bound = (value: unknown): string => encodeBound(text(value));

const invalid = (message: string): DynoError => new DynoError('range_invalid', {message});
