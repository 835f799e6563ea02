import type {Readable} from 'node:stream';
import {unavailable} from './unavailable.js';

/** Text of an answer, as it comes. @throws DynoError platform_unavailable when the connection breaks */
export async function* readChunks(stream: Readable): AsyncGenerator<string> {
  stream.setEncoding('utf8');
  try {
    yield* stream as AsyncIterable<string>;
  } catch (error) {
    throw unavailable(error);
  }
}

/** Lines of a stream without their ends, as many at a time as came; a last line without an end counts too. */
export async function* readLines(stream: Readable): AsyncGenerator<string[]> {
  let rest = '';
  for await (const chunk of readChunks(stream)) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    if (lines.length > 0) yield lines.map(withoutReturn);
  }
  if (rest !== '') yield [rest];
}

export interface ServerSentEvent {
  /** empty until the server has sent one; survives events without their own */
  id: string;
  data: string;
}

/**
 * Server-sent events, as many at a time as came: comments and unknown fields are skipped, `data:` lines of one event
 * are joined by newlines.
 */
export async function* readServerSentEvents(stream: Readable): AsyncGenerator<ServerSentEvent[]> {
  let id = '';
  let data: string | null = null;
  for await (const lines of readLines(stream)) {
    const events: ServerSentEvent[] = [];
    for (const line of lines) {
      if (line === '') {
        if (data !== null) events.push({id, data});
        data = null;
        continue;
      }
      const colon = line.indexOf(':');
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
      if (field === 'id') id = value;
      else if (field === 'data') data = data === null ? value : `${data}\n${value}`;
    }
    if (events.length > 0) yield events;
  }
  if (data !== null) yield [{id, data}];
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
