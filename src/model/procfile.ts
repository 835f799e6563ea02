import {DynoError} from './error.js';

const LINE = /^([A-Za-z0-9_-]+):\s*(.+?)\s*$/;

/**
 * Process types of a Procfile, in the order of the file (heroku-behaviour.md 6.4).
 * Blank lines and comments are skipped, the last of two equal types wins.
 * Heroku ignores a line that is neither; we refuse it with its number, because it is a typo in practice.
 *
 * @throws DynoError procfile_invalid
 */
export function parseProcfile(text: string): Record<string, string> {
  const types: Record<string, string> = {};
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const match = LINE.exec(line);
    if (!match) throw new DynoError('procfile_invalid', {line: index + 1, text: line.slice(0, 80)});
    types[match[1]!] = match[2]!;
  }
  return types;
}
