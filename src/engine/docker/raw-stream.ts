/** What Docker sends of a container without a terminal: frames of one stream each (Docker's API, "attach"). */
export type StreamName = 'stdout' | 'stderr';

/** Takes Docker's frames apart, however they are cut into chunks. Payloads are passed on as they arrive, in pieces. */
export class FrameReader {
  readonly #onPiece: (piece: Buffer, stream: StreamName, last: boolean) => void;
  #header: Buffer = Buffer.alloc(0);
  #stream: StreamName = 'stdout';
  #left = 0;

  /** `last`: the piece ends its frame */
  constructor(onPiece: (piece: Buffer, stream: StreamName, last: boolean) => void) {
    this.#onPiece = onPiece;
  }

  read(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#left > 0) {
        const piece = chunk.subarray(at, at + this.#left);
        this.#left -= piece.length;
        at += piece.length;
        this.#onPiece(piece, this.#stream, this.#left === 0);
        continue;
      }
      const rest = chunk.subarray(at, at + 8 - this.#header.length);
      this.#header = this.#header.length === 0 ? rest : Buffer.concat([this.#header, rest]);
      at += rest.length;
      if (this.#header.length < 8) return;
      this.#stream = this.#header[0] === 2 ? 'stderr' : 'stdout';
      this.#left = this.#header.readUInt32BE(4);
      this.#header = Buffer.alloc(0);
    }
  }
}
