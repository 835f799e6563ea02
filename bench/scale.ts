import {spawn} from 'node:child_process';
import type {ChildProcess} from 'node:child_process';
import {readFileSync, readdirSync} from 'node:fs';
import {connect} from 'node:net';
import {join} from 'node:path';
import Docker from 'dockerode';
import {whyNoDocker} from '../test/support/docker.js';
import {freePortBase} from '../test/support/free-port.js';
import {Installation} from '../test/support/installation.js';
import {until} from '../test/support/until.js';
import type {Figure} from './figure.js';
import {median} from './figure.js';

const ROUNDS = 5;
const FROM = 1;
const TO = 8;
/** ms between two connections tried to a bare one, and between two questions to the API, which cost more */
const POLL_MS = 10;
const ASK_MS = 50;

/** From `scale web=8` until all eight answer through the router, against the engine alone starting as many more. */
export async function measureScale(): Promise<Figure[]> {
  const figures = await measureOn('process', 'bare spawn', 1.5, spawnBare);
  if ((await whyNoDocker()) !== null) return figures;
  return [...figures, ...(await measureOn('docker', 'bare dockerode', 1.2, startBareContainers))];
}

async function measureOn(
  engine: 'docker' | 'process',
  peer: string,
  goal: number,
  bare: (installation: Installation) => Promise<number>,
): Promise<Figure[]> {
  const installation = await Installation.make(engine);
  try {
    await installation.ok('create', 'demo');
    await installation.ok('deploy', 'examples/hello-node', '-a', 'demo');
    await routable(installation, FROM);
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = -1; round < ROUNDS; round++) {
      const start = performance.now();
      await patchWeb(installation, TO);
      await routable(installation, TO);
      if (round >= 0) ours.push(performance.now() - start);
      await patchWeb(installation, FROM);
      await until('one dyno', async () => (await webDynos(installation)).length === FROM);
      const ms = await bare(installation);
      if (round >= 0) theirs.push(ms);
    }
    return [
      {name: `${peer}, ${TO - FROM} more that accept connections`, value: median(theirs), unit: 'ms'},
      {name: `${engine}: scale web=${FROM} to web=${TO}, all routable`, value: median(ours), unit: 'ms'},
      {name: `${engine}: scale / ${peer}`, value: median(ours) / median(theirs), unit: '×', goal},
    ];
  } finally {
    await installation.remove();
  }
}

/** Straight to the API: the command's own start is measured elsewhere. */
async function patchWeb(installation: Installation, quantity: number): Promise<void> {
  await api(installation, 'PATCH', '/apps/demo/formation', {updates: [{type: 'web', quantity}]});
}

async function webDynos(installation: Installation): Promise<{type: string; state: string}[]> {
  const dynos = await api<{type: string; state: string}[]>(installation, 'GET', '/apps/demo/dynos');
  return dynos.filter(({type}) => type === 'web');
}

async function webDynosUp(installation: Installation): Promise<number> {
  return (await webDynos(installation)).filter(({state}) => state === 'up').length;
}

async function api<T>({home, port}: Installation, method: string, path: string, body?: unknown): Promise<T> {
  const token = readFileSync(join(home, 'token'), 'utf8').trim();
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: {authorization: `Bearer ${token}`, 'content-type': 'application/json'},
    ...(body === undefined ? {} : {body: JSON.stringify(body)}),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

/** All of them have answered a request that came through the router. Asked when they are said to be up, not before. */
async function routable(installation: Installation, count: number): Promise<void> {
  const end = Date.now() + 60_000;
  const isLate = () => {
    if (Date.now() > end) throw new Error(`only ${[...seen].join(' ')} of ${count} dynos answered`);
  };
  const seen = new Set<string>();
  while ((await webDynosUp(installation)) < count) {
    isLate();
    await new Promise((resolve) => setTimeout(resolve, ASK_MS));
  }
  while (seen.size < count) {
    isLate();
    const answers = await Promise.all(Array.from({length: 8}, () => installation.request('demo')));
    for (const {status, body} of answers) if (status === 200) seen.add((JSON.parse(body) as {dyno: string}).dyno);
  }
}

async function spawnBare({home}: Installation): Promise<number> {
  const [owner] = readdirSync(join(home, 'engines/process'));
  const slugs = join(home, 'engines/process', owner!, 'slugs');
  const cwd = join(slugs, readdirSync(slugs)[0]!, 'app');
  const base = await freePortBase(TO);
  const children: ChildProcess[] = [];
  const start = performance.now();
  try {
    const ports = Array.from({length: TO - FROM}, (_, index) => base + index);
    for (const port of ports) {
      children.push(
        spawn('bash', ['-c', 'node web.js'], {cwd, env: {...process.env, PORT: String(port)}, stdio: 'ignore'}),
      );
    }
    await Promise.all(ports.map((port) => accepts('127.0.0.1', port)));
    return performance.now() - start;
  } finally {
    for (const child of children) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    }
  }
}

/** The very containers that a dyno runs in, by its own options, started by dockerode alone. */
async function startBareContainers({home}: Installation): Promise<number> {
  const docker = new Docker();
  const owner = readFileSync(join(home, 'owner'), 'utf8').trim();
  const filters = {label: [`dyno.owner=${owner}`, 'dyno.dyno=web.1']};
  const [one] = await docker.listContainers({filters});
  const {Config, HostConfig, NetworkSettings} = await docker.getContainer(one!.Id).inspect();
  const port = Number(/^PORT=(\d+)$/m.exec(Config.Env.join('\n'))![1]);
  const network = Object.keys(NetworkSettings.Networks)[0]!;
  const containers: Docker.Container[] = [];
  const start = performance.now();
  try {
    await Promise.all(
      Array.from({length: TO - FROM}, async () => {
        const container = await docker.createContainer({...Config, Hostname: '', Labels: {}, HostConfig});
        containers.push(container);
        await container.start();
        const {NetworkSettings: own} = await container.inspect();
        await accepts(own.Networks[network]!.IPAddress, port);
      }),
    );
    return performance.now() - start;
  } finally {
    await Promise.all(containers.map((container) => container.remove({force: true})));
  }
}

async function accepts(host: string, port: number): Promise<void> {
  for (;;) {
    const accepted = await new Promise<boolean>((resolve) => {
      const socket = connect({host, port});
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (accepted) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
