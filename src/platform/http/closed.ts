import type {ServerResponse} from 'node:http';

/** Aborted when nobody waits for the response any more. */
export function closed(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return gone.signal;
}
