import type {LogChunk} from '../model/log-form.js';

const SPACE = 0x20;
const NEWLINE = 0x0a;

/** `<id of the last message> <bytes>\n`, then so many bytes of text. */
export function encodeLogChunk({lastId, text}: LogChunk): Buffer {
  return Buffer.concat([Buffer.from(`${lastId} ${text.length}\n`), text]);
}

/** Chunks that came whole: of one that is cut off by the end of the stream nothing is passed on. */
export async function* readLogChunks(stream: AsyncIterable<Buffer>): AsyncGenerator<LogChunk> {
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  /** bytes that must be there before it is worth looking */
  let needed = 1;
  for await (const piece of stream) {
    waiting.push(piece);
    waitingBytes += piece.length;
    if (waitingBytes < needed) continue;
    const bytes = waiting.length === 1 ? piece : Buffer.concat(waiting);
    let at = 0;
    for (;;) {
      const header = headerAt(bytes, at);
      needed = header ? header.end - at : bytes.length - at + 1;
      if (!header || header.end > bytes.length) break;
      yield {lastId: header.lastId, text: bytes.subarray(header.start, header.end)};
      at = header.end;
    }
    waiting = at === bytes.length ? [] : [bytes.subarray(at)];
    waitingBytes = bytes.length - at;
  }
}

/** Where the text of the chunk at `at` begins and ends; null while its header is not complete. */
function headerAt(bytes: Buffer, at: number): {lastId: string; start: number; end: number} | null {
  const newline = bytes.indexOf(NEWLINE, at);
  if (newline === -1) return null;
  const space = bytes.indexOf(SPACE, at);
  const length = Number(bytes.toString('latin1', space + 1, newline));
  return {lastId: bytes.toString('latin1', at, space), start: newline + 1, end: newline + 1 + length};
}
