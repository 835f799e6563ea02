import {priority} from '../model/log.js';
import {LineAssembler} from './line-assembler.js';
import type {DynoCursor} from './log-format.js';
import {MessageHead} from './message.js';

/** A line with its head. */
export type OnMessage = (head: MessageHead, text: string, unterminated: boolean) => void;

/** Collects what one dyno writes: stdout and stderr each by themselves, and where the engine may resume. */
export class DynoCollector {
  readonly #process: string;
  readonly #onMessage: OnMessage;
  readonly #streams: {stdout: LineAssembler; stderr: LineAssembler};
  /** of what has come in; and of what has been made lines of */
  #accepted: string | null;
  #cursor: string | null;

  constructor(process: string, onMessage: OnMessage, from: DynoCursor | null) {
    this.#process = process;
    this.#onMessage = onMessage;
    this.#streams = {
      stdout: new LineAssembler(fromBase64(from?.stdout)),
      stderr: new LineAssembler(fromBase64(from?.stderr)),
    };
    this.#accepted = this.#cursor = from?.cursor ?? null;
  }

  /** Where the engine goes on, if it has to. */
  get cursor(): string | null {
    return this.#accepted;
  }

  /** A chunk is on its way to write(). */
  accept(cursor: string | null): void {
    this.#accepted = cursor ?? this.#accepted;
  }

  write(chunk: Buffer, stream: 'stdout' | 'stderr', time: number, cursor: string | null): void {
    const head = new MessageHead(time, 'app', this.#process, priority.dyno);
    this.#streams[stream].write(chunk, (text, unterminated) => this.#onMessage(head, text, unterminated));
    this.#cursor = cursor ?? this.#cursor;
  }

  end(time: number): void {
    const head = new MessageHead(time, 'app', this.#process, priority.dyno);
    const onLine = (text: string, unterminated: boolean) => this.#onMessage(head, text, unterminated);
    this.#streams.stdout.end(onLine);
    this.#streams.stderr.end(onLine);
  }

  /** What goes to the disk together with the lines. */
  position(): DynoCursor {
    const {stdout, stderr} = this.#streams;
    return {
      cursor: this.#cursor,
      ...(stdout.rest ? {stdout: stdout.rest.toString('base64')} : {}),
      ...(stderr.rest ? {stderr: stderr.rest.toString('base64')} : {}),
    };
  }
}

function fromBase64(text: string | undefined): Buffer | null {
  return text === undefined ? null : Buffer.from(text, 'base64');
}
