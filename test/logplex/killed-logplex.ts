import {openSync, readdirSync, readSync} from 'node:fs';
import {join} from 'node:path';
import {Logplex} from '../../src/logplex/logplex.js';
import type {DrainStatus} from '../../src/model/drain.js';
import type {LogRecord} from '../../src/model/log.js';
import type {DrainSpec} from '../../src/model/spec.js';
import {systemClock} from './system-clock.js';

/*
 * A process to be killed: a logplex that follows growing files as an engine follows dynos. A cursor is an offset.
 * Asked by `status`, it says how far it is; asked to `close`, it ends well.
 */
export interface KilledOptions {
  directory: string;
  /** a file per dyno, named by its id */
  sources: string;
  drains: DrainSpec[];
}

export interface KilledStatus {
  offsets: Record<string, number>;
  last: LogRecord | null;
  drains: DrainStatus[];
}

const APP = 'app-1';
/** bytes that are read of a source at a time: to catch up is not a race with the drains */
const CHUNK = 1024;

const {directory, sources, drains} = JSON.parse(process.argv[2]!) as KilledOptions;
const logplex = new Logplex({clock: systemClock(), random: Math.random, directory});
logplex.setApp({id: APP, drains});
await logplex.open();

const offsets: Record<string, number> = {};
const timers = readdirSync(sources).map(follow);

function follow(id: string): NodeJS.Timeout {
  const {output, cursor} = logplex.dynoOutput(APP, {id, name: `${id}.1`});
  const file = openSync(join(sources, id), 'r');
  const buffer = Buffer.alloc(CHUNK);
  offsets[id] = Number(cursor ?? 0);
  return setInterval(() => {
    // Any number of bytes: lines and characters are cut where they may.
    const length = readSync(file, buffer, 0, 1 + Math.floor(Math.random() * CHUNK), offsets[id]!);
    if (length === 0) return;
    offsets[id]! += length;
    output.write(buffer.subarray(0, length), 'stdout', Date.now(), String(offsets[id]));
  }, 10);
}

process.on('message', (request) => {
  void (async () => {
    if (request === 'close') {
      for (const timer of timers) clearInterval(timer);
      await logplex.close();
      process.disconnect();
      return;
    }
    let last: LogRecord | null = null;
    for await (const records of logplex.read(APP, {lines: 1}, new AbortController().signal)) last = records.at(-1)!;
    const status: KilledStatus = {offsets, last, drains: logplex.drainsOf(APP)};
    process.send!(status);
  })();
});
process.send!('ready');
