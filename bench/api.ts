import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import type {Call, Measured, Served} from './api/load.js';
import {CONCURRENT, load} from './api/load.js';
import {measurePsCommands} from './api/ps-commands.js';
import type {Figure} from './figure.js';
import {median} from './figure.js';

const ROUNDS = 5;
const PATH = '/apps/bench-0/formation';

interface Kind {
  name: string;
  requests: number;
  callOf: (index: number) => Call;
  /** ms at the 99th percentile, with a thousand apps */
  goal?: number;
}

const kinds: Kind[] = [
  {name: 'GET /apps/:a/formation', requests: 4000, callOf: () => ({method: 'GET', path: PATH}), goal: 5},
  {
    name: 'PATCH /apps/:a/formation',
    requests: 1000,
    // Each changes something: a change that changes nothing would be no write.
    callOf: (index) => ({
      method: 'PATCH',
      path: PATH,
      body: JSON.stringify({updates: [{type: 'worker', quantity: index % 5}]}),
    }),
  },
];

/** Reading and changing a formation, with one app in the store and with a thousand; then the commands. */
export async function measureApi(): Promise<Figure[]> {
  const figures = await withPlatform(1, (few) =>
    withPlatform(1000, async (many) => {
      const all: Figure[] = [];
      for (const kind of kinds) all.push(...(await compare(kind, few, many)));
      return all;
    }),
  );
  return [...figures, ...(await measurePsCommands())];
}

/** In turns, so that what else the machine does hits both alike. */
async function compare({name, requests, callOf, goal}: Kind, few: Served, many: Served): Promise<Figure[]> {
  const rounds: {few: Measured; many: Measured}[] = [];
  for (let round = -1; round < ROUNDS; round++) {
    const measured = {few: await load(few, callOf, requests), many: await load(many, callOf, requests)};
    if (round >= 0) rounds.push(measured);
  }
  const middle = (of: (round: (typeof rounds)[number]) => number) => median(rounds.map(of));
  return [
    {name: `${name}, 1 app`, value: middle((round) => round.few.rate), unit: 'req/s'},
    {name: `${name}, 1,000 apps`, value: middle((round) => round.many.rate), unit: 'req/s'},
    {name: `${name}, p99 at concurrency ${CONCURRENT}, 1 app`, value: middle((round) => round.few.p99), unit: 'ms'},
    {
      name: `${name}, p99 at concurrency ${CONCURRENT}, 1,000 apps`,
      value: middle((round) => round.many.p99),
      unit: 'ms',
      ...(goal ? {goal} : {}),
    },
    {
      name: `${name}, rate with 1,000 apps against 1`,
      value: middle((round) => round.many.rate / round.few.rate),
      unit: 'x',
      goal: 0.85,
      more: true,
    },
  ];
}

async function withPlatform<T>(apps: number, work: (served: Served) => Promise<T>): Promise<T> {
  const script = fileURLToPath(new URL('./api/platform-process.js', import.meta.url));
  const child = spawn(process.execPath, [script, String(apps)], {stdio: ['pipe', 'pipe', 'inherit']});
  try {
    const [line] = (await once(createInterface({input: child.stdout}), 'line')) as [string];
    return await work(JSON.parse(line) as Served);
  } finally {
    const ended = once(child, 'exit');
    child.stdin.end();
    await ended;
  }
}
