import {spawn} from 'node:child_process';
import type {ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect} from 'chai';
import {homeLayout} from '../../src/model/home-layout.js';
import type {HomeLayout} from '../../src/model/home-layout.js';
import {freePortBase} from '../support/free-port.js';
import {until} from '../support/until.js';

const script = fileURLToPath(new URL('../../../bin/platform.js', import.meta.url));

/** The platform as a process, as commands start it, with real runtimes on the process engine. */
describe('the platform process', function () {
  this.timeout(180_000);
  let home: HomeLayout;
  let port: number;
  const children: ChildProcess[] = [];
  const homes: string[] = [];

  const newHome = () => {
    const root = mkdtempSync(join(tmpdir(), 'dyno-process-'));
    homes.push(root);
    return homeLayout(root);
  };

  beforeEach(async () => {
    home = newHome();
    port = await freePortBase();
  });
  afterEach(async () => {
    try {
      if (platformPid() !== null) {
        await call('POST', '/local/platform/stop', {dynos: 'stop'}).catch(() => undefined);
        await until('its end', () => platformPid() === null);
      }
    } finally {
      for (const child of children.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
      for (const root of homes.splice(0)) rmSync(root, {recursive: true, force: true});
    }
  });

  const start = (where = home, log: number | 'pipe' = 'pipe'): {child: ChildProcess; output: () => string} => {
    const env = {...process.env, DYNO_HOME: where.root, DYNO_PORT: String(port), DYNO_ENGINE: 'process'};
    const child = spawn(process.execPath, [script], {env, stdio: ['ignore', log, 'pipe']});
    children.push(child);
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (text += chunk));
    return {child, output: () => text};
  };
  const platformPid = (): number | null => {
    try {
      const {pid} = JSON.parse(readFileSync(home.platformFile, 'utf8')) as {pid: number};
      process.kill(pid, 0);
      return pid;
    } catch {
      return null;
    }
  };
  const call = async (method: string, path: string, body?: unknown) => {
    const token = readFileSync(home.token, 'utf8').trim();
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: {authorization: `Bearer ${token}`, 'content-type': 'application/json'},
      ...(body === undefined ? {} : {body: JSON.stringify(body)}),
      signal: AbortSignal.timeout(60_000),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as any; // eslint-disable-line @typescript-eslint/no-explicit-any
  };
  const answers = () =>
    call('GET', '/account').then(
      () => true,
      () => false,
    );
  const up = async () => {
    const started = start();
    await until('an answer', async () => existsSync(home.platformFile) && (await answers()));
    return started;
  };

  it('comes up once, however many start it', async () => {
    const racers = Array.from({length: 6}, () => start());
    await until('one that answers', async () => existsSync(home.platformFile) && (await answers()));
    const winner = platformPid();
    await until('the end of the others', () => racers.filter(({child}) => child.exitCode === null).length === 1);
    const losers = racers.filter(({child}) => child.pid !== winner);
    expect(losers.map(({child}) => child.exitCode)).to.deep.equal([0, 0, 0, 0, 0]);
    for (const {output} of losers) expect(output()).to.include(`runs already, as process ${winner}`);
  });

  it('says who holds its port', async () => {
    await up();
    const second = start(newHome());
    await until('its end', () => second.child.exitCode !== null);
    expect(second.child.exitCode).to.equal(1);
    expect(second.output()).to.match(new RegExp(`Port ${port} is taken by .+\\(pid ${platformPid()}\\)`));
  });

  it('goes on when its log finds no room', async () => {
    const full = openSync('/dev/full', 'w');
    try {
      const {child} = start(home, full);
      await until('an answer', async () => existsSync(home.platformFile) && (await answers()));
      expect(child.exitCode).to.equal(null);
    } finally {
      closeSync(full);
    }
  });

  it('ends on SIGTERM, and lets its runtimes go on', async () => {
    const {child} = await up();
    await call('POST', '/apps', {name: 'demo'});
    const {runtimes} = await untilConnected();
    child.kill('SIGTERM');
    await once(child, 'exit');
    expect(child.exitCode).to.equal(0);
    expect(existsSync(home.platformFile)).to.equal(false);
    expect(() => process.kill(runtimes[0].pid, 0)).not.to.throw();
    await up();
    expect((await untilConnected()).runtimes[0].pid).to.equal(runtimes[0].pid);
  });

  it('stops its runtimes when it is asked to', async () => {
    const {child} = await up();
    await call('POST', '/apps', {name: 'demo'});
    const {runtimes} = await untilConnected();
    await call('POST', '/local/platform/stop', {dynos: 'stop'});
    await until('its end', () => child.exitCode !== null);
    expect(() => process.kill(runtimes[0].pid, 0)).to.throw('ESRCH');
  });

  it('brings a killed runtime back', async () => {
    await up();
    await call('POST', '/apps', {name: 'demo'});
    const [{pid}] = (await untilConnected()).runtimes;
    process.kill(pid, 'SIGKILL');
    await until('another one', async () => {
      const [runtime] = (await call('GET', '/local/platform')).runtimes;
      return runtime?.pid && runtime.pid !== pid;
    });
  });

  it('loses nothing that it has acknowledged when it is killed', async () => {
    let acknowledged = -1;
    let {child} = await up();
    await call('POST', '/apps', {name: 'demo'});
    for (let round = 0; round < 5; round++) {
      // At any moment after the first write of a round, however slow the machine is.
      let killer: NodeJS.Timeout | undefined;
      for (let next = acknowledged + 1; child.exitCode === null && child.signalCode === null; next++) {
        try {
          await call('PATCH', '/apps/demo/config-vars', {COUNTER: String(next)});
          acknowledged = next;
          killer ??= setTimeout(() => child.kill('SIGKILL'), Math.random() * 400);
        } catch {
          break;
        }
      }
      clearTimeout(killer);
      child.kill('SIGKILL');
      if (child.signalCode === null) await once(child, 'exit');
      ({child} = await up());
      const {COUNTER} = await call('GET', '/apps/demo/config-vars');
      // The call that was in flight has happened, or has not.
      expect(Number(COUNTER ?? -1)).to.be.oneOf([acknowledged, acknowledged + 1]);
      acknowledged = Number(COUNTER ?? -1);
    }
    const releases = (await call('GET', '/apps/demo/releases')) as {version: number}[];
    expect(releases.map(({version}) => version)).to.deep.equal(releases.map((_, index) => index + 1));
    expect(releases.at(-1)!.version).to.be.at.least(3);
  });

  const untilConnected = () =>
    until('a runtime', async () => {
      const facts = await call('GET', '/local/platform');
      return facts.runtimes[0]?.pid ? facts : undefined;
    });
});
