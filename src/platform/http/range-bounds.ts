import {DynoError} from '../../model/error.js';

/** What ends a bound in a header or fits into none, and dots that could be taken for those between two bounds. */
const UNSAFE = /[^\x21-\x7e]|[%;]|^[\].]|\.(?=\.|$)/gu;

/** A value as it stands in Content-Range and Next-Range: percent-encoded where the form needs it. */
export function encodeBound(value: string): string {
  return value.replace(UNSAFE, (character) =>
    [...Buffer.from(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}

/** @throws DynoError range_invalid */
export function decodeBound(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new DynoError('range_invalid', {message: `Range value ${text.slice(0, 100)} is not percent-encoded.`});
  }
}
