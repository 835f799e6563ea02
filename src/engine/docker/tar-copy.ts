import {PassThrough, type Readable} from 'node:stream';
import {extract, type Extract, type Header, pack, type Pack} from 'tar-stream';

/** What becomes of an entry: its new name, or null to leave it out. May throw to refuse the archive. */
export type Rename = (name: string) => string | null;

export interface TarCopyOptions {
  rename: Rename;
  /** owner of every entry */
  uid: number;
  /** text of small files by new name, read on the way: `app/Procfile` */
  peek?: Map<string, string>;
  /** entries to put in front */
  before?: {header: HeaderOf; text?: string}[];
}

/** Header of an entry to be made. */
type HeaderOf = Partial<Header> & Pick<Header, 'name'>;

const PEEK_BYTES = 1 << 20;

/**
 * Reads a tar and writes it again under other names. The result streams while the source is read; an error of the
 * source destroys it with that error.
 */
export function copyTar(source: Readable, options: TarCopyOptions): Readable {
  const packed = pack();
  // Consumers get a stream of Node's own kind: docker-modem pipes it into a request.
  const result = new PassThrough();
  packed.on('error', (error) => result.destroy(error));
  result.on('close', () => packed.destroy());
  packed.pipe(result);
  const reading = extract();
  source.on('error', (error) => reading.destroy(error));
  // Told by the iteration as well, but only when it waits for an entry.
  reading.on('error', (error: Error) => result.destroy(error));
  source.pipe(reading);
  result.on('close', () => source.destroy());
  void copyEntries(reading, packed, options).catch((error: Error) => {
    source.destroy();
    packed.destroy(error);
    result.destroy(error);
  });
  return result;
}

async function copyEntries(source: Extract, packed: Pack, options: TarCopyOptions): Promise<void> {
  for (const {header, text} of options.before ?? []) packed.entry(header, text ?? '');
  for await (const entry of source) {
    const name = options.rename(plainName(entry.header.name));
    if (name === null || name === '' || isDevice(entry.header)) {
      entry.resume();
      continue;
    }
    const header = renamed(entry.header, name, options);
    if (!carriesBytes(header)) {
      entry.resume();
      packed.entry(header);
      continue;
    }
    const peeked = options.peek && entry.header.size <= PEEK_BYTES && options.peek.has(name) ? ([] as Buffer[]) : null;
    const sink = packed.entry(header);
    sink.on('error', () => undefined);
    for await (const chunk of entry) {
      peeked?.push(chunk as Buffer);
      if (!sink.write(chunk)) await drained(sink, packed);
      if (packed.destroyed) return;
    }
    sink.end(null);
    if (peeked) options.peek!.set(name, Buffer.concat(peeked).toString('utf8'));
  }
  packed.finalize();
}

/** Whichever comes first, a sink that takes more or the end of the archive. */
function drained(sink: ReturnType<Pack['entry']>, packed: Pack): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      sink.off('drain', done);
      packed.off('close', done);
      resolve();
    };
    sink.on('drain', done);
    packed.on('close', done);
  });
}

function renamed(header: Header, name: string, options: TarCopyOptions): HeaderOf {
  const directory = header.type === 'directory';
  const target =
    header.type === 'link' && header.linkname ? options.rename(plainName(header.linkname)) : header.linkname;
  return {
    name: directory ? `${name}/` : name,
    type: header.type,
    // What cannot be entered or read by its owner would break the app in ways that no tar of a checkout means.
    mode: header.mode | (directory ? 0o700 : 0o400),
    size: carriesBytes(header) ? header.size : 0,
    uid: options.uid,
    gid: options.uid,
    ...(header.mtime ? {mtime: header.mtime} : {}),
    ...(target ? {linkname: target} : {}),
  };
}

/** `./a/b/` → `a/b`; `.` → the empty name. Throws for names that lead out of the archive. */
function plainName(name: string): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (name.startsWith('/') || parts.includes('..')) throw new Error(`the entry ${name} leads out of the archive`);
  return parts.join('/');
}

function isDevice(header: HeaderOf): boolean {
  return header.type === 'character-device' || header.type === 'block-device' || header.type === 'fifo';
}

function carriesBytes(header: HeaderOf): boolean {
  return header.type === 'file' || header.type === 'contiguous-file';
}
