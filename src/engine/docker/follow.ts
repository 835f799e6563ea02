import type Docker from 'dockerode';
import type {DynoOutput} from '../engine.js';
import {asDynoError, isGone} from './connection.js';
import {CursorLocator} from './locate.js';
import {type LogEntry, readLog, stampTime} from './log-entries.js';
import {type LogCursor, type LogPosition, type OutputCursor} from './output-cursor.js';
import type {StreamName} from './raw-stream.js';

export interface FollowOptions {
  docker: Docker;
  engineId: string;
  cursor: OutputCursor | null;
  output: DynoOutput;
  /** ms to add to Docker's time, for a clock that was moved */
  clockOffset: () => number;
  /** waits before another try while the engine does not answer */
  retry: () => Promise<void>;
  signal: AbortSignal;
}

/** tries in a row that Docker may refuse; the rest of the output is given up then, and that is told */
const MOST_FAILURES = 5;

/** Reads a dyno's log from the cursor to the dyno's end, over restarts of the engine; then ends the output. */
export async function followLog(options: FollowOptions): Promise<void> {
  const {docker, engineId, output, signal} = options;
  const reader = new LogResumer(options);
  let located = options.cursor;
  let failures = 0;
  while (!signal.aborted) {
    try {
      if (located?.kind === 'attach') {
        const {cursor, lostSince} = await locate(docker, engineId, located, signal);
        if (lostSince !== null) reader.tellLoss(lostSince);
        located = cursor;
      }
      if (located) reader.startAt(located);
      located = null;
      const running = await isRunning(docker, engineId);
      await reader.read(running);
      failures = 0;
      // What was written last may not have been in the log yet when it was followed to its end.
      if (!running && !signal.aborted) break;
    } catch (error) {
      if (isGone(error)) break;
      if (asDynoError('read a log', error).code !== 'engine_unreachable' && !signal.aborted) failures++;
      if (failures > MOST_FAILURES) {
        reader.tellLoss(reader.reached() ?? lastDelivery(located));
        break;
      }
      await options.retry();
    }
  }
  if (!signal.aborted) output.end();
}

/** ms; of a place that was not found in the log so far */
function lastDelivery(cursor: OutputCursor | null): number {
  return cursor?.kind === 'attach' ? Math.max(cursor.stdout.time, cursor.stderr.time) : Date.now();
}

async function locate(
  docker: Docker,
  id: string,
  cursor: OutputCursor & {kind: 'attach'},
  signal: AbortSignal,
): Promise<ReturnType<CursorLocator['found']>> {
  const locator = new CursorLocator(cursor);
  await readLog(docker, id, {follow: false, signal}, (entry) => locator.read(entry));
  return locator.found();
}

async function isRunning(docker: Docker, id: string): Promise<boolean> {
  const {State} = await docker.getContainer(id).inspect();
  return State.Running;
}

/** Delivers what comes after a position, each entry once: Docker repeats entries when its files rotate. */
class LogResumer {
  readonly #options: FollowOptions;
  readonly #at: Record<StreamName, LogPosition | null> = {stdout: null, stderr: null};
  /** bytes seen of the position's stamp since this read began */
  readonly #seen = {stdout: 0, stderr: 0};
  /** no entry has come since this read began */
  #isFirst = true;

  constructor(options: FollowOptions) {
    this.#options = options;
  }

  startAt(cursor: LogCursor): void {
    this.#at.stdout = cursor.stdout;
    this.#at.stderr = cursor.stderr;
  }

  async read(follow: boolean): Promise<void> {
    const {docker, engineId, signal} = this.#options;
    this.#seen.stdout = 0;
    this.#seen.stderr = 0;
    this.#isFirst = true;
    const stamps = [this.#at.stdout?.[0], this.#at.stderr?.[0]];
    // A stream that was not seen yet begins at the beginning.
    const since = stamps.every((stamp) => stamp !== undefined) ? stamps.sort()[0] : undefined;
    await readLog(docker, engineId, {since, follow, signal}, (entry) => this.#take(entry));
  }

  /** ms, Docker's time, of the last entry that was delivered; null before the first */
  reached(): number | null {
    const stamps = [this.#at.stdout, this.#at.stderr].flatMap((at) => (at ? [at[0]] : []));
    return stamps.length === 0 ? null : stampTime(stamps.sort().at(-1)!);
  }

  tellLoss(since: number): void {
    this.#options.output.lost?.(since + this.#options.clockOffset());
  }

  /** A log that begins after a place where we were has lost that place, and what came next. */
  #checkBegin(begin: string): void {
    const gone = [this.#at.stdout, this.#at.stderr].flatMap((at) => (at && begin > at[0] ? [at[0]] : []));
    if (gone.length > 0) this.tellLoss(stampTime(gone.sort()[0]!));
  }

  #take({stamp, stream, piece}: LogEntry): void {
    if (this.#options.signal.aborted) return;
    if (this.#isFirst) this.#checkBegin(stamp);
    this.#isFirst = false;
    const at = this.#at[stream];
    let rest = piece;
    if (at && stamp < at[0]) {
      this.#seen[stream] = 0;
      return;
    }
    if (at && stamp === at[0]) {
      const seen = this.#seen[stream];
      this.#seen[stream] = seen + piece.length;
      rest = piece.subarray(Math.max(0, Math.min(piece.length, at[1] - seen)));
      if (rest.length === 0) return;
      this.#at[stream] = [stamp, at[1] + rest.length];
    } else {
      this.#at[stream] = [stamp, piece.length];
      this.#seen[stream] = piece.length;
    }
    const {output, clockOffset} = this.#options;
    const cursor: LogCursor = {kind: 'log', ...this.#at};
    output.write(rest, stream, stampTime(stamp) + clockOffset(), JSON.stringify(cursor));
  }
}
