import {Socket} from 'node:net';

type Done = (error?: Error | null) => void;

/**
 * A socket that lives on when a write fails: what the dyno said before it closed may still wait to be read (a 413 while
 * the upload goes on), and the end of that tells all there is to tell.
 */
export class DynoSocket extends Socket {
  #broken = false;

  /** a write failed: nothing more is sent */
  get broken(): boolean {
    return this.#broken;
  }

  override _write(chunk: unknown, encoding: BufferEncoding, done: Done): void {
    if (this.#broken) done();
    else super._write(chunk, encoding, this.#unless(done));
  }

  override _writev(chunks: Array<{chunk: unknown; encoding: BufferEncoding}>, done: Done): void {
    if (this.#broken) done();
    else super._writev!(chunks, this.#unless(done));
  }

  #unless(done: Done): Done {
    return (error) => {
      if (error) this.#broken = true;
      done();
    };
  }
}
