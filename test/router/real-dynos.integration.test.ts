import {mkdtempSync, rmSync} from 'node:fs';
import {Agent, get} from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect} from 'chai';
import {DockerEngine} from '../../src/engine/docker/docker-engine.js';
import {ProcessEngine} from '../../src/engine/process/process-engine.js';
import {Runtime} from '../../src/runtime/runtime.js';
import {appOf, releaseOf} from '../dyno-manager/harness.js';
import {processesOf} from '../dyno-manager/processes-of.js';
import {Rig} from '../engine/contract/rig.js';
import type {EngineUnderTest} from '../engine/contract/rig.js';
import {ownedBy} from '../engine/docker/owned-by.js';
import {describeDocker} from '../support/docker.js';
import {until} from '../support/until.js';
import {ECHO_COMMAND, sendEcho} from './support/echo.js';
import type {Outcome} from './support/echo.js';

const REQUESTS = 10_000;
const CLIENTS = 64;
const MB = 1_000_000;
const small = [0, 1, 100, 1000, 10_000];
/** by number of the request */
const large = new Map([
  [500, 100 * MB],
  [2000, 10 * MB],
  [5200, 100 * MB],
  [8000, 10 * MB],
  [9500, 100 * MB],
]);

const sizeOf = (number: number) =>
  large.get(number) ?? (number % 100 === 0 ? MB : number % 25 === 0 ? 70_000 : small[number % small.length]!);

/** 10,000 requests through a whole runtime, while its dynos come and go. */
function describeRealDynos(under: EngineUnderTest): void {
  let rig: Rig;
  let runtime: Runtime;
  let directory: string;
  let revision = 0;
  const ended = new AbortController();
  /** router lines, as a tail gets them */
  const lines: string[] = [];

  before(async () => {
    rig = new Rig(under);
    await rig.open();
    directory = mkdtempSync(join(tmpdir(), 'dyno-real-'));
    runtime = new Runtime({
      spec: {name: 'us', kind: 'common', router: {host: '127.0.0.1', httpPort: 0}, apps: []},
      engine: rig.engine,
      directory,
    });
    await runtime.start();
  });

  after(async () => {
    ended.abort();
    await runtime.removeApp(rig.appId);
    await runtime.close({dynos: 'stop'});
    rmSync(directory, {recursive: true, force: true});
    expect(await rig.close(), 'leftovers').to.deep.equal([]);
  });

  async function scale(web: number): Promise<void> {
    const release = releaseOf(3, {image: rig.image, processTypes: {web: ECHO_COMMAND}});
    await runtime.setApp(appOf({web}, {id: rig.appId, revision: ++revision, release}));
    await allUp(web);
  }

  const allUp = (web: number) =>
    until(`${web} dynos`, async () => {
      const dynos = runtime.dynosOf(rig.appId);
      const isWhole = dynos.length === web && dynos.every(({state}) => state === 'up');
      return isWhole && (await rig.engine.listDynos()).length === web;
    });

  async function follow(): Promise<void> {
    for await (const records of runtime.readLog(rig.appId, {lines: 1, tail: true}, ended.signal)) {
      for (const {process, message} of records) if (process === 'router') lines.push(message);
    }
  }

  it('scaling, a crash and a rolling restart fail only what the crashed dyno had', async () => {
    await scale(3);
    const port = Number(new URL(runtime.status().routerUrl).port);
    const following = follow();
    const agent = new Agent({keepAlive: true, maxSockets: CLIENTS});
    const outcomes: Outcome[] = [];
    let sent = 0;
    const client = async () => {
      while (sent < REQUESTS) {
        const number = sent++;
        outcomes.push(await sendEcho(port, agent, Buffer.alloc(sizeOf(number), String(number))));
      }
    };
    const reached = (count: number) => until(`${count} requests`, () => outcomes.length >= count, 120_000);
    const story = async () => {
      await reached(1000);
      await scale(5);
      await reached(3000);
      await scale(3);
      await reached(4500);
      await new Promise((resolve) => get({port, path: '/crash', headers: {host: 'demo.localhost'}}, resolve));
      await until('the crash', () => lines.some((line) => line.includes('path="/crash"')));
      await allUp(3);
      await reached(6000);
      for (const {name, id} of runtime.dynosOf(rig.appId)) {
        runtime.restart(rig.appId, {dyno: name});
        await until(`another ${name}`, () => !runtime.dynosOf(rig.appId).some((dyno) => dyno.id === id));
        await allUp(3);
      }
    };
    await Promise.all([story(), ...Array.from({length: CLIENTS}, client)]);
    await until('all lines', () => lines.length >= REQUESTS + 1);
    ended.abort();
    await following;
    agent.destroy();

    const failed = outcomes.filter(({status, intact}) => status !== 200 || !intact);
    const errors = lines.filter((line) => line.includes(' code='));
    const crashed = /dyno=(\S+)/.exec(lines.find((line) => line.includes('path="/crash"'))!)![1];
    expect(lines).to.have.length(REQUESTS + 1);
    // The request for the crash is one more.
    expect(errors, errors.join('\n')).to.have.length(failed.length + 1);
    expect(failed.length, errors.join('\n')).to.be.at.most(CLIENTS);
    for (const line of errors) expect(line).to.match(new RegExp(` code=H1[38] .* dyno=${crashed} `));
  });
}

describe('10,000 requests over dynos that come and go, process engine', function () {
  this.timeout(300_000);
  describeRealDynos({make: (identity) => new ProcessEngine(identity), leftovers: processesOf});
});

describeDocker('10,000 requests over dynos that come and go, docker engine', function () {
  this.timeout(300_000);
  describeRealDynos({make: (identity) => new DockerEngine({...identity, stackImage: 'host'}), leftovers: ownedBy});
});
