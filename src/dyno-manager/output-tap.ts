import type {DynoOutput} from '../engine/engine.js';

/** Between engine and logplex: knows when a dyno writes first, and when it has written last. */
export class OutputTap implements DynoOutput {
  /** resolves when no more output will come */
  readonly ended: Promise<void>;
  #end!: () => void;
  #beforeFirst: (() => void) | null;
  readonly #output: DynoOutput;
  readonly #copy: ((chunk: Buffer) => void) | null;

  /** `beforeFirst` runs once: before the first byte goes on, or when open() is called. */
  constructor(output: DynoOutput, beforeFirst: (() => void) | null, copy: ((chunk: Buffer) => void) | null = null) {
    this.#output = output;
    this.#beforeFirst = beforeFirst;
    this.#copy = copy;
    this.ended = new Promise((resolve) => (this.#end = resolve));
  }

  open(): void {
    const run = this.#beforeFirst;
    this.#beforeFirst = null;
    run?.();
  }

  write(chunk: Buffer, stream: 'stdout' | 'stderr', time: number, cursor: string | null): void {
    this.open();
    this.#copy?.(chunk);
    this.#output.write(chunk, stream, time, cursor);
  }

  lost(since: number): void {
    this.#output.lost?.(since);
  }

  end(): void {
    this.#output.end();
    this.#end();
  }
}
