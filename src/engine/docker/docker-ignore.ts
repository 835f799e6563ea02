/**
 * The rules of a .dockerignore (Docker's documentation, "Dockerfile reference"): patterns from the root of the tree, the
 * last that matches decides, `!` takes back, and what is below a folder goes with it.
 */
export function parseDockerIgnore(text: string): (path: string) => boolean {
  const rules = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const keep = line.startsWith('!');
      const pattern = (keep ? line.slice(1).trim() : line).replace(/^\.?\/+/, '').replace(/\/+$/, '');
      return {keep, matches: patternToRegExp(pattern)};
    });
  return (path) => {
    let ignored = false;
    for (const {keep, matches} of rules) if (ignored === keep && matches.test(path)) ignored = !keep;
    return ignored;
  };
}

function patternToRegExp(pattern: string): RegExp {
  let source = '';
  for (let at = 0; at < pattern.length;) {
    const rest = pattern.slice(at);
    const set = /^\[(\^?)((?:\\.|[^\]\\])+)\]/.exec(rest);
    if (rest.startsWith('**/')) [source, at] = [`${source}(?:.*/)?`, at + 3];
    else if (rest.startsWith('**')) [source, at] = [`${source}.*`, at + 2];
    else if (rest.startsWith('*')) [source, at] = [`${source}[^/]*`, at + 1];
    else if (rest.startsWith('?')) [source, at] = [`${source}[^/]`, at + 1];
    else if (set) [source, at] = [`${source}[${set[1]!}${set[2]!}]`, at + set[0].length];
    else if (rest.startsWith('\\') && rest.length > 1) [source, at] = [source + quote(rest[1]!), at + 2];
    else [source, at] = [source + quote(rest[0]!), at + 1];
  }
  return new RegExp(`^${source}(?:/.*)?$`, 's');
}

function quote(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
}
