#!/usr/bin/env node
import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

// oclif looks for TypeScript sources unless this says production.
process.env.NODE_ENV ??= 'production';

const [first] = process.argv.slice(2);
if (first === '--version' || first === '-v') {
  // The same line that oclif prints, in a third of the time: loading oclif costs more than starting node.
  const {name, version} = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  console.log(`${name}/${version} ${process.platform}-${process.arch} node-${process.version}`);
} else {
  const {runKnownCommand} = await import('../dist/src/cli/known-command.js');
  if (!(await runKnownCommand(fileURLToPath(new URL('..', import.meta.url)), process.argv.slice(2)))) {
    const {execute} = await import('@oclif/core/execute');
    await execute({dir: import.meta.url});
  }
}
