import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import {expect} from 'chai';
import {censusOf, runningDynos} from '../support/engine-census.js';
import {Installation} from '../support/installation.js';
import {until} from '../support/until.js';

interface DynoRow {
  name: string;
  state: string;
}

/** The main job of the whole program, by the command itself, on a real app. */
export function describeMainJob(engine: 'docker' | 'process'): void {
  describe(`main job on the ${engine} engine`, function () {
    this.timeout(300_000);
    let installation: Installation;

    before(async () => {
      installation = await Installation.make(engine);
    });
    after(() => installation.remove());

    it('creates an app and deploys hello-node', async () => {
      await installation.ok('create', 'demo');
      const output = await installation.ok('deploy', 'examples/hello-node', '-a', 'demo');
      expect(output).to.include('-----> Node.js app detected');
      expect(output).to.include('Released v3');
      await until('web.1', async () => (await upDynos(installation)).includes('web.1'));
    });

    it('scales to web=3 worker=1', async () => {
      await installation.ok('scale', 'web=3', 'worker=1', '-a', 'demo');
      await until('four dynos', async () => {
        const up = await upDynos(installation);
        return up.join(' ') === 'web.1 web.2 web.3 worker.1' || undefined;
      });
    });

    it('answers 300 requests by three different dynos', async () => {
      const seen = new Map<string, number>();
      for (let round = 0; round < 30; round++) {
        const answers = await Promise.all(Array.from({length: 10}, () => installation.request('demo')));
        for (const {status, body} of answers) {
          expect(status).to.equal(200);
          const {dyno} = JSON.parse(body) as {dyno: string};
          seen.set(dyno, (seen.get(dyno) ?? 0) + 1);
        }
      }
      expect([...seen.keys()].sort()).to.deep.equal(['web.1', 'web.2', 'web.3']);
    });

    it('logs dyno output, router lines and platform lines', async () => {
      const log = await installation.ok('logs', '-n', '500', '-a', 'demo');
      expect(log).to.match(/ app\[web\.1\]: Listening on port \d+/);
      expect(log).to.match(/ app\[worker\.1\]: /);
      expect(log).to.match(/ heroku\[router\]: at=info method=GET path="\/" host=demo\.localhost .* status=200 /);
      expect(log).to.match(/ heroku\[web\.2\]: State changed from starting to up/);
      expect(log).to.match(/ app\[api\]: Scaled to web@3:Standard-1X worker@1:Standard-1X by user /);
    });

    it('scales down under load: SIGTERM for two dynos, no failed request', async () => {
      const load = underLoad(installation, 'demo');
      await installation.ok('scale', 'web=1', '-a', 'demo');
      await until('one web dyno', async () => {
        const web = (await runningDynos(installation)).filter((row) => /\bweb\.\d/.test(row));
        return web.length === 1 || undefined;
      });
      const {answered, failed} = await load.stop();
      expect(failed).to.deep.equal([]);
      expect(answered).to.be.greaterThan(20);
      const log = await installation.ok('logs', '-n', '1500', '-a', 'demo');
      expect(log).to.match(/ heroku\[web\.3\]: Stopping all processes with SIGTERM/);
      expect(log).to.match(/ app\[web\.2\]: SIGTERM received/);
    });

    it('changes config by a release that restarts, and rolls back by another', async () => {
      await installation.ok('config:set', 'GREETING=Bonjour', '-a', 'demo');
      await until('v4', async () => (await installation.request('demo')).body.includes('"release":"v4"') || undefined);
      await installation.ok('rollback', 'v3', '-a', 'demo');
      await until('v5', async () => (await installation.request('demo')).body.includes('"release":"v5"') || undefined);
      const releases = await installation.json<{version: number; description: string}[]>('releases', '-a', 'demo');
      expect(releases.map(({version, description}) => `v${version} ${description}`)).to.deep.equal([
        'v5 Rollback to v3',
        'v4 Set GREETING config vars',
        'v3 Deploy',
        'v2 Enable Logplex',
        'v1 Initial release',
      ]);
    });

    it('destroys the app and leaves nothing of it', async () => {
      await installation.ok('destroy', 'demo', '--confirm', 'demo');
      await until('nothing left', async () => {
        const left = (await censusOf(installation)).filter((row) => !row.startsWith('network '));
        return left.length === 0 || undefined;
      });
      for (const folder of ['sources', 'slugs', 'git', 'git/incoming', 'builds', 'streams', 'runtimes/us/logs']) {
        // Git's hooks are everybody's, and so is the folder where pushes arrive.
        const left = list(join(installation.home, folder)).filter((name) => name !== 'hooks' && name !== 'incoming');
        expect(left, folder).to.deep.equal([]);
      }
    });

    it('stops with platform:stop: no process and no network is left', async () => {
      await installation.ok('platform:stop');
      await until('nothing left', async () => (await censusOf(installation)).length === 0 || undefined);
    });
  });
}

async function upDynos(installation: Installation): Promise<string[]> {
  const dynos = await installation.json<DynoRow[]>('ps', '-a', 'demo');
  return dynos
    .filter(({state}) => state === 'up')
    .map(({name}) => name)
    .sort();
}

/** Four clients that ask one request after the other until they are told to stop. */
export function underLoad(
  installation: Installation,
  app: string,
): {stop: () => Promise<{answered: number; failed: string[]}>} {
  let running = true;
  let answered = 0;
  const failed: string[] = [];
  const client = async () => {
    while (running) {
      try {
        const {status, body} = await installation.request(app);
        if (status === 200) answered++;
        else failed.push(`${status} ${body.slice(0, 200)}`);
      } catch (error) {
        failed.push((error as Error).message);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  };
  const clients = Array.from({length: 4}, client);
  return {
    stop: async () => {
      running = false;
      await Promise.all(clients);
      return {answered, failed};
    },
  };
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
