import {expect} from 'chai';
import Docker from 'dockerode';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {request} from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {spaceLayout} from '../../src/model/subnets.js';
import type {RuntimeSpec} from '../../src/model/spec.js';
import {describeDocker} from '../support/docker.js';
import {Installation} from '../support/installation.js';
import {until} from '../support/until.js';
import {whyNoPeers} from './peers.js';
import {guardsOf} from './world.js';

const SERVER = `require('http').createServer((_, response) => response.end(process.env.DYNO)).listen(process.env.PORT)`;

interface Runtime {
  name: string;
  pid: number;
  router_url: string;
}

describeDocker('a space, whole', function () {
  this.timeout(180_000);
  let installation: Installation;
  let source: string;

  before(async function () {
    const reason = whyNoPeers();
    if (reason) {
      console.log(`      skipped, ${reason}`);
      this.skip();
    }
    source = mkdtempSync(join(tmpdir(), 'dyno-kill-'));
    writeFileSync(join(source, 'Procfile'), 'web: node server.js\n');
    writeFileSync(join(source, 'server.js'), SERVER);
    installation = await Installation.make('docker');
    await installation.ok('create', 'common');
    for (const space of ['acme', 'beta']) {
      await installation.ok('spaces:create', space);
      await installation.ok('spaces:wait', space);
      await installation.ok('create', `in-${space}`, '--space', space);
    }
    for (const app of ['common', 'in-acme', 'in-beta']) await installation.ok('deploy', source, '-a', app);
  });

  after(async () => {
    if (!installation) return;
    try {
      for (const app of ['in-side', 'in-acme', 'in-beta']) await installation.dyno('destroy', app, '--confirm', app);
      for (const space of ['acme', 'beta']) await installation.dyno('spaces:destroy', space, '--confirm', space);
      await until('the end of the spaces', async () => (await namesOfSpaces()).length === 0);
    } finally {
      await installation.remove();
      rmSync(source, {recursive: true, force: true});
    }
  });

  it('has a runtime that nobody else misses when it is killed, and that comes back to the dynos that it had', async () => {
    const runtimes = await runtimesOf();
    const url = (name: string) => runtimes.find((runtime) => runtime.name === name)!.router_url;
    const loads = {
      common: new Load(url('us'), 'common'),
      beta: new Load(url('beta'), 'in-beta'),
      acme: new Load(url('acme'), 'in-acme'),
    };
    for (const load of Object.values(loads)) await until('the first answer', () => load.answered > 0);
    const dynos = await dynosOf('in-acme');
    expect(dynos).to.have.length(1);
    // What failed while apps were starting is no part of this.
    for (const load of Object.values(loads)) load.failed.length = 0;

    for (let round = 0; round < 2; round++) {
      const {pid} = (await runtimesOf()).find(({name}) => name === 'acme')!;
      const before = loads.acme.answered;
      process.kill(pid, 'SIGKILL');
      await until('another runtime', async () => {
        const now = (await runtimesOf()).find(({name}) => name === 'acme');
        return now !== undefined && now.pid !== pid && now.pid > 0;
      });
      const answered = loads.acme.answered;
      await until('answers again', () => loads.acme.answered > Math.max(before, answered) + 5);
    }
    await Promise.all(Object.values(loads).map((load) => load.close()));

    expect(loads.common.failed, 'us').to.deep.equal([]);
    expect(loads.beta.failed, 'beta').to.deep.equal([]);
    expect(loads.acme.failed.length).to.be.greaterThan(0);
    expect(await dynosOf('in-acme')).to.deep.equal(dynos);
  });

  it('serves apps with internal routing to its own dynos, and to nobody else', async () => {
    await installation.ok('create', 'in-side', '--space', 'acme', '--internal-routing');
    await installation.ok('deploy', source, '-a', 'in-side');
    const {port} = new URL((await runtimesOf()).find(({name}) => name === 'acme')!.router_url);
    expect(await ask(Number(port), 'in-side')).to.equal('404');
    // A process of this machine that calls where the dynos do is none of them.
    expect(await ask(Number(port), 'in-side', gatewayOf('acme'))).to.equal('404');
    expect(await ask(Number(port), 'in-acme', gatewayOf('acme'))).to.equal('200');
    const call = (host: string) => `curl -s -m 5 -H "Host: in-side.localhost" http://${host}:${port}/ || echo silence`;
    const {app} = await installation.json<{app: {web_url: string}}>('info', '-a', 'in-side');
    const url = app.web_url;
    expect(url).to.equal('http://in-side.internal.localspace/');
    const byName = ['', `:${port}`].map((at) => `curl -s -m 5 ${url.slice(0, -1)}${at}/; echo`);
    const here = [call(gatewayOf('acme')), ...byName, `curl -sk -m 5 ${url.replace('http:', 'https:')}; echo`];
    const {stdout} = await installation.dyno('run', '--no-tty', '-a', 'in-acme', here.join('; '));
    expect(stdout.match(/web\.1/g), stdout).to.have.length(4);
    const there = `${call(gatewayOf('acme'))}; curl -s -m 5 ${url} || echo no such name`;
    const other = await installation.dyno('run', '--no-tty', '-a', 'in-beta', there);
    expect(other.stdout).to.match(/silence[^]*no such name/);
    const statusFrom = async (address: string) =>
      (await installation.json<{status: number}>('curl', '--from', address, url)).status;
    expect(await statusFrom('203.0.113.9')).to.equal(404);
    expect(await statusFrom(gatewayOf('acme').replace(/\d+$/, '200'))).to.equal(200);
    await installation.ok('destroy', 'in-side', '--confirm', 'in-side');
    await until('no name left', async () => {
      const left = await installation.dyno(
        'run',
        '--no-tty',
        '-a',
        'in-acme',
        `curl -s -m 5 ${url} || echo no such name`,
      );
      return left.stdout.includes('no such name');
    });
  });

  it('leaves nothing of a space, at whatever point of its making or its end it is killed', async () => {
    for (const delay of [0, 300, 900]) {
      await installation.ok('spaces:create', 'brief');
      const born = await until('its runtime', async () => (await pidOf('brief')) ?? false);
      await new Promise((resolve) => setTimeout(resolve, delay));
      kill(born);
      await installation.ok('spaces:wait', 'brief');
      await installation.ok('spaces:destroy', 'brief', '--confirm', 'brief');
      const dying = await pidOf('brief').catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, delay / 4));
      if (dying) kill(dying);
      await until('its end', async () => !(await namesOfSpaces()).includes('brief'));
      expect(await leftOf('brief'), `killed after ${delay} ms`).to.deep.equal([]);
    }
  });

  async function pidOf(name: string): Promise<number | undefined> {
    return (await runtimesOf()).find((runtime) => runtime.name === name && runtime.pid > 0)?.pid;
  }

  async function namesOfSpaces(): Promise<string[]> {
    return (await installation.json<{name: string}[]>('spaces')).map(({name}) => name);
  }

  /** The host's address on a space's bridge. */
  function gatewayOf(space: string): string {
    const spec = JSON.parse(
      readFileSync(join(installation.home, 'runtimes', space, 'spec.json'), 'utf8'),
    ) as RuntimeSpec;
    return spaceLayout(spec.space!.subnet).host;
  }

  async function leftOf(runtime: string): Promise<string[]> {
    const docker = new Docker();
    const filters = {label: [`dyno.owner=${owner()}`, `dyno.runtime=${runtime}`]};
    const containers = await docker.listContainers({all: true, filters});
    const networks = await docker.listNetworks({filters});
    const guards = await guardsOf(owner(), [runtime]);
    return [...containers.map(({Names}) => Names[0]!), ...networks.map(({Name}) => Name), ...guards];
  }

  const owner = () => readFileSync(join(installation.home, 'owner'), 'utf8').trim();

  async function runtimesOf(): Promise<Runtime[]> {
    return (await installation.json<{runtimes: Runtime[]}>('platform')).runtimes;
  }

  /** Docker's ids of an app's dynos. */
  async function dynosOf(app: string): Promise<string[]> {
    const filters = {label: [`dyno.owner=${owner()}`, `dyno.app=${app}`, 'dyno.kind=formation']};
    const listed = await new Docker().listContainers({filters});
    return listed.map(({Id}) => Id).sort();
  }
});

/** One request after the other, each on a connection of its own. */
class Load {
  answered = 0;
  readonly failed: string[] = [];
  readonly #running: Promise<void>;
  #over = false;

  constructor(url: string, app: string) {
    this.#running = this.#run(Number(new URL(url).port), app);
  }

  async close(): Promise<void> {
    this.#over = true;
    await this.#running;
  }

  async #run(port: number, app: string): Promise<void> {
    while (!this.#over) {
      const said = await ask(port, app);
      if (said === '200') this.answered++;
      else this.failed.push(said);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

function ask(port: number, app: string, at = '127.0.0.1'): Promise<string> {
  return new Promise((resolve) => {
    const headers = {host: `${app}.localhost:${port}`};
    const asked = request({host: at, port, agent: false, headers, timeout: 30_000}, (response) => {
      response.resume();
      response.on('end', () => resolve(`${response.statusCode}`));
      response.on('error', (error) => resolve(error.message));
    });
    asked.on('timeout', () => asked.destroy(new Error('timeout')));
    asked.on('error', (error) => resolve(error.message));
    asked.end();
  });
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
