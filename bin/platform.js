#!/usr/bin/env node
// Started by the first command that needs the platform; the work is in src/platform/main.ts.
import {main} from '../dist/src/platform/main.js';

// At once: everything is closed, and a timer that nobody waits for must not keep the next platform waiting.
process.exit((await main(process.argv.slice(2))) ?? 0);
