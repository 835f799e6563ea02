import createIgnore = require('ignore');

/**
 * What .slugignore leaves out: patterns as in .gitignore, but for negation, which Heroku does not know
 * (heroku-behaviour.md 6.6). Paths are relative to the root of the app; directories end in a slash.
 */
export function slugIgnore(text: string): (path: string) => boolean {
  const patterns = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('!'));
  if (patterns.length === 0) return () => false;
  const rules = createIgnore().add(patterns);
  return (path) => path !== '' && path !== '/' && rules.ignores(path);
}
