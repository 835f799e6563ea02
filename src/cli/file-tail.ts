import {open, stat} from 'node:fs/promises';
import {setTimeout as delay} from 'node:timers/promises';
import {DynoError} from '../model/error.js';

const POLL_MS = 200;
/** Bytes that hold the last lines: longer ones are cut at their beginning. */
const WINDOW = 1024 * 1024;

/** The last lines of a file, then with `tail` whatever is added; a file that was cut is read from its new beginning. */
export async function* readFileTail(path: string, options: {lines: number; tail: boolean}): AsyncGenerator<string> {
  const size = await sizeOf(path);
  let at = Math.max(0, size - WINDOW);
  let rest = await readRange(path, at, size);
  at = size;
  const lines = rest.split('\n');
  rest = lines.pop()!;
  if (rest !== '' && !options.tail) lines.push(rest);
  yield* lines.slice(-options.lines);

  while (options.tail) {
    await delay(POLL_MS);
    const now = await sizeOf(path);
    if (now < at) at = 0;
    if (now === at) continue;
    const added = (rest + (await readRange(path, at, now))).split('\n');
    at = now;
    rest = added.pop()!;
    yield* added;
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    throw new DynoError('unsupported', {message: `There is no ${path} yet.`}, error);
  }
}

async function readRange(path: string, start: number, end: number): Promise<string> {
  const file = await open(path);
  try {
    const {buffer, bytesRead} = await file.read(Buffer.alloc(end - start), 0, end - start, start);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
