import {text} from 'node:stream/consumers';
import {DynoError} from '../../model/error.js';
import {ancestorsOf, entryPath, pathBelow, symlinkEscapes} from './archive-paths.js';
import {readArchive} from './read-archive.js';

/** What has to be known of a source archive before anything is made of it. */
export interface SourceTree {
  /** the one directory that everything lies in, when it has to be taken off; else '' */
  root: string;
  /** text of the files at the root that say how to build; absent where there is none */
  texts: Partial<Record<KnownFile, string>>;
  /** bytes unpacked */
  size: number;
  /** whether each entry is named as it will be */
  plain: boolean;
}

export type KnownFile = (typeof knownFiles)[number];

const knownFiles = ['Procfile', '.slugignore', 'heroku.yml', 'Dockerfile', 'package.json'] as const;

/** bytes of one of the known files */
const KNOWN_FILE_LIMIT = 1024 * 1024;

/**
 * Reads a source archive through and refuses what no build should see.
 *
 * @param unwrap take off one root directory, as archives of GitHub and Terraform have it (platform-api.md 5.5)
 * @param sizeLimit bytes unpacked
 * @throws DynoError slug_invalid
 */
export async function inspectSource(path: string, unwrap: boolean, sizeLimit: number): Promise<SourceTree> {
  const known = new Map<string, string>();
  const tops = new Map<string, 'directory' | 'other'>();
  const symlinks = new Set<string>();
  let hasRootEntry = false;
  let plain = true;
  let size = 0;

  await readArchive(path, async (header, content) => {
    const entry = entryPath(header.name);
    if (entry === null) throw refuse(`${header.name} leads out of it`);
    if (ancestorsOf(entry).some((directory) => symlinks.has(directory))) {
      throw refuse(`${header.name} lies behind a symbolic link`);
    }
    const isFile = header.type === 'file' || header.type === 'contiguous-file';
    if (header.type === 'symlink') {
      if (symlinkEscapes(entry, header.linkname ?? '')) throw refuse(`link ${header.name} leads out of it`);
      symlinks.add(entry);
    } else if (header.type === 'link') {
      const target = entryPath(header.linkname ?? '');
      if (target === null || target === '') throw refuse(`link ${header.name} leads out of it`);
      if (ancestorsOf(target).some((directory) => symlinks.has(directory))) {
        throw refuse(`link ${header.name} leads behind a symbolic link`);
      }
    } else if (!isFile && header.type !== 'directory') {
      throw refuse(`${header.name} is neither file, directory nor link`);
    }

    if (entry === '') hasRootEntry = true;
    else {
      const top = entry.split('/', 1)[0]!;
      if (entry !== top || header.type === 'directory') tops.set(top, tops.get(top) ?? 'directory');
      else tops.set(top, 'other');
    }
    if (header.name.replace(/\/$/, '') !== entry) plain = false;

    size += header.size;
    if (size > sizeLimit) throw refuse(`it has more than ${Math.floor(sizeLimit / 1024 / 1024)} MB unpacked`);
    const name = entry.split('/').slice(-1)[0]!;
    if (isFile && isKnown(name) && entry.split('/').length <= 2 && header.size <= KNOWN_FILE_LIMIT) {
      known.set(entry, await text(content));
    } else {
      content.resume();
    }
  });

  const [top] = tops.keys();
  const root = unwrap && !hasRootEntry && tops.size === 1 && tops.get(top!) === 'directory' ? top! : '';
  const texts: SourceTree['texts'] = {};
  for (const [entry, content] of known) {
    const name = pathBelow(root, entry);
    if (name !== null && isKnown(name)) texts[name] = content;
  }
  return {root, texts, size, plain};
}

const isKnown = (name: string): name is KnownFile => (knownFiles as readonly string[]).includes(name);

const refuse = (reason: string) => new DynoError('slug_invalid', {reason});
