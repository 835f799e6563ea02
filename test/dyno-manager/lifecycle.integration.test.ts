import {expect} from 'chai';
import {once} from 'node:events';
import {DynoManager} from '../../src/dyno-manager/dyno-manager.js';
import type {RoutedDyno} from '../../src/dyno-manager/dyno-manager.js';
import {DockerEngine} from '../../src/engine/docker/docker-engine.js';
import {ProcessEngine} from '../../src/engine/process/process-engine.js';
import {AdvancingClock} from '../../src/runtime/advancing-clock.js';
import {ownedBy} from '../engine/docker/owned-by.js';
import {Rig} from '../engine/contract/rig.js';
import type {EngineUnderTest} from '../engine/contract/rig.js';
import {describeDocker} from '../support/docker.js';
import {until} from '../support/until.js';
import {HOUR, MINUTE, SECOND, appOf, releaseOf} from './harness.js';
import {processesOf} from './processes-of.js';

/** The rules of heroku-behaviour.md 2 on real processes: what a simulated engine cannot prove. */
function describeLifecycle(under: EngineUnderTest): void {
  let rig: Rig;
  let clock: AdvancingClock;
  let manager: DynoManager;
  let log: string[];
  let output: string[];
  let routed: RoutedDyno[];
  let revision = 0;

  before(async function () {
    this.timeout(180 * SECOND);
    rig = new Rig(under);
    await rig.open();
  });

  after(async function () {
    this.timeout(60 * SECOND);
    expect(await rig.close(), 'leftovers').to.deep.equal([]);
  });

  beforeEach(async () => {
    [log, output, routed] = [[], [], []];
    clock = new AdvancingClock();
    manager = new DynoManager({
      engine: rig.engine,
      clock,
      workClock: clock.work,
      random: Math.random,
      runtime: {name: 'us', kind: 'common', network: rig.network},
      log: (_app, process, message) => void log.push(`${process}: ${message}`),
      outputOf: (_app, {name}) => ({
        output: {write: (chunk) => void output.push(`${name}: ${String(chunk)}`), end: () => undefined},
        cursor: null,
      }),
      onDynos: (_app, dynos) => void (routed = dynos),
      drain: () => Promise.resolve(),
      onChange: () => undefined,
    });
    clock.onLeap((leap) => manager.clockLeapt(leap));
    await manager.start();
  });

  afterEach(async function () {
    this.timeout(60 * SECOND);
    await manager.removeApp(rig.appId);
    expect(await rig.engine.listDynos()).to.deep.equal([]);
    await manager.close({dynos: 'keep'});
    clock.close();
  });

  /** Desires one dyno of each of the types with these commands. */
  function run(types: Record<string, string>, {size = 'Standard-1X', config = {}} = {}): void {
    const quantities = Object.fromEntries(Object.keys(types).map((type) => [type, `1:${size}`]));
    const release = releaseOf(3, {image: rig.image, processTypes: types, config});
    manager.setApp(appOf(quantities, {id: rig.appId, revision: ++revision, release}));
  }

  const logged = (text: string) =>
    until(`log line ${text}\n${log.join('\n')}`, () => log.some((line) => line.includes(text)));
  const written = (text: string) => until(`output ${text}`, () => output.some((line) => line.includes(text)));
  const isUp = () => until('web.1 up', () => routed.some(({state}) => state === 'up'));

  it('boots, and tells the router where', async () => {
    run({web: 'node server.mjs'});
    await isUp();
    const {host, port} = routed[0]!.endpoint!;
    expect(await (await fetch(`http://${host}:${port}/`)).text()).to.equal('dyno web.1\n');
    expect(log).to.deep.equal([
      'web.1: Starting process with command `node server.mjs`',
      'web.1: State changed from starting to up',
    ]);
  });

  it('restarts at once after a first crash', async () => {
    run({web: 'node server.mjs'});
    await isUp();
    log.length = 0;
    manager.chaos({kind: 'kill', app: rig.appId});
    await logged('starting to up');
    expect(log).to.deep.equal([
      'web.1: Chaos: killing all processes',
      'web.1: Process exited with status 137',
      'web.1: State changed from up to crashed',
      'web.1: State changed from crashed to starting',
      'web.1: Starting process with command `node server.mjs`',
      'web.1: State changed from starting to up',
    ]);
  });

  it('R10 for a server that listens on 127.0.0.1 only', async () => {
    run({web: 'node server.mjs'}, {config: {LISTEN: '127.0.0.1'}});
    await written('listening');
    clock.advance(61 * SECOND);
    await logged('State changed from crashed to starting');
    expect(log.slice(1, 5)).to.deep.equal([
      'web.1: Error R10 (Boot timeout) -> Web process failed to bind to $PORT within 60 seconds of launch',
      'web.1: Stopping process with SIGKILL',
      'web.1: Process exited with status 137',
      'web.1: State changed from starting to crashed',
    ]);
  });

  it('R12 for a process that does not go', async () => {
    run({worker: 'exec node stubborn.mjs'});
    await written('ready');
    run({});
    await written('ignoring SIGTERM');
    clock.advance(31 * SECOND);
    await logged('Process exited with status 137');
    expect(log.slice(2)).to.deep.equal([
      'worker.1: State changed from up to down',
      'worker.1: Stopping all processes with SIGTERM',
      'worker.1: Error R12 (Exit timeout) -> At least one process failed to exit within 30 seconds of SIGTERM',
      'worker.1: Stopping remaining processes with SIGKILL',
      'worker.1: Process exited with status 137',
    ]);
  });

  it('SIGTERM reaches a grandchild in a session of its own, and waits for it', async () => {
    run({worker: 'bash family.sh'});
    for (const who of ['main', 'child', 'grandchild']) await written(`${who} ready`);
    run({});
    await logged('Process exited with status');
    const all = output.join('');
    for (const said of ['child got TERM', 'grandchild got TERM', 'grandchild done']) expect(all).to.include(said);
    expect(log.at(-1)).to.equal('worker.1: Process exited with status 143');
  });

  it('a first exit with 0 is a crash', async () => {
    run({worker: 'bash bin/hello && sleep 0.2'});
    await logged('State changed from crashed to starting');
    expect(log.slice(0, 4)).to.deep.equal([
      'worker.1: Starting process with command `bash bin/hello && sleep 0.2`',
      'worker.1: State changed from starting to up',
      'worker.1: Process exited with status 0',
      'worker.1: State changed from up to crashed',
    ]);
    expect(output[0]).to.equal('worker.1: hello from the slug\n');
  });

  it('a one-off dyno with a terminal: its command exits with 42', async () => {
    run({});
    const attach = {tty: {columns: 90, rows: 30, term: 'xterm'}};
    const oneOff = {command: 'bash', kind: 'run', env: {}, size: 'standard-1x', type: 'run', attach} as const;
    const {name} = await manager.runOneOff(rig.appId, oneOff);
    const session = await manager.attach(rig.appId, name);
    let text = '';
    session.output.on('data', (chunk: Buffer) => (text += chunk.toString()));
    session.input.write('tput cols; test -t 0 && echo a terminal""; exit 42\n');
    expect(await session.exited).to.equal(42);
    await logged('State changed from up to complete');
    expect(text).to.include('a terminal');
    expect(text).to.include('90');
    expect(log).to.deep.equal([
      `${name}: Awaiting client`,
      `${name}: Starting process with command \`bash\``,
      `${name}: State changed from starting to up`,
      `${name}: Process exited with status 42`,
      `${name}: State changed from up to complete`,
    ]);
  });

  it('hangs up a one-off dyno whose client is lost', async () => {
    run({});
    const attach = {tty: null};
    const command = 'trap "exit 5" HUP; echo ready; while :; do sleep 0.1; done';
    const oneOff = {command, kind: 'run', env: {}, size: 'standard-1x', type: 'run', attach} as const;
    const {name} = await manager.runOneOff(rig.appId, oneOff);
    const session = await manager.attach(rig.appId, name);
    await once(session.output, 'data');
    session.output.destroy();
    await logged('State changed from up to complete');
    expect(log.slice(-3)).to.deep.equal([
      `${name}: Client connection closed. Sending SIGHUP to all processes`,
      `${name}: Process exited with status 5`,
      `${name}: State changed from up to complete`,
    ]);
  });

  it('a release phase that fails tells its status and its output', async () => {
    run({worker: 'exec node stubborn.mjs'});
    await written('ready');
    const release = releaseOf(4, {image: rig.image, processTypes: {release: 'echo migrating; exit 3'}});
    let text = '';
    const done = manager.runReleasePhase(rig.appId, {release, size: 'standard-1x'}, (chunk) => (text += String(chunk)));
    expect(await done).to.deep.equal({status: 3});
    expect(text).to.equal('migrating\n');
    expect(manager.dynosOf(rig.appId).map(({release}) => release)).to.deep.equal([3]);
    clock.advance(31 * SECOND);
  });

  it('an eco app sleeps and wakes', async () => {
    run({web: 'node server.mjs'}, {size: 'Eco'});
    await isUp();
    clock.advance(31 * MINUTE);
    await until('idle', () => routed.some(({state}) => state === 'idle'));
    await until('gone', async () => (await rig.engine.listDynos()).length === 0);
    manager.wake(rig.appId);
    await isUp();
    expect(log).to.include.members(['web.1: Idling', 'web.1: Unidling', 'web.1: State changed from down to starting']);
  });

  it('25 hours cycle every dyno', async () => {
    run({web: 'node server.mjs', worker: 'bash trapping.sh'});
    await isUp();
    const before = manager.dynosOf(rig.appId).map(({id}) => id);
    clock.advance(25 * HOUR);
    await until('all cycled', () => {
      const now = manager.dynosOf(rig.appId);
      return now.every(({id, state}) => !before.includes(id) && state === 'up');
    });
    expect(log).to.include.members(['web.1: Cycling', 'worker.1: Cycling']);
  });

  it('adopts its dynos after kill -9: same processes, output goes on', async () => {
    run({web: 'node server.mjs'});
    await isUp();
    const [before] = await rig.engine.listDynos();
    await manager.close({dynos: 'keep'});
    const lines: string[] = [];
    manager = new DynoManager({
      engine: rig.engine,
      clock,
      workClock: clock.work,
      random: Math.random,
      runtime: {name: 'us', kind: 'common', network: rig.network},
      log: (_app, process, message) => void lines.push(`${process}: ${message}`),
      outputOf: () => ({
        output: {write: (chunk) => void lines.push(String(chunk)), end: () => undefined},
        cursor: null,
      }),
      onDynos: (_app, dynos) => void (routed = dynos),
      drain: () => Promise.resolve(),
      onChange: () => undefined,
    });
    const types = {web: 'node server.mjs'};
    const release = releaseOf(3, {image: rig.image, processTypes: types});
    manager.setApp(appOf({web: 1}, {id: rig.appId, revision: ++revision, release}));
    await manager.start();
    const [after] = await rig.engine.listDynos();
    expect(after!.engineId).to.equal(before!.engineId);
    expect(manager.dynosOf(rig.appId).map(({state}) => state)).to.deep.equal(['up']);
    await manager.removeApp(rig.appId);
    expect(lines).to.include('web.1: Stopping all processes with SIGTERM');
    expect(lines.join('')).to.include('server got SIGTERM');
  });

  it('R14 above the quota', async function () {
    run({worker: 'node hog.mjs 600'});
    await written('holding 600');
    clock.advance(20 * SECOND);
    await logged('Error R14 (Memory quota exceeded)');
    expect(log.find((line) => line.includes('mem='))).to.match(
      /^worker\.1: Process running mem=6\d\dM\(1[12]\d\.\d%\)$/,
    );
  });

  for (const [what, command] of Object.entries({
    'the main process': 'exec node hog.mjs 1200',
    'a child': 'node hog.mjs 1200; sleep 600',
  })) {
    it(`R15 far above it, taken by ${what}`, async function () {
      run({worker: command});
      const seen = logged('State changed from up to crashed');
      if (!rig.has('memory-limit')) {
        await written('holding 1200');
        clock.advance(20 * SECOND);
      }
      await seen;
      const crash = log.indexOf('worker.1: State changed from up to crashed');
      expect(log.slice(crash - 3, crash)).to.deep.equal([
        'worker.1: Error R15 (Memory quota vastly exceeded)',
        'worker.1: Stopping process with SIGKILL',
        'worker.1: Process exited with status 137',
      ]);
      expect(log[crash - 4]).to.match(/^worker\.1: Process running mem=1[012]\d\dM\(2[0-4]\d\.\d%\)$/);
    });
  }
}

describe('life of a dyno on the process engine', function () {
  this.timeout(90 * SECOND);
  describeLifecycle({make: (identity) => new ProcessEngine(identity), leftovers: processesOf});
});

describeDocker('life of a dyno on the docker engine', function () {
  this.timeout(120 * SECOND);
  describeLifecycle({make: (identity) => new DockerEngine({...identity, stackImage: 'host'}), leftovers: ownedBy});
});
