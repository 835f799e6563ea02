import net from 'node:net';
import {Logplex} from '../../src/logplex/logplex.js';
import type {DrainStatus} from '../../src/model/drain.js';
import {settle, VirtualClock} from '../support/virtual-clock.js';

/*
 * A process with little memory whose logplex is flooded while nobody takes anything: an http and a syslog receiver that
 * say nothing, a tail that is not read on. Its clock stands still, so that buffers hold as much as they ever may.
 * Says what it holds, and waits for its end; without a bound it would be out of memory long before.
 */
export interface FloodOptions {
  directory: string;
  /** 1 MiB each, of lines of 1 KiB */
  chunks: number;
}

export interface FloodReport {
  lines: number;
  history: number;
  drains: DrainStatus[];
  tail: {read: number; told: number};
}

const APP = 'app-1';
const LINES = 1024;
const {directory, chunks} = JSON.parse(process.argv[2]!) as FloodOptions;

const silent = net.createServer((socket) => void socket.on('error', () => undefined).pause());
await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
const {port} = silent.address() as net.AddressInfo;
const logplex = new Logplex({clock: new VirtualClock(), random: Math.random, directory});
logplex.setApp({
  id: APP,
  drains: ['http', 'syslog'].map((kind) => ({id: kind, url: `${kind}://127.0.0.1:${port}`, token: `d.${kind}`})),
});
await logplex.open();

const stop = new AbortController();
const tail = logplex.read(APP, {tail: true}, stop.signal);
const begun = tail.next();
await settle();
const {output} = logplex.dynoOutput(APP, {id: 'dyno-1', name: 'web.1'});
for (let chunk = 0; chunk < chunks; chunk++) {
  let text = '';
  for (let line = 0; line < LINES; line++) text += `${chunk * LINES + line} `.padEnd(LINES - 1, 'x') + '\n';
  output.write(Buffer.from(text), 'stdout', Date.now(), String(chunk));
  // Nothing is lost on the way in: that is another test's.
  for await (const _ of logplex.read(APP, {lines: 1}, stop.signal));
}

let history = 0;
for await (const records of logplex.read(APP, {lines: 1500}, stop.signal)) history = records.length;
const drains = logplex.drainsOf(APP);
let [read, told] = [(await begun).value!.length, 0];
stop.abort();
for await (const records of tail) {
  for (const {message} of records) {
    const [, lost] = /^Error L11 .* dropped (\d+) messages/.exec(message) ?? [];
    if (lost === undefined) read++;
    else told += Number(lost);
  }
}
const report: FloodReport = {lines: chunks * LINES, history, drains, tail: {read, told}};
process.send!(report);
