// README.md and the commands say the same: every visible command is named there, and every `dyno …` there exists.
import {existsSync, readFileSync} from 'node:fs';

/** Words after `dyno` that plugins and oclif itself answer to. */
const BUILT_IN = ['help', 'autocomplete', 'version'];

const {commands} = JSON.parse(read('oclif.manifest.json') || '{"commands": {}}');
const visible = Object.values(commands).filter((command) => !command.hidden);
const known = new Set([
  ...BUILT_IN,
  ...Object.keys(commands),
  ...Object.values(commands).flatMap((command) => [...command.aliases, ...(command.hiddenAliases ?? [])]),
]);
const named = commandsNamedIn(read('README.md'));

const missing = visible.map(({id}) => id).filter((id) => !named.has(id));
const unknown = [...named].filter((id) => !known.has(id));
if (missing.length > 0) console.error(`Not in README.md: ${missing.join(', ')}`);
if (unknown.length > 0) console.error(`In README.md, but no command: ${unknown.join(', ')}`);
if (missing.length > 0 || unknown.length > 0) process.exitCode = 1;
else console.log(`${visible.length} commands, all in README.md`);

/** Only code counts, fenced or in backticks: prose may speak of a dyno manager. */
function commandsNamedIn(markdown) {
  const code = [...markdown.matchAll(/```[^\n]*\n([\s\S]*?)```|`([^`\n]+)`/g)].map(([, fence, span]) => fence ?? span);
  const ids = code.flatMap((text) => [...text.matchAll(/(?:^|[\s$&|;(])dyno ([a-z][a-z0-9:-]*)/g)].map(([, id]) => id));
  return new Set(ids);
}

/** Empty where there is no such file. */
function read(name) {
  const file = new URL(`../../${name}`, import.meta.url);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
