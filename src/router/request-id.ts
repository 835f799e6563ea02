import {randomUUID} from 'node:crypto';
import {limits} from '../model/limits.js';

const KEPT = new RegExp(`^[A-Za-z0-9+/=-]{${limits.requestId.min},${limits.requestId.max}}$`);

/** The client's X-Request-Id where it may be kept (20 to 200 harmless characters), else a new UUID. */
export function requestIdOf(header: string): string {
  return KEPT.test(header) ? header : randomUUID();
}
