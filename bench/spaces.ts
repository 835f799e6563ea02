import {execFile} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {promisify} from 'node:util';
import Docker from 'dockerode';
import {whyNoDocker} from '../test/support/docker.js';
import {Installation} from '../test/support/installation.js';
import {dynoPeer, whyNoPeers} from '../test/spaces/peers.js';
import {World} from '../test/spaces/world.js';
import type {Figure} from './figure.js';
import {median} from './figure.js';

const run = promisify(execFile);

const ROUNDS = 5;
const PAIRS = 10;
const MANY = 20;
const LOAD_SECONDS = 2;

/** What a private space costs, and whether its dynos and its router are as quick as others. */
export async function measureSpaces(): Promise<Figure[]> {
  const reason = (await whyNoDocker()) ?? whyNoPeers();
  if (reason) {
    console.log(`Left out: ${reason}`);
    return [];
  }
  return [...(await measureNetworks()), ...(await measureThroughput()), ...(await measureInstalled())];
}

/** The network side alone: bridge, guard, gateway, and all of it away again. */
async function measureNetworks(): Promise<Figure[]> {
  const world = new World();
  try {
    // The image of the helpers and the edge are there after the first.
    await world.space('first');
    const made: number[] = [];
    const gone: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const start = performance.now();
      const engine = await world.space(`space-${round}`);
      made.push(performance.now() - start);
      const end = performance.now();
      await engine.removeNetwork(`space-${round}`);
      gone.push(performance.now() - end);
    }
    const together = performance.now();
    await Promise.all(Array.from({length: MANY}, (_, n) => world.space(`many-${n}`)));
    const all = performance.now() - together;
    return [
      {name: 'network of a space: bridge, guard and gateway ready', value: median(made), unit: 'ms'},
      {name: 'network of a space: all removed', value: median(gone), unit: 'ms'},
      {name: `networks of ${MANY} spaces at once, each`, value: all / MANY, unit: 'ms'},
    ];
  } finally {
    await world.close();
  }
}

/** A gateway's processes and its shim. */
async function gatewayMemory(docker: Docker, gateway: string): Promise<number> {
  const {State} = await docker.getContainer(gateway).inspect();
  const shim = Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${State.Pid}/status`, 'utf8'))![1]);
  const {stdout} = await run('ps', ['-o', 'pid=', '--ppid', `${State.Pid}`, '-p', `${State.Pid},${shim}`]);
  return stdout
    .trim()
    .split(/\s+/)
    .reduce((sum, pid) => sum + memoryMiB(Number(pid)), 0);
}

/** One TCP stream from dyno to dyno, against the same two programs in bare containers on a bridge of their own. */
async function measureThroughput(): Promise<Figure[]> {
  const world = new World();
  const bare = `bench-${world.owner}`;
  const containers: Docker.Container[] = [];
  try {
    await world.space('acme');
    await world.importImage();
    await world.docker.createNetwork({Name: bare, Labels: {'dyno.owner': world.owner}});
    const sink = `exec env ${perl(SINK)}`;
    const receiver = await world.startDyno('acme', sink);
    const sender = await world.startDyno('acme', 'sleep 3600');
    for (const command of [sink, 'sleep 3600']) {
      const container = await world.docker.createContainer({
        Image: world.image,
        Entrypoint: ['/bin/bash', '-c', command],
        HostConfig: {NetworkMode: bare},
        Labels: {'dyno.owner': world.owner},
      });
      containers.push(container);
      await container.start();
    }
    const bareAddress = (await containers[0]!.inspect()).NetworkSettings.Networks[bare]!.IPAddress;
    const {ours: space, theirs: plain} = await inTurn(
      () => sendFrom(sender.engineId, receiver.address!),
      () => sendFrom(containers[1]!.id, bareAddress),
    );
    return [
      {name: 'one stream between two bare containers', value: median(plain), unit: 'MB/s'},
      {name: 'one stream from dyno to dyno in a space', value: median(space), unit: 'MB/s'},
      {name: 'dyno to dyno / bare containers', value: median(space) / median(plain), unit: '×', goal: 0.95, more: true},
    ];
  } finally {
    await Promise.all(containers.map((container) => container.remove({force: true})));
    await world.docker.getNetwork(bare).remove();
    await world.close();
  }
}

/** Each first in every other round, after one that does not count: what else the machine does hits both alike. */
async function inTurn(one: () => Promise<number>, other: () => Promise<number>) {
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let round = -1; round < PAIRS; round++) {
    const odd = round % 2 !== 0;
    const before = odd ? await other() : undefined;
    const mine = await one();
    const after = odd ? before! : await other();
    if (round < 0) continue;
    ours.push(mine);
    theirs.push(after);
  }
  return {ours, theirs};
}

const STREAM_PORT = 9100;
const SINK = `socket(my $s, PF_INET, SOCK_STREAM, 0); setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1);
  bind($s, sockaddr_in(${STREAM_PORT}, INADDR_ANY)); listen($s, 5);
  while (accept(my $c, $s)) { 1 while sysread($c, my $b, 1 << 18); close $c }`;
/** perl-base has no finer clock than the kernel's. */
const SOURCE = `sub now { open my $f, "<", "/proc/uptime"; (split " ", <$f>)[0] }
  socket(my $s, PF_INET, SOCK_STREAM, 0); connect($s, sockaddr_in(${STREAM_PORT}, inet_aton(shift))) or die $!;
  my ($b, $n, $start) = ("x" x (1 << 18), 0, now); while (now() - $start < 1) { $n += syswrite($s, $b) }
  printf "%f\\n", $n / 1e6 / (now() - $start)`;

function perl(script: string): string {
  return `${dynoPeer.replace('/app/peer.pl', '')} -MSocket -e '${script}'`;
}

async function sendFrom(container: string, address: string): Promise<number> {
  const {stdout} = await run('docker', [
    'exec',
    '-u',
    '1000',
    container,
    'bash',
    '-c',
    `env ${perl(SOURCE)} ${address}`,
  ]);
  return Number(stdout);
}

/** A space as users have it: with its runtime process, its router, an app. */
async function measureInstalled(): Promise<Figure[]> {
  const installation = await Installation.make('docker');
  try {
    await installation.ok('create', 'common');
    const start = performance.now();
    await installation.ok('spaces:create', 'acme');
    await installation.ok('spaces:wait', 'acme');
    const created = performance.now() - start;
    await installation.ok('create', 'inside', '--space', 'acme');
    for (const app of ['common', 'inside']) await installation.ok('deploy', 'examples/hello-node', '-a', app);
    const {runtimes} = await installation.json<{runtimes: {name: string; pid: number; router_url: string}[]}>(
      'platform',
    );
    const [common, space] = ['us', 'acme'].map((name) => runtimes.find((runtime) => runtime.name === name)!);
    const docker = new Docker();
    const filters = {
      label: ['dyno.kind=egress', `dyno.owner=${readFileSync(join(installation.home, 'owner'), 'utf8').trim()}`],
    };
    const [gateway] = await docker.listContainers({filters});
    const memory = memoryMiB(space!.pid) + (await gatewayMemory(docker, gateway!.Id));
    const {ours, theirs} = await inTurn(
      () => requestsPerSecond(space!.router_url, 'inside'),
      () => requestsPerSecond(common!.router_url, 'common'),
    );
    await installation.ok('destroy', 'inside', '--confirm', 'inside');
    const end = performance.now();
    await installation.ok('spaces:destroy', 'acme', '--confirm', 'acme');
    await untilNoSpaces(installation);
    const destroyed = performance.now() - end;
    return [
      {name: 'spaces:create and spaces:wait, as commands', value: created, unit: 'ms'},
      {name: 'spaces:destroy, until nothing is left', value: destroyed, unit: 'ms'},
      {name: 'memory of a space: runtime, gateway and its shim', value: memory, unit: 'MiB', goal: 90},
      {name: 'router of us', value: median(theirs), unit: 'req/s'},
      {name: 'router of a space', value: median(ours), unit: 'req/s'},
      {name: 'router of a space / of us', value: median(ours) / median(theirs), unit: '×', goal: 0.95, more: true},
      ...(await measureMany(installation)),
    ];
  } finally {
    await installation.dyno('destroy', 'inside', '--confirm', 'inside');
    for (const {name} of await installation.json<{name: string}[]>('spaces')) {
      await installation.dyno('spaces:destroy', name, '--confirm', name);
    }
    await untilNoSpaces(installation);
    await installation.remove();
  }
}

/** Twenty whole spaces, each with its runtime, asked for one after the other and made at once. */
async function measureMany(installation: Installation): Promise<Figure[]> {
  const names = Array.from({length: MANY}, (_, n) => `many-${n}`);
  const start = performance.now();
  for (const name of names) await installation.ok('spaces:create', name, '--no-wait');
  for (const name of names) await installation.ok('spaces:wait', name);
  const made = performance.now() - start;
  const {runtimes} = await installation.json<{runtimes: {name: string; pid: number}[]}>('platform');
  const memory = runtimes.filter(({name}) => names.includes(name)).map(({pid}) => memoryMiB(pid));
  const end = performance.now();
  for (const name of names) await installation.ok('spaces:destroy', name, '--confirm', name);
  await untilNoSpaces(installation);
  const gone = performance.now() - end;
  return [
    {name: `${MANY} spaces at once, made, each`, value: made / MANY, unit: 'ms'},
    {name: `${MANY} spaces at once, memory of a runtime`, value: median(memory), unit: 'MiB'},
    {name: `${MANY} spaces at once, destroyed, each`, value: gone / MANY, unit: 'ms'},
  ];
}

async function untilNoSpaces(installation: Installation): Promise<void> {
  while ((await installation.json<unknown[]>('spaces')).length > 0) await delay(100);
}

/** Proportional: what several processes share counts once. */
function memoryMiB(pid: number): number {
  return Number(/^Pss:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))![1]) / 1024;
}

async function requestsPerSecond(url: string, app: string): Promise<number> {
  const {port} = new URL(url);
  const args = [
    '-t1',
    '-c32',
    `-d${LOAD_SECONDS}s`,
    '-H',
    `Host: ${app}.localhost:${port}`,
    `http://127.0.0.1:${port}/`,
  ];
  const {stdout} = await run('wrk', args);
  return Number(/Requests\/sec:\s*([\d.]+)/.exec(stdout)![1]);
}
