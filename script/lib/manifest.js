// The manifest tells oclif about the commands without loading them; a stale one hides them.
//   node script/lib/manifest.js --check | --write      after script/build
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {Plugin, settings} from '@oclif/core';

const root = fileURLToPath(new URL('../..', import.meta.url));
const file = new URL('../../oclif.manifest.json', import.meta.url);
settings.enableAutoTranspile = false;

const plugin = new Plugin({root, type: 'core', ignoreManifest: true, errorOnManifestCreate: true});
await plugin.load();
const made = plugin.manifest;

if (process.argv.includes('--write')) {
  writeFileSync(file, `${JSON.stringify(made, null, 2)}\n`);
} else {
  const committed = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {commands: {}};
  const stale = staleCommands(committed.commands, made.commands);
  if (stale.length > 0) {
    console.error(`oclif.manifest.json is stale: ${stale.join(', ')}\nRun: npm run manifest`);
    process.exitCode = 1;
  } else {
    console.log(`${Object.keys(made.commands).length} commands`);
  }
}

/** The version is left out: it changes with each release, and only the commands can go stale. */
function staleCommands(committed, made) {
  const ids = new Set([...Object.keys(committed), ...Object.keys(made)]);
  return [...ids].filter((id) => JSON.stringify(committed[id]) !== JSON.stringify(made[id])).sort();
}
