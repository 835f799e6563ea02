import {once} from 'node:events';
import {readdirSync} from 'node:fs';
import {expect} from 'chai';
import {until} from '../support/until.js';
import {describeFlows} from './flow.js';
import type {Flow} from './flow.js';
import {apps, config} from './flows/apps.js';
import {logs, oneOffs, processes} from './flows/dynos.js';
import {releases} from './flows/releases.js';
import {told} from './official-cli.js';
import {server, Workplace} from './workplace.js';

/** In order: later ones stand on earlier ones. `demo` has code from the start. */
const groups: Record<string, Flow[]> = {
  apps,
  config,
  processes,
  releases,
  logs,
  'one-offs': oneOffs,
};

/** Apps and what is done with them every day, against a whole installation of its own; started by script/compat. */
describe('the official heroku CLI, apps', function () {
  this.timeout(240_000);
  let place: Workplace;

  before(async () => {
    place = await Workplace.open('process');
    await place.demo();
  });
  after(() => place?.close());

  const heroku = (flow: Flow) => place.prove(flow);

  describeFlows(groups, heroku);

  describe('log tail', () => {
    it('heroku logs --tail prints what comes, until it is stopped', async () => {
      const tail = place.cli.start('logs --tail -a demo');
      let text = '';
      tail.stdout!.on('data', (chunk: Buffer) => (text += chunk.toString()));
      await until('the history', () => text.includes('app[api]'));
      await heroku({type: 'config:set TAILED=yes -a demo'});
      await until('the new line', () => text.includes('Set TAILED config vars'));
      tail.kill('SIGINT');
      await once(tail, 'close');
    });

    it('heroku logs --tail goes on after the platform was killed', async () => {
      const tail = place.cli.start('logs --tail -n 1 -a demo');
      let text = '';
      tail.stdout!.on('data', (chunk: Buffer) => (text += chunk.toString()));
      await until('the history', () => text.includes('[web.1]') || text.includes('app['));
      process.kill(await place.installation.pidOf('platform'), 'SIGKILL');
      await place.installation.ok('platform:start');
      await heroku({type: 'config:set AFTER=kill -a demo', out: /AFTER: kill/});
      await until('the line after the kill', () => text.includes('Set AFTER config vars'));
      expect(text.split('Set AFTER config vars')).to.have.length(2);
      tail.kill('SIGINT');
      await once(tail, 'close');
    });
  });

  describe('git', () => {
    const git = async (line: string, status = 0) => {
      const said = await place.cli.git(`-C source ${line}`);
      expect(said.status, `git ${line}: ${told(said)}`).to.equal(status);
      return said.stderr + said.stdout;
    };
    const commit = async (name: string, text: string) => {
      place.write(name, text);
      await git('add .');
      await git(`commit -q -m change`);
    };
    const versions = async () => (JSON.parse(await place.api('/apps/demo/releases')) as unknown[]).length;

    it('git push heroku main builds and deploys', async () => {
      await git('init -q -b main');
      await git('config user.email me@example.com');
      await git('config user.name me');
      await git('add .');
      await git('commit -q -m first');
      await git(`remote add heroku https://localhost:${place.installation.port}/demo.git`);
      const said = await git('push heroku main');
      expect(said).to.match(/remote: -----> Building on the Heroku-24 stack/);
      expect(said).to.match(/remote: Verifying deploy\.\.\. done\./);
      await until('the pushed code', async () => (await place.installation.request('demo')).body.startsWith('web.'));
    });

    it('heroku git:clone brings it back', async () => {
      await heroku({type: 'git:clone -a demo cloned'});
      expect(place.read('cloned/server.js')).to.equal(server);
    });

    it('a push of another branch is taken and not built', async () => {
      const before = await versions();
      const said = await git('push heroku main:topic');
      expect(said).to.not.match(/Building on the/);
      expect(await versions()).to.equal(before);
    });

    it('a release phase runs in the push; heroku releases:output, :retry', async () => {
      await commit('Procfile', 'web: node server.js\nrelease: echo migrated in $DYNO\n');
      expect(await git('push heroku main')).to.match(/remote: +migrated in release\.\d+/);
      await heroku({type: 'releases:output -a demo', out: /migrated in release\.\d+/});
      const before = await versions();
      await heroku({type: 'releases:retry -a demo', out: /migrated in release\.\d+/});
      expect(await versions()).to.equal(before + 1);
    });

    it('a release phase that fails leaves the old code live', async () => {
      await commit('Procfile', 'web: node server.js\nrelease: echo broken; exit 1\n');
      expect(await git('push heroku main')).to.match(/remote: +broken/);
      await heroku({type: 'releases -n 1 -a demo', out: /release command failed/i});
    });

    it('a build that fails rejects the push', async () => {
      const before = await versions();
      await commit('package.json', '{"name": "x", "version": "1.0.0", "scripts": {"build": "exit 3"}}\n');
      expect(await git('push heroku main', 1)).to.match(/pre-receive hook declined/);
      expect(await versions()).to.equal(before);
    });
  });

  describe('the end', () => {
    it('heroku apps:destroy', async () => {
      await heroku({type: 'apps:destroy -a demo --confirm demo', err: /Destroying.*demo/});
      expect(await place.api('/apps')).to.equal('[]');
    });

    it('nothing of the caller was touched but the home it was given', () => {
      expect(readdirSync(place.directory)).to.include('.gitconfig');
    });
  });
});
