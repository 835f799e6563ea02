import type {FormationUpdate} from '../client/shapes.js';
import {DynoError} from '../model/error.js';
import {parseScaleArgument} from '../model/formation.js';

/** `web=3 worker+1 web=2:standard-2x` as the API takes it. The API knows the types and sizes. @throws DynoError */
export function scaleUpdates(args: readonly string[]): FormationUpdate[] {
  return args.map((argument) => {
    const {type, quantity, size} = parseScaleArgument(argument);
    return {type, ...(quantity === undefined ? {} : {quantity: wireQuantity(quantity)}), ...(size ? {size} : {})};
  });
}

/** `web=standard-2x worker=basic`, or one size for every type. @throws DynoError usage */
export function sizeUpdates(args: readonly string[], types: readonly string[]): FormationUpdate[] {
  if (args.length === 1 && !args[0]!.includes('=')) return types.map((type) => ({type, size: args[0]!}));
  return args.map((argument) => {
    const [, type, size] = /^([-\w]+)=([-\w]+)$/.exec(argument) ?? [];
    if (!type || !size)
      throw new DynoError('usage', {message: `${argument} is not TYPE=SIZE, for example web=standard-2x.`});
    if (types.includes(type)) return {type, size};
    throw new DynoError('usage', {message: `Type ${type} not found in process formation.\nTypes: ${types.join(', ')}`});
  });
}

function wireQuantity(quantity: number | {by: number}): string {
  if (typeof quantity === 'number') return String(quantity);
  return quantity.by < 0 ? String(quantity.by) : `+${quantity.by}`;
}
