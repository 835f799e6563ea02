import type {Readable} from 'node:stream';

/** Lines of a stream without their ends; a last line without one counts too. */
export async function* readLines(stream: Readable): AsyncGenerator<string> {
  stream.setEncoding('utf8');
  let rest = '';
  for await (const chunk of stream as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line;
  }
  if (rest !== '') yield rest;
}

/** Values of an NDJSON stream; blank lines keep a connection alive and mean nothing. */
export async function* readJsonLines<Value>(stream: Readable): AsyncGenerator<Value> {
  for await (const line of readLines(stream)) if (line.trim() !== '') yield JSON.parse(line) as Value;
}

export interface ServerSentEvent {
  /** empty until the server has sent one; survives events without their own */
  id: string;
  data: string;
}

/** Server-sent events: comments and unknown fields are skipped, `data:` lines of one event are joined by newlines. */
export async function* readServerSentEvents(stream: Readable): AsyncGenerator<ServerSentEvent> {
  let id = '';
  let data: string[] = [];
  for await (const line of readLines(stream)) {
    if (line === '') {
      if (data.length > 0) yield {id, data: data.join('\n')};
      data = [];
      continue;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'id') id = value;
    else if (field === 'data') data.push(value);
  }
  if (data.length > 0) yield {id, data: data.join('\n')};
}
