#!/usr/bin/env node
// Like run.js, for work on dyno itself: reads the commands in dist/ instead of the committed manifest, so that a new
// command shows at once (after script/build), and prints the stack of an error.
import {fileURLToPath} from 'node:url';
import {execute, settings} from '@oclif/core';

// dist/ is what runs here too; oclif would otherwise look for a TypeScript loader.
settings.enableAutoTranspile = false;

await execute({
  development: true,
  loadOptions: {root: fileURLToPath(new URL('..', import.meta.url)), ignoreManifest: true},
});
