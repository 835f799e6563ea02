import {expect} from 'chai';
import http from 'node:http';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {DockerEngine} from '../../src/engine/docker/docker-engine.js';
import {ProcessEngine} from '../../src/engine/process/process-engine.js';
import type {AppSpec} from '../../src/model/spec.js';
import {Runtime} from '../../src/runtime/runtime.js';
import {ownedBy} from '../engine/docker/owned-by.js';
import {Rig} from '../engine/contract/rig.js';
import type {EngineUnderTest} from '../engine/contract/rig.js';
import {describeDocker} from '../support/docker.js';
import {until} from '../support/until.js';
import {HOUR, MINUTE, SECOND, appOf, releaseOf} from './harness.js';
import {processesOf} from './processes-of.js';

/** Answers after `?ms=`, at once without; ends politely. */
const SERVER = `node -e '
const server = require("http").createServer((request, response) => {
  setTimeout(() => response.end("done"), Number(request.url.split("ms=")[1] ?? 0));
}).listen(process.env.PORT);
process.on("SIGTERM", () => { server.close(() => process.exit(0)); server.closeIdleConnections(); });'`;

/** The status of one request to the app, or what went wrong. */
function request(url: string, path: string, agent: http.Agent | false): Promise<string> {
  const {port} = new URL(url);
  return new Promise<string>((resolve) => {
    const options = {host: '127.0.0.1', port, path, headers: {host: 'demo.localhost'}, agent};
    const sent = http.get(options, (response) => {
      response.resume();
      response.on('end', () => resolve(String(response.statusCode)));
      response.on('error', (error) => resolve(error.message));
    });
    sent.on('error', (error) => resolve(error.message));
  });
}

/** Requests that go on until stop(), on new and on kept connections: the status of each, by count. */
function startLoad(url: string): {counts: Map<string, number>; stop(): Promise<void>} {
  const counts = new Map<string, number>();
  const kept = new http.Agent({keepAlive: true});
  let isOver = false;
  const loop = async (path: string, agent: http.Agent | false) => {
    while (!isOver) {
      const outcome = await request(url, path, agent);
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    }
  };
  const loops = [loop('/', false), loop('/', false), loop('/', kept), loop('/?ms=300', kept)];
  return {
    counts,
    async stop() {
      isOver = true;
      await Promise.all(loops);
      kept.destroy();
    },
  };
}

/** Dyno manager and router together, on real processes, while clients go on asking. */
function describeUnderLoad(under: EngineUnderTest): void {
  let rig: Rig;
  let runtime: Runtime;
  let directory: string;
  let revision = 0;

  before(async function () {
    this.timeout(180 * SECOND);
    rig = new Rig(under);
    await rig.open();
    directory = mkdtempSync(join(tmpdir(), 'dyno-load-'));
    runtime = new Runtime({
      spec: {name: 'us', kind: 'common', router: {host: '127.0.0.1', httpPort: 0}, apps: []},
      engine: rig.engine,
      directory,
    });
    await runtime.start();
  });

  after(async function () {
    this.timeout(90 * SECOND);
    await runtime.removeApp(rig.appId);
    await runtime.close({dynos: 'stop'});
    rmSync(directory, {recursive: true, force: true});
    expect(await rig.close(), 'leftovers').to.deep.equal([]);
  });

  async function desire(version: number, web: number, own: Partial<AppSpec> & {size?: string} = {}): Promise<void> {
    const {size = 'Standard-1X', ...rest} = own;
    const release = releaseOf(version, {image: rig.image, processTypes: {web: SERVER}});
    await runtime.setApp(appOf({web: `${web}:${size}`}, {...rest, id: rig.appId, revision: ++revision, release}));
  }

  const allUp = (version: number, web: number) =>
    until(`${web} dynos of v${version}`, () => {
      const dynos = runtime.dynosOf(rig.appId);
      return dynos.length === web && dynos.every(({state, release}) => state === 'up' && release === version);
    });

  async function expectNoLoss(act: () => Promise<void>): Promise<void> {
    const load = startLoad(runtime.status().routerUrl);
    await until('a first request', () => load.counts.size > 0);
    await act();
    await load.stop();
    expect([...load.counts.keys()], (await linesWith('at=error')).join('\n')).to.deep.equal(['200']);
  }

  async function linesWith(text: string): Promise<string[]> {
    const found: string[] = [];
    const ended = new AbortController();
    for await (const records of runtime.readLog(rig.appId, {lines: 1500}, ended.signal)) {
      for (const {message} of [records].flat()) if (message.includes(text)) found.push(message);
    }
    return found;
  }

  it('a preboot deploy loses no request', async () => {
    // Its window of three minutes, made short.
    const own = {features: ['preboot'], limits: {bootTimeoutMs: 20 * SECOND, prebootWaitMs: -15 * SECOND}};
    await desire(3, 2, own);
    await allUp(3, 2);
    await expectNoLoss(async () => {
      await desire(4, 2, own);
      await allUp(4, 2);
      await until('the old ones gone', async () => (await rig.engine.listDynos()).length === 2);
    });
  });

  it('scaling down loses no request', async () => {
    await desire(4, 3);
    await allUp(4, 3);
    await expectNoLoss(async () => {
      await desire(4, 1);
      await until('one dyno left', async () => (await rig.engine.listDynos()).length === 1);
    });
  });

  it('cycling two dynos loses no request', async () => {
    await desire(5, 2, {limits: {cycleMs: 4 * SECOND, cycleJitterMs: 0}});
    await allUp(5, 2);
    const before = runtime.dynosOf(rig.appId).map(({id}) => id);
    await expectNoLoss(async () => {
      await until('both cycled', () =>
        runtime.dynosOf(rig.appId).every(({id, state}) => !before.includes(id) && state === 'up'),
      );
    });
    await desire(5, 2);
  });

  for (const features of [[], ['preboot']]) {
    it(`a clock that leaps by 25 hours cycles all and loses no request (${features.join() || 'no preboot'})`, async () => {
      await desire(5, 2, {features});
      await allUp(5, 2);
      const before = runtime.dynosOf(rig.appId).map(({id}) => id);
      await expectNoLoss(async () => {
        const slow = request(runtime.status().routerUrl, '/?ms=7000', false);
        runtime.setClock({advanceMs: 25 * HOUR});
        await until('both cycled', () =>
          runtime.dynosOf(rig.appId).every(({id, state}) => !before.includes(id) && state === 'up'),
        );
        expect(await slow).to.equal('200');
      });
    });
  }

  it('a preboot deploy switches when the clock leaps by its three minutes, and loses no request', async () => {
    const own = {features: ['preboot']};
    await desire(5, 2, own);
    await allUp(5, 2);
    await expectNoLoss(async () => {
      await desire(6, 2, own);
      const news = async () => (await rig.engine.listDynos()).filter(({release}) => release === 6);
      await until('two successors', async () => (await news()).length === 2);
      for (const {engineId} of await news()) await until('bound', () => rig.engine.isBound(engineId));
      expect(runtime.dynosOf(rig.appId).every(({release}) => release === 5)).to.equal(true);
      runtime.setClock({advanceMs: 3 * MINUTE});
      await allUp(6, 2);
      await until('the old ones gone', async () => (await rig.engine.listDynos()).length === 2);
    });
  });

  it('a request that hangs times out when the clock leaps by 31 seconds', async () => {
    const hanging = request(runtime.status().routerUrl, '/?ms=600000', false);
    await request(runtime.status().routerUrl, '/', false);
    runtime.setClock({advanceMs: 31 * SECOND});
    expect(await hanging).to.equal('503');
    expect(await linesWith('code=H12')).to.have.length(1);
  });

  it('an eco app that sleeps is woken by a request, which the router holds meanwhile', async () => {
    await desire(6, 0);
    await until('none left', async () => (await rig.engine.listDynos()).length === 0);
    await desire(6, 1, {size: 'Eco'});
    await allUp(6, 1);
    runtime.setClock({advanceMs: 31 * MINUTE});
    await until('asleep', async () => (await rig.engine.listDynos()).length === 0);
    expect(runtime.dynosOf(rig.appId).map(({state}) => state)).to.deep.equal(['idle']);
    expect(await request(runtime.status().routerUrl, '/', false), (await linesWith('')).join('\n')).to.equal('200');
    expect(await linesWith('Unidling')).to.have.length(1);
    await desire(6, 2);
  });

  it('the clock goes back, and deadlines with it', async () => {
    runtime.setClock({reset: true});
    runtime.restart(rig.appId, {dyno: 'web.1'});
    await allUp(6, 2);
    expect(Date.parse(runtime.clockInfo().now)).to.be.closeTo(Date.now(), 5 * SECOND);
  });
}

describe('deploys and cycling under load, process engine', function () {
  this.timeout(120 * SECOND);
  describeUnderLoad({make: (identity) => new ProcessEngine(identity), leftovers: processesOf});
});

describeDocker('deploys and cycling under load, docker engine', function () {
  this.timeout(180 * SECOND);
  describeUnderLoad({make: (identity) => new DockerEngine({...identity, stackImage: 'host'}), leftovers: ownedBy});
});
