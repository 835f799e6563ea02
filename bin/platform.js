#!/usr/bin/env node
// Started by the first command that needs the platform; the work is in src/platform/main.ts.
import {main} from '../dist/src/platform/main.js';

process.exitCode = (await main(process.argv.slice(2))) ?? 0;
