import {mkdirSync, writeFileSync} from 'node:fs';
import {cpus} from 'node:os';
import {join} from 'node:path';
import {checkout} from '../test/support/installation.js';
import type {Figure} from './figure.js';

/** What can be measured, in the order of a full run. Each is loaded when its turn comes. */
const benches: Record<string, () => Promise<Figure[]>> = {
  start: async () => (await import('./start-up.js')).measureStartUp(),
  scale: async () => (await import('./scale.js')).measureScale(),
  reconcile: async () => (await import('./reconcile.js')).measureReconcile(),
  stop: async () => (await import('./stop.js')).measureStop(),
  api: async () => (await import('./api.js')).measureApi(),
  spaces: async () => (await import('./spaces.js')).measureSpaces(),
  logs: async () => (await import('./logs.js')).measureLogs(),
  kill: async () => (await import('./kill.js')).measureKill(),
  router: async () => (await import('./router.js')).measureRouter(),
};

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !(name in benches));
if (unknown.length > 0) {
  console.error(`No such benchmark: ${unknown.join(', ')}. There are: ${Object.keys(benches).join(', ')}`);
  process.exitCode = 2;
} else {
  const results: Record<string, Figure[]> = {};
  for (const [name, measure] of Object.entries(benches)) {
    if (chosen.length > 0 && !chosen.includes(name)) continue;
    console.log(`\n=== ${name}`);
    results[name] = await measure();
    for (const figure of results[name]) console.log(row(figure));
  }
  save(results);
}

function row({name, value, unit, goal, more}: Figure): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  const verdict =
    goal === undefined ? '' : `goal ${more ? '≥' : '≤'} ${goal}  ${met(value, goal, more) ? 'met' : 'MISSED'}`;
  return `${name.padEnd(64)} ${value.toFixed(digits).padStart(10)} ${unit.padEnd(10)} ${verdict}`;
}

function met(value: number, goal: number, more = false): boolean {
  return more ? value >= goal : value <= goal;
}

function save(results: Record<string, Figure[]>): void {
  const directory = join(checkout, 'bench/results');
  mkdirSync(directory, {recursive: true});
  const at = new Date().toISOString();
  const machine = {cores: cpus().length, model: cpus()[0]?.model, node: process.version};
  const path = join(directory, `${at.slice(0, 19).replaceAll(':', '')}.json`);
  writeFileSync(path, `${JSON.stringify({at, machine, results}, null, 2)}\n`);
  console.log(`\nWritten: ${path}`);
}
