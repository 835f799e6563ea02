import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {Agent, request} from 'node:http';
import type {IncomingMessage} from 'node:http';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import type {Figure} from './figure.js';
import {median} from './figure.js';

const CONCURRENT = 8;
const REQUESTS = 4000;
const ROUNDS = 3;

interface Served {
  port: number;
  token: string;
}

interface Measured {
  /** requests per second */
  rate: number;
  /** ms */
  p99: number;
}

/** Reading and changing a formation, with one app in the store and with a thousand. */
export async function measureApi(): Promise<Figure[]> {
  const one = await withPlatform(1, measureBoth);
  const thousand = await withPlatform(1000, measureBoth);
  const figures: Figure[] = [];
  for (const [name, few, many, goal] of [
    ['GET /apps/:a/formation', one.read, thousand.read, 5],
    ['PATCH /apps/:a/formation', one.write, thousand.write, undefined],
  ] as const) {
    figures.push(
      {name: `${name}, 1 app`, value: few.rate, unit: 'req/s'},
      {name: `${name}, 1,000 apps`, value: many.rate, unit: 'req/s'},
      {
        name: `${name}, p99 at concurrency ${CONCURRENT}, 1,000 apps`,
        value: many.p99,
        unit: 'ms',
        ...(goal ? {goal} : {}),
      },
      {name: `${name}, rate with 1,000 apps against 1`, value: many.rate / few.rate, unit: 'x', goal: 0.85, more: true},
    );
  }
  return figures;
}

async function measureBoth(served: Served): Promise<{read: Measured; write: Measured}> {
  const path = '/apps/bench-0/formation';
  const read = await best(served, () => ({method: 'GET', path}));
  // Each changes something: a change that changes nothing would be no write.
  const write = await best(served, (index) => ({
    method: 'PATCH',
    path,
    body: JSON.stringify({updates: [{type: 'worker', quantity: index % 5}]}),
  }));
  return {read, write};
}

interface Call {
  method: string;
  path: string;
  body?: string;
}

async function best(served: Served, callOf: (index: number) => Call): Promise<Measured> {
  await load(served, callOf, REQUESTS / 4);
  const rounds: Measured[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await load(served, callOf, REQUESTS));
  return {rate: median(rounds.map(({rate}) => rate)), p99: median(rounds.map(({p99}) => p99))};
}

async function load(served: Served, callOf: (index: number) => Call, count: number): Promise<Measured> {
  const agent = new Agent({keepAlive: true, maxSockets: CONCURRENT});
  const times: number[] = [];
  let next = 0;
  const start = performance.now();
  await Promise.all(
    Array.from({length: CONCURRENT}, async () => {
      while (next < count) {
        const begun = performance.now();
        await send(served, agent, callOf(next++));
        times.push(performance.now() - begun);
      }
    }),
  );
  const seconds = (performance.now() - start) / 1000;
  agent.destroy();
  times.sort((a, b) => a - b);
  return {rate: count / seconds, p99: times[Math.floor(times.length * 0.99)]!};
}

async function send({port, token}: Served, agent: Agent, {method, path, body}: Call): Promise<void> {
  const headers = {
    authorization: `Bearer ${token}`,
    ...(body === undefined ? {} : {'content-type': 'application/json', 'content-length': Buffer.byteLength(body)}),
  };
  const call = request({host: '127.0.0.1', port, method, path, headers, agent});
  call.end(body);
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`${method} ${path}: ${response.statusCode}`);
  response.resume();
  await once(response, 'end');
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
