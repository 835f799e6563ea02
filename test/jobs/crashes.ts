import {spawn} from 'node:child_process';
import {join} from 'node:path';
import {expect} from 'chai';
import {runningDynos} from '../support/engine-census.js';
import {Installation, checkout} from '../support/installation.js';
import {until} from '../support/until.js';
import {underLoad} from './main-job.js';
import {killAtRandom, killCount} from './random-kills.js';

const cli = join(checkout, 'bin/run.js');

/** What kill -9 of any of our processes may do to a user: nothing that lasts. */
export function describeCrashes(engine: 'docker' | 'process'): void {
  describe(`crashes on the ${engine} engine`, function () {
    this.timeout(300_000);
    let installation: Installation;
    let dynos: string[];

    before(async () => {
      installation = await Installation.make(engine);
      await installation.ok('create', 'demo');
      await installation.ok('deploy', 'examples/hello-node', '-a', 'demo');
      await installation.ok('scale', 'web=2', 'worker=1', '-a', 'demo');
      await until('three dynos', () => allUp(installation, 3));
      dynos = await runningDynos(installation);
      expect(dynos).to.have.length(3);
    });
    after(() => installation.remove());

    it('kill -9 of the platform: requests go on, the next command brings it back', async () => {
      const pid = await installation.pidOf('platform');
      const load = underLoad(installation, 'demo');
      process.kill(pid, 'SIGKILL');
      await until('its end', () => !lives(pid));
      await installation.ok('ps', '-a', 'demo');
      const {answered, failed} = await load.stop();
      expect(failed).to.deep.equal([]);
      expect(answered).to.be.greaterThan(10);
      expect(await runningDynos(installation)).to.deep.equal(dynos);
    });

    it('kill -9 of a runtime: it comes back by itself and adopts the dynos that run', async () => {
      const pid = await installation.pidOf('us');
      process.kill(pid, 'SIGKILL');
      await until('a new runtime', async () => ![0, pid].includes(await installation.pidOf('us')));
      await until('an answer', () => answers(installation));
      expect(await runningDynos(installation)).to.deep.equal(dynos);
      await until('states as before', () => allUp(installation, 3));
    });

    it('kill -9 of a runtime with a client attached: the one-off is hung up and gone', async () => {
      const command = 'trap "exit 7" HUP; while :; do sleep 0.1; done';
      const oneOffs = async () => (await runningDynos(installation)).filter((row) => /\brun\.\d{4}\b/.test(row));
      const client = installation.dyno('run', '--no-tty', '-a', 'demo', '--', command);
      await until('a one-off', async () => (await oneOffs()).length === 1);
      process.kill(await installation.pidOf('us'), 'SIGKILL');
      const {status, stderr} = await client;
      expect(status).to.equal(1);
      expect(stderr).to.include('Error: ');
      await until('no one-off', async () => (await oneOffs()).length === 0);
      const said = await until('its last line', async () => {
        const log = await installation.ok('logs', '-n', '200', '-a', 'demo');
        return / heroku\[run\.\d{4}\]: State changed from up to complete/.test(log) && log;
      });
      expect(said).to.match(/ heroku\[run\.\d{4}\]: Client connection closed. Sending SIGHUP to all processes/);
      expect(await runningDynos(installation)).to.deep.equal(dynos);
    });

    it('kill -9 of a client: its one-off is hung up', async () => {
      const command = 'trap "exit 7" HUP; echo attached; while :; do sleep 0.1; done';
      const client = spawn(process.execPath, [cli, 'run', '--no-tty', '-a', 'demo', '--', command], {
        env: installation.env,
        stdio: ['pipe', 'pipe', 'ignore'],
      });
      let said = '';
      client.stdout.on('data', (text: Buffer) => (said += String(text)));
      const oneOffs = async () => (await runningDynos(installation)).filter((row) => /\brun\.\d{4}\b/.test(row));
      await until('a one-off', async () => (await oneOffs()).length === 1);
      // Its dyno is there before its client is.
      await until('its output', () => said.includes('attached'));
      client.kill('SIGKILL');
      await until('no one-off', async () => (await oneOffs()).length === 0);
    });

    it('kill -9 of the runtime while the platform is dead: the next command brings both back', async () => {
      const pids = [await installation.pidOf('platform'), await installation.pidOf('us')];
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      await until('their end', () => !pids.some(lives));
      await installation.ok('ps', '-a', 'demo');
      await until('an answer', () => answers(installation));
      expect(await runningDynos(installation)).to.deep.equal(dynos);
    });

    it(`${killCount} kills at random moments under load: desired state intact, no dyno orphaned or doubled`, async function () {
      this.timeout(60_000 + 30_000 * killCount);
      await killAtRandom(installation);
    });

    it('kill -9 of a runtime is no way around crash back-off', async () => {
      const worker = async () => {
        const rows = await installation.json<{name: string; state: string; next_try_at?: string}[]>('ps', '-a', 'demo');
        return rows.find(({name}) => name === 'worker.1')!;
      };
      await installation.ok('ps:restart', 'worker.1', '-a', 'demo');
      await until('worker.1 up', async () => (await worker()).state === 'up');
      await installation.ok('chaos:kill', 'worker.1', '-a', 'demo');
      await until('its first restart', async () => {
        const log = await installation.ok('logs', '-n', '1000', '-d', 'worker.1', '-a', 'demo');
        return /crashed to starting[^]*starting to up/.test(log) && (await worker()).state === 'up';
      });
      await installation.ok('chaos:kill', 'worker.1', '-a', 'demo');
      await until('worker.1 crashed', async () => (await worker()).state === 'crashed');
      const before = await worker();
      process.kill(await installation.pidOf('us'), 'SIGKILL');
      await until('an answer', () => answers(installation));
      expect(await worker()).to.deep.equal(before);
      await installation.ok('ps:restart', 'worker', '-a', 'demo');
      await until('three dynos', () => allUp(installation, 3));
    });

    it('everything is killed, dynos too: the next command brings desired state back', async () => {
      const pids = [await installation.pidOf('platform'), await installation.pidOf('us')];
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      await until('their end', () => !pids.some(lives));
      await endDynos(installation);
      await installation.ok('ps', '-a', 'demo');
      await until('three dynos', () => allUp(installation, 3));
      await until('an answer', () => answers(installation));
    });
  });
}

async function allUp(installation: Installation, count: number): Promise<boolean> {
  const rows = await installation.json<{state: string}[]>('ps', '-a', 'demo');
  return rows.length === count && rows.every(({state}) => state === 'up');
}

async function answers(installation: Installation): Promise<boolean> {
  return installation.request('demo').then(
    ({status}) => status === 200,
    () => false,
  );
}

/** As a reboot would: ends what the census shows, by the engine's own means. */
async function endDynos(installation: Installation): Promise<void> {
  for (const row of await runningDynos(installation)) {
    const id = row.split(' ').at(-1)!;
    if (installation.engine === 'process') process.kill(-Number(id), 'SIGKILL');
    else await killContainer(id);
  }
}

async function killContainer(id: string): Promise<void> {
  const {default: Docker} = await import('dockerode');
  await new Docker().getContainer(id).kill();
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
