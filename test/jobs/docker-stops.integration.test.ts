import {execFile, execFileSync, spawn} from 'node:child_process';
import {mkdirSync, openSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {expect} from 'chai';
import {checkout} from '../support/installation.js';
import type {Ran} from '../support/installation.js';
import {tempHome} from '../support/temp-home.js';
import type {TempHome} from '../support/temp-home.js';
import {until} from '../support/until.js';

const PORT = 24_770;

/**
 * A Docker Engine of our own is stopped in the middle and started again: in a network namespace, where its firewall
 * rules and its bridge are nobody else's, and all of dyno beside it. The machine's own engine is not touched.
 */
describe('Docker stops in the middle', function () {
  this.timeout(240_000);
  let place: TempHome;
  let app: string;
  let isReady = false;
  const namespace = `dyno-p${process.pid}-stops`;

  before(async function () {
    if (!canRun()) return this.skip();
    place = await tempHome();
    app = join(place.path, 'app');
    mkdirSync(app);
    writeFileSync(join(app, 'Procfile'), 'web: node web.js\n');
    const server = "require('http').createServer((_, answer) => answer.end(process.env.DYNO)).listen(process.env.PORT)";
    writeFileSync(join(app, 'web.js'), server);
    execFileSync('ip', ['netns', 'add', namespace]);
    execFileSync('ip', ['-n', namespace, 'link', 'set', 'lo', 'up']);
    isReady = await startDocker().then(
      () => true,
      () => false,
    );
    if (!isReady) {
      console.log('    skipped, a second Docker Engine does not start here');
      return this.skip();
    }
    await ok('create', 'demo');
    await ok('deploy', app, '-a', 'demo');
    await ok('scale', 'web=2', '-a', 'demo');
    await until('two dynos', isUp);
  });
  after(async () => {
    if (!place) return;
    if (isReady) {
      await startDocker();
      await dyno('destroy', 'demo', '--confirm', 'demo');
      await dyno('platform:stop');
    }
    await stopDocker();
    for (const mount of mountsBelow(place.path)) execFileSync('umount', ['-l', mount]);
    execFileSync('ip', ['netns', 'del', namespace]);
    await place.remove();
  });

  it('what needs it is refused with a remedy and changes nothing; it is back by itself', async () => {
    const before = await ok('releases', '-a', 'demo', '--json');
    await stopDocker();
    for (const command of [
      ['deploy', app, '-a', 'demo'],
      ['run', '--no-tty', '-a', 'demo', '--', 'true'],
      ['doctor'],
    ]) {
      const {status, stdout, stderr} = await dyno(...command);
      expect(status, command[0]).to.equal(1);
      expect(stdout + stderr).to.match(
        /The docker engine does not answer: .*\n?.*Start Docker, or use DYNO_ENGINE=process/,
      );
    }
    expect(await ok('releases', '-a', 'demo', '--json')).to.equal(before);
    expect(await ok('scale', '-a', 'demo')).to.equal('web=2:Standard-1X\n');

    await startDocker();
    await until('two dynos again, by nobody', isUp);
    const names = await docker('ps', '--format', '{{.Label "dyno.dyno"}}', '--filter', 'label=dyno.kind=formation');
    expect(names.trim().split('\n').sort()).to.deep.equal(['web.1', 'web.2']);
    await ok('deploy', app, '-a', 'demo');
  });

  async function isUp(): Promise<boolean> {
    const rows = JSON.parse(await ok('ps', '-a', 'demo', '--json')) as {state: string}[];
    return rows.length === 2 && rows.every(({state}) => state === 'up');
  }

  async function startDocker(): Promise<void> {
    if (pidOfDocker() !== null) return;
    const log = openSync(join(place.path, 'dockerd.log'), 'a');
    const folders = ['--data-root', 'data', '--exec-root', 'exec', '--pidfile', 'pid'];
    const options = folders.map((word) => (word.startsWith('-') ? word : join(place.path, word)));
    const args = [...options, '-H', socket(), '--cgroup-parent', `/${namespace}`];
    // Not `ip netns exec`: it mounts /sys anew, without cgroups.
    const child = spawn('nsenter', [`--net=/run/netns/${namespace}`, 'dockerd', ...args], {
      detached: true,
      stdio: ['ignore', log, log],
      // For script/lib/leftovers.sh, which finds by it what a killed run left.
      env: {...process.env, DYNO_TEST_HOME: place.path},
    });
    child.unref();
    await until('an answer of Docker', () =>
      docker('version').then(
        () => true,
        () => false,
      ),
    );
  }

  async function stopDocker(): Promise<void> {
    const pid = pidOfDocker();
    if (pid === null) return;
    process.kill(pid, 'SIGTERM');
    await until('the end of Docker', () => pidOfDocker() === null);
    await delay(100);
  }

  function pidOfDocker(): number | null {
    try {
      const pid = Number(readFileSync(join(place.path, 'pid'), 'utf8'));
      process.kill(pid, 0);
      return pid;
    } catch {
      return null;
    }
  }

  const socket = () => `unix://${join(place.path, 'sock')}`;

  async function docker(...args: string[]): Promise<string> {
    const {status, stdout, stderr} = await run('docker', ['-H', socket(), ...args]);
    if (status !== 0) throw new Error(stderr);
    return stdout;
  }

  function dyno(...args: string[]): Promise<Ran> {
    const inside = [`--net=/run/netns/${namespace}`, process.execPath, join(checkout, 'bin/run.js'), ...args];
    return run('nsenter', inside, {
      ...process.env,
      DOCKER_HOST: socket(),
      DYNO_HOME: join(place.path, 'home'),
      DYNO_PORT: String(PORT),
      DYNO_ENGINE: 'docker',
    });
  }

  async function ok(...args: string[]): Promise<string> {
    const {status, stdout, stderr} = await dyno(...args);
    if (status !== 0) throw new Error(`dyno ${args.join(' ')}: status ${status}\n${stdout}\n${stderr}`);
    return stdout;
  }
});

/** Root of a Linux machine that has all it takes; inside a container the second engine may not start. */
function canRun(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  try {
    execFileSync('sh', ['-c', 'command -v dockerd && command -v docker && command -v ip && command -v nsenter']);
    return true;
  } catch {
    return false;
  }
}

function mountsBelow(path: string): string[] {
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
  return mounts.map((line) => line.split(' ')[1] ?? '').filter((mount) => mount.startsWith(`${path}/`));
}

function run(file: string, args: string[], env: NodeJS.ProcessEnv = process.env): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(file, args, {env, cwd: checkout}, (error, stdout, stderr) => {
      const status = error ? (typeof error.code === 'number' ? error.code : 1) : 0;
      resolve({status, stdout, stderr});
    });
  });
}
