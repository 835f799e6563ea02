import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {Figure} from './figure.js';
import {load, median} from './router/measure.js';
import type {Load} from './router/measure.js';
import {
  LOAD_CORE,
  PROXY_CORE,
  backendCommand,
  isInstalled,
  proxyCommands,
  startPeer,
  stopPeer,
} from './router/peers.js';
import type {Peer} from './router/peers.js';

const CONNECTIONS = 64;
const BACKEND_PORT = 17_700;

/**
 * The router against the proxies people use: one run, same tiny backend, one core for the proxy, one for the load.
 * Rounds are interleaved and the median counts, so that what else the machine does hits all alike.
 */
export async function measureRouter({seconds = 2, rounds = 5} = {}): Promise<Figure[]> {
  if (!['wrk', 'nginx', 'taskset'].every(isInstalled)) return [];
  const directory = mkdtempSync(join(tmpdir(), 'dyno-bench-router-'));
  const peers: Peer[] = [];
  try {
    const backend = await startPeer('backend', BACKEND_PORT, backendCommand(directory, BACKEND_PORT), LOAD_CORE);
    peers.push(backend);
    let port = BACKEND_PORT;
    for (const [name, command] of Object.entries(proxyCommands(directory, BACKEND_PORT))) {
      peers.push(await startPeer(name, ++port, command(port), PROXY_CORE, join(directory, `${port}.out`)));
    }
    const busy = await measureAll(peers, CONNECTIONS, seconds, rounds);
    const single = await measureAll(peers, 1, Math.max(1, seconds / 2), rounds);
    return figuresOf(busy, single);
  } finally {
    for (const peer of peers.reverse()) await stopPeer(peer);
    rmSync(directory, {recursive: true, force: true});
  }
}

async function measureAll(peers: Peer[], connections: number, seconds: number, rounds: number) {
  const loads = new Map<string, Load[]>(peers.map(({name}) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const peer of peers) loads.get(peer.name)!.push(await load(peer, connections, seconds));
  }
  return new Map([...loads].map(([name, all]) => [name, median(all)]));
}

function figuresOf(busy: Map<string, Load>, single: Map<string, Load>): Figure[] {
  const figures: Figure[] = [];
  const direct = single.get('backend')!.p50;
  for (const [name, {rate, perCpuSecond, p50, p99, errors}] of busy) {
    figures.push({name: `${name}: requests a second`, value: rate, unit: 'req/s'});
    if (name === 'backend') continue;
    figures.push({name: `${name}: requests for a second of CPU`, value: perCpuSecond, unit: 'req/s'});
    figures.push({name: `${name}: half of the requests within`, value: p50, unit: 'ms'});
    figures.push({name: `${name}: 99 % of the requests within`, value: p99, unit: 'ms'});
    const added = (single.get(name)!.p50 - direct) * 1000;
    figures.push({name: `${name}: added latency at concurrency 1`, value: added, unit: 'µs'});
    if (errors > 0) figures.push({name: `${name}: errors`, value: errors, unit: 'responses', goal: 0});
  }
  const ours = busy.get('router')!;
  /** their throughput against ours */
  const against = (name: string, goal?: number) => {
    const theirs = busy.get(name);
    if (!theirs) return;
    const limit = goal === undefined ? {} : {goal};
    figures.push({name: `throughput, ${name} ÷ router`, value: theirs.rate / ours.rate, unit: '×', ...limit});
    figures.push({
      name: `per CPU, ${name} ÷ router`,
      value: theirs.perCpuSecond / ours.perCpuSecond,
      unit: '×',
      ...limit,
    });
  };
  against('caddy', 1 / 1.5);
  against('http-proxy', 1 / 3);
  against('haproxy', 2);
  against('nginx');
  against('node:http and undici');
  against('bare splice');
  const caddy = busy.get('caddy');
  if (caddy) figures.push({name: '99 % within, router ÷ caddy', value: ours.p99 / caddy.p99, unit: '×', goal: 1});
  for (const apps of [100, 1000]) {
    const many = busy.get(`router, ${apps} apps`)!;
    const name = `1 app ÷ ${apps} apps`;
    figures.push({name: `throughput, ${name}`, value: ours.rate / many.rate, unit: '×', goal: 1.1});
    figures.push({name: `per CPU, ${name}`, value: ours.perCpuSecond / many.perCpuSecond, unit: '×', goal: 1.1});
  }
  return figures;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const {name, value, unit, goal} of await measureRouter()) {
    console.log(
      `${name.padEnd(60)} ${value.toFixed(2)} ${unit}${goal === undefined ? '' : ` (goal ≤ ${goal.toFixed(2)})`}`,
    );
  }
}
