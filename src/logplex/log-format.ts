import {MessageHead} from './message.js';
import type {Message} from './message.js';

/**
 * An app's log on disk: text, one line per item, told apart by its first character. A write is a transaction: what
 * stands after the last commit line was cut off by a crash and is not there, so that messages and cursors agree.
 *
 *   S <seq>                            the next message has this seq; then it grows by one
 *   M <time> <pri> <a|h> <process>     head of the messages that follow
 *   =<text>   -<text>                  a message; one without a newline of its own
 *   C <dyno id> <JSON of DynoCursor>   where collection of this dyno has come to
 *   .                                  commit
 */
export interface DynoCursor {
  /** of the engine; null where it has none */
  cursor: string | null;
  /** bytes of unfinished lines that the cursor has passed, base64 */
  stdout?: string;
  stderr?: string;
}

export const COMMIT = '.\n';

/** Writes messages; remembers what the file's reader will know. */
export class LogEncoder {
  #head: MessageHead | null = null;
  #nextSeq: number | null = null;

  /** Forgets the context: another file, or one whose end is uncertain. */
  reset(): void {
    this.#head = null;
    this.#nextSeq = null;
  }

  encode(messages: readonly Message[], cursors: Iterable<[string, DynoCursor]>): string {
    let text = '';
    for (const {seq, head, text: line, unterminated} of messages) {
      if (seq !== this.#nextSeq) text += `S ${seq}\n`;
      if (head !== this.#head) text += `M ${head.time} ${head.pri} ${head.source[0]} ${head.process}\n`;
      text += unterminated ? `-${line}\n` : `=${line}\n`;
      this.#head = head;
      this.#nextSeq = seq + 1;
    }
    for (const [dynoId, cursor] of cursors) text += `C ${dynoId} ${JSON.stringify(cursor)}\n`;
    return text + COMMIT;
  }
}

export interface DecodedLog {
  messages: Message[];
  cursors: Map<string, DynoCursor>;
  /** seq after the last message; null when the file says nothing of it */
  nextSeq: number | null;
}

/** Bytes of a file that are committed. */
export function committedBytes(file: Buffer): number {
  if (file.length === 2 && file.toString() === COMMIT) return 2;
  const at = file.lastIndexOf(`\n${COMMIT}`);
  return at === -1 ? 0 : at + 1 + COMMIT.length;
}

/** `text` ends with a commit. */
export function decodeLog(text: string): DecodedLog {
  const messages: Message[] = [];
  const cursors = new Map<string, DynoCursor>();
  let head: MessageHead | null = null;
  let seq: number | null = null;
  for (const line of text.split('\n')) {
    const kind = line[0];
    if (kind === '=' || kind === '-') {
      if (head && seq !== null) messages.push({seq: seq++, head, text: line.slice(1), unterminated: kind === '-'});
    } else if (kind === 'M') {
      const [, time, pri, source, process] = line.split(' ');
      head = new MessageHead(Number(time), source === 'a' ? 'app' : 'heroku', process ?? '', Number(pri));
    } else if (kind === 'S') {
      seq = Number(line.slice(2));
    } else if (kind === 'C') {
      const space = line.indexOf(' ', 2);
      cursors.set(line.slice(2, space), JSON.parse(line.slice(space + 1)) as DynoCursor);
    }
  }
  return {messages, cursors, nextSeq: seq};
}
