import type {DynoOutput} from '../../../src/engine/engine.js';
import {until} from '../../support/until.js';

/** Keeps all that a dyno writes. */
export class Recorder implements DynoOutput {
  readonly #pieces = {stdout: [] as Buffer[], stderr: [] as Buffer[]};
  #end!: () => void;
  readonly ended = new Promise<void>((resolve) => (this.#end = resolve));
  cursor: string | null = null;
  times: number[] = [];
  ends = 0;
  /** times since when output is gone */
  losses: number[] = [];

  write(chunk: Buffer, stream: 'stdout' | 'stderr', time: number, cursor: string | null): void {
    if (this.ends > 0) throw new Error('output after the end');
    this.#pieces[stream].push(Buffer.from(chunk));
    this.times.push(time);
    if (cursor !== null) this.cursor = cursor;
  }

  lost(since: number): void {
    this.losses.push(since);
  }

  end(): void {
    this.ends++;
    this.#end();
  }

  get stdout(): string {
    return Buffer.concat(this.#pieces.stdout).toString();
  }

  get stderr(): string {
    return Buffer.concat(this.#pieces.stderr).toString();
  }

  /** Waits for a text in either stream. */
  async sees(text: string): Promise<void> {
    await until(`${JSON.stringify(text)} in the output`, () => {
      if (this.stdout.includes(text) || this.stderr.includes(text)) return true;
      if (this.ends > 0)
        throw new Error(`output ended without ${text}: ${this.stdout.slice(-500)}${this.stderr.slice(-500)}`);
      return undefined;
    });
  }
}
