import {DynoError} from '../model/error.js';

/** What a connection that is refused or breaks means; other errors, and that of a caller who gave up, stay as they are. */
export function unavailable(error: unknown): unknown {
  if (error instanceof DynoError || (error as Error).name === 'AbortError' || !codeOf(error)) return error;
  return new DynoError('platform_unavailable', {reason: (error as Error).message}, error);
}

export const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;
