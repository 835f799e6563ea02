import {fork, spawn} from 'node:child_process';
import type {ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import Docker from 'dockerode';
import {makeCertificate} from '../test/logplex/certificates.js';
import {whyNoDocker} from '../test/support/docker.js';
import {Installation} from '../test/support/installation.js';
import {writeSpamApp} from '../test/support/spam-app.js';
import {until} from '../test/support/until.js';
import type {Figure} from './figure.js';
import type {Books} from './logs/receiver.js';

const LINES = 500_000;
const DYNOS = 20;
const RATE = 1000;
const SECONDS = 15;
const TAILS = 10;
/** ms that tails may lag behind the drain */
const TAIL_MS = 10_000;
const HERTZ = 100;

/** Lines of Docker dynos through logplex into history and one https drain, against `docker logs -f`. */
export async function measureLogs(): Promise<Figure[]> {
  if ((await whyNoDocker()) !== null) return [];
  const installation = await Installation.make('docker');
  const {certificateChain, privateKey} = await makeCertificate();
  const program = fileURLToPath(new URL('./logs/receiver.js', import.meta.url));
  const receiver = fork(program, [JSON.stringify([certificateChain, privateKey])]);
  try {
    const [port] = (await once(receiver, 'message')) as [number];
    const source = join(installation.home, 'spam');
    await writeSpamApp(source);
    await installation.ok('create', 'demo');
    await installation.ok('config:set', `LINES=${LINES}`, '-a', 'demo');
    await installation.ok('deploy', source, '-a', 'demo');
    await installation.ok('drains:add', `https://localhost:${port}/#insecure`, '-a', 'demo');
    return [...(await measureOne(installation, receiver)), ...(await measureMany(installation, receiver))];
  } finally {
    receiver.kill();
    await installation.remove();
  }
}

async function measureOne(installation: Installation, receiver: ChildProcess): Promise<Figure[]> {
  const pid = await installation.pidOf('us');
  const before = cpuSeconds(pid);
  await installation.ok('scale', 'spam=1', '-a', 'demo');
  const books = await booksOf(receiver, 1);
  const cpu = cpuSeconds(pid) - before;
  await inHistory(installation);
  const peer = await dockerLogs(installation);
  await installation.ok('scale', 'spam=0', '-a', 'demo');
  const ours = (books.lines / books.ms) * 1000;
  return [
    {name: 'docker logs -f, one container at full speed', value: peer, unit: 'lines/s'},
    {name: 'one dyno at full speed, into history and an https drain', value: ours, unit: 'lines/s'},
    {name: 'one dyno / docker logs -f', value: ours / peer, unit: '×', goal: 1, more: true},
    {name: 'lost of it, and told of in L10', value: (books.lost / LINES) * 100, unit: '%', goal: 0},
    {name: 'CPU of the runtime per million lines', value: (cpu / LINES) * 1e6, unit: 's'},
    {name: 'resident memory of the runtime after it', value: residentMiB(pid), unit: 'MiB'},
  ];
}

/** 20 dynos × 1,000 lines a second; alone, then with ten tails. */
async function measureMany(installation: Installation, receiver: ChildProcess): Promise<Figure[]> {
  const pid = await installation.pidOf('us');
  await installation.ok('config:set', `LINES=${RATE * SECONDS}`, `RATE=${RATE}`, '-a', 'demo');
  const total = DYNOS * RATE * SECONDS;
  const figures: Figure[] = [];
  for (const tails of [0, TAILS]) {
    const stop = new AbortController();
    const counts = await Promise.all(Array.from({length: tails}, () => openTail(installation, stop.signal)));
    const before = cpuSeconds(pid);
    await installation.ok('scale', `spam=${DYNOS}`, '-a', 'demo');
    const books = await booksOf(receiver, DYNOS);
    const cpu = cpuSeconds(pid) - before;
    const name = `${DYNOS} dynos × ${RATE} lines/s${tails ? `, ${tails} tails` : ''}`;
    // The last words of a dyno may be among what a tail has lost.
    const haveEnded = () => counts.every((count) => count.ends === DYNOS);
    await until('the tails', haveEnded, TAIL_MS).catch(() => undefined);
    figures.push(
      {name: `${name}: lost in the drain`, value: total + DYNOS - books.lines, unit: 'lines', goal: 0},
      {name: `${name}: CPU of the runtime per million lines`, value: (cpu / total) * 1e6, unit: 's'},
    );
    const lost = counts.reduce((sum, {lines}) => sum + total + DYNOS - lines, 0);
    if (tails) figures.push({name: `${name}: lost in all tails`, value: lost, unit: 'lines', goal: 0});
    stop.abort();
    await installation.ok('scale', 'spam=0', '-a', 'demo');
  }
  return [...figures, {name: 'resident memory of the runtime at the end', value: residentMiB(pid), unit: 'MiB'}];
}

async function booksOf(receiver: ChildProcess, ends: number): Promise<Books> {
  let sum: Books = {lines: 0, lost: 0, ends: 0, ms: 0};
  return until(
    'the last words in the drain',
    async () => {
      receiver.send('report');
      const [books] = (await once(receiver, 'message')) as [Books];
      if (books.ends === 0) return false;
      sum = {
        lines: sum.lines + books.lines,
        lost: sum.lost + books.lost,
        ends: sum.ends + books.ends,
        ms: sum.ms + books.ms,
      };
      return sum.ends === ends && sum;
    },
    300_000,
  );
}

async function inHistory(installation: Installation): Promise<void> {
  await until('the last words in the history', async () =>
    (await installation.ok('logs', '-n', '5', '-a', 'demo')).includes('spam ends'),
  );
}

/** The very container of the dyno, its log not limited, read by Docker's own client. */
async function dockerLogs({home}: Installation): Promise<number> {
  const docker = new Docker();
  const owner = readFileSync(join(home, 'owner'), 'utf8').trim();
  const [one] = await docker.listContainers({filters: {label: [`dyno.owner=${owner}`, 'dyno.dyno=spam.1']}});
  const {Config, HostConfig} = await docker.getContainer(one!.Id).inspect();
  const container = await docker.createContainer({
    ...Config,
    Hostname: '',
    Labels: {'dyno.owner': owner},
    HostConfig: {...HostConfig, LogConfig: {Type: 'json-file', Config: {}}},
  });
  try {
    await container.start();
    const reader = spawn('docker', ['logs', '-f', container.id], {stdio: ['ignore', 'pipe', 'ignore']});
    let [first, lines, rest] = [0, 0, ''];
    for await (const chunk of reader.stdout as AsyncIterable<Buffer>) {
      first ||= performance.now();
      for (const byte of chunk) if (byte === 10) lines++;
      rest = (rest + chunk.toString('latin1')).slice(-20);
      if (rest.endsWith('spam ends\n')) break;
    }
    const rate = (lines / (performance.now() - first)) * 1000;
    reader.kill();
    return rate;
  } finally {
    await container.remove({force: true});
  }
}

interface TailCount {
  lines: number;
  ends: number;
}

/** A log session that is read to its end, by somebody who keeps up. */
async function openTail({home, port}: Installation, signal: AbortSignal): Promise<TailCount> {
  const token = readFileSync(join(home, 'token'), 'utf8').trim();
  const session = await fetch(`http://127.0.0.1:${port}/apps/demo/log-sessions`, {
    method: 'POST',
    headers: {authorization: `Bearer ${token}`, 'content-type': 'application/json'},
    body: JSON.stringify({tail: true, lines: 1, source: 'app', dyno: 'spam'}),
  });
  const {logplex_url: url} = (await session.json()) as {logplex_url: string};
  const response = await fetch(url, {signal});
  const count = {lines: 0, ends: 0};
  void (async () => {
    let rest = '';
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      const text = rest + Buffer.from(chunk).toString('latin1');
      const lines = text.split('\n');
      rest = lines.pop()!;
      count.lines += lines.length;
      count.ends += lines.filter((line) => line.endsWith(' spam ends')).length;
    }
  })().catch(() => undefined);
  return count;
}

function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / HERTZ;
}

function residentMiB(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;
}
