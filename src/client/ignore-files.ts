import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import ignore, {type Ignore} from 'ignore';

/** Never packed: git's own records, which no slug holds. */
const ALWAYS = ['.git', '.hg', '.svn'];

interface IgnoreFile {
  /** folder of the file, relative to the packed directory: '' or `a/b/` */
  folder: string;
  rules: Ignore;
}

/**
 * Which files of a directory stay out of a deploy: what git would not commit (every .gitignore on the way, deeper ones
 * winning), and what the root's .slugignore names. As on Heroku nothing else is left out: node_modules is packed
 * unless .gitignore names it.
 */
export class IgnoreFiles {
  private readonly files = new Map<string, IgnoreFile | null>();
  private readonly slugIgnore: Ignore | undefined;

  constructor(private readonly root: string) {
    const text = readText(join(root, '.slugignore'));
    // .slugignore knows no negation (heroku-behaviour.md 6.6).
    const lines = text?.split(/\r?\n/).filter((line) => !line.trimStart().startsWith('!'));
    this.slugIgnore = lines ? ignore().add(lines) : undefined;
  }

  /** `path` is relative to the root with `/`; folders are asked before what is in them. */
  ignores(path: string, isFolder: boolean): boolean {
    const parts = path.split('/');
    if (ALWAYS.includes(parts.at(-1)!)) return true;
    const asked = isFolder ? `${path}/` : path;
    if (this.slugIgnore?.ignores(asked)) return true;
    for (let depth = parts.length - 1; depth >= 0; depth--) {
      const file = this.fileOf(
        parts
          .slice(0, depth)
          .map((part) => `${part}/`)
          .join(''),
      );
      const verdict = file?.rules.test(asked.slice(file.folder.length));
      if (verdict?.ignored || verdict?.unignored) return verdict.ignored;
    }
    return false;
  }

  private fileOf(folder: string): IgnoreFile | null {
    let file = this.files.get(folder);
    if (file === undefined) {
      const text = readText(join(this.root, folder, '.gitignore'));
      file = text === undefined ? null : {folder, rules: ignore().add(text)};
      this.files.set(folder, file);
    }
    return file;
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
