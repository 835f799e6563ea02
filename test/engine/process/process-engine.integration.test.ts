import {readdirSync} from 'node:fs';
import {readFileSync} from 'node:fs';
import {ProcessEngine} from '../../../src/engine/process/process-engine.js';
import {describeEngineContract} from '../contract.js';

describeEngineContract('process', {
  make: (identity) => new ProcessEngine(identity),
  /** Processes whose environment names the engine's marker and whose directory was the suite's. */
  leftovers: () =>
    Promise.resolve(
      readdirSync('/proc')
        .filter((entry) => /^\d+$/.test(entry))
        .filter((pid) => readOr(`/proc/${pid}/environ`).includes('/dyno-engine-') && Number(pid) !== process.pid)
        .map((pid) => readOr(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')),
    ),
});

function readOr(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
