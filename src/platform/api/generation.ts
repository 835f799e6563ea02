import {fixedId} from './fixed-id.js';

/** `generation` is a plain word in variant 3.sdk and an object in all others (platform-api.md 1). */
export function generationFor(variant: string): string | {id: string; name: string} {
  return variant === '3.sdk' ? 'cedar' : {id: fixedId('generation', 'cedar'), name: 'cedar'};
}
