// Makes dist/ equal to the sources: compiles what changed, copies what is no TypeScript, removes what lost its source.
import {spawnSync} from 'node:child_process';
import {copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, statSync} from 'node:fs';
import {dirname, join, relative} from 'node:path';
import {fileURLToPath} from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const dist = join(root, 'dist');
const buildInfo = join(dist, '.tsbuildinfo');
const SOURCES = ['src', 'commands', 'test', 'bench'];
const COMPILED = /(\.d\.ts|\.js\.map|\.js)$/;

if (process.argv.includes('--clean')) rmSync(dist, {recursive: true, force: true});
removeStale();
// tsc trusts its notes and would not write a file again that somebody removed.
if (!allCompiled()) rmSync(buildInfo, {force: true});
copyAssets();
process.exitCode =
  spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', root], {
    stdio: 'inherit',
  }).status ?? 1;

function removeStale() {
  for (const file of filesUnder(dist)) {
    if (file === buildInfo) continue;
    const source = join(root, relative(dist, file));
    if (!existsSync(source.replace(COMPILED, '.ts')) && !isAsset(source)) rmSync(file);
  }
}

function allCompiled() {
  return sources().every(
    (source) => !isCode(source) || existsSync(join(dist, relative(root, source)).replace(/\.ts$/, '.js')),
  );
}

function copyAssets() {
  for (const source of sources()) {
    if (!isAsset(source)) continue;
    const copy = join(dist, relative(root, source));
    if (existsSync(copy) && statSync(copy).mtimeMs >= statSync(source).mtimeMs) continue;
    mkdirSync(dirname(copy), {recursive: true});
    copyFileSync(source, copy);
  }
}

/** Shell scripts, migrations, pages: what the code reads beside itself at run time. Tests read theirs from test/. */
function isAsset(source) {
  return relative(root, source).startsWith('src') && !source.endsWith('.ts') && existsSync(source);
}

function isCode(source) {
  return (
    source.endsWith('.ts') && !source.endsWith('.d.ts') && !relative(root, source).startsWith(join('test', 'fixtures'))
  );
}

function sources() {
  return SOURCES.flatMap((folder) => filesUnder(join(root, folder)));
}

function filesUnder(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, {withFileTypes: true}).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesUnder(path) : [path];
  });
}
