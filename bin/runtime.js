#!/usr/bin/env node
// Started by the platform, one per region or space; the work is in src/runtime/main.ts.
import {main} from '../dist/src/runtime/main.js';

// At once: one that could not start may have connections open that nobody waits for.
process.exit((await main(process.argv.slice(2))) ?? 0);
