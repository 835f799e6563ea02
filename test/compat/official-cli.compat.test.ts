import {once} from 'node:events';
import {readdirSync} from 'node:fs';
import {expect} from 'chai';
import {until} from '../support/until.js';
import type {Flow} from './flow.js';
import {account, apps, config} from './flows/apps.js';
import {logs, oneOffs, processes} from './flows/dynos.js';
import {domains, features, releases} from './flows/releases.js';
import {addonsAndSpaces, people, pipelines} from './flows/teamwork.js';
import {told} from './official-cli.js';
import {server, Workplace} from './workplace.js';

/** In order: later ones stand on earlier ones. `demo` has code from the start. */
const groups: Record<string, Flow[]> = {
  account,
  apps,
  config,
  processes,
  releases,
  logs,
  'one-offs': oneOffs,
  domains,
  features,
  people,
  pipelines,
  'add-ons and spaces': addonsAndSpaces,
};

/** The unmodified official CLI against a whole installation, started by script/compat. */
describe('the official heroku CLI', function () {
  this.timeout(240_000);
  let place: Workplace;

  before(async () => {
    place = await Workplace.open('process');
    await place.deploy();
  });
  after(() => place?.close());

  const heroku = (flow: Flow) => place.prove(flow);

  for (const [name, flows] of Object.entries(groups)) {
    describe(name, () => {
      for (const flow of flows) it(`heroku ${flow.type}`, () => heroku(flow));
    });
  }

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
  });

  describe('what has a name of its own', () => {
    it('heroku webhooks:info, :update, :remove', async () => {
      const [hook] = JSON.parse(await place.api('/apps/demo/webhooks')) as [{id: string}];
      await heroku({type: `webhooks:info ${hook.id} -a demo`, out: /api:release/});
      const changed = `webhooks:update ${hook.id} -i api:build -l sync -u http://127.0.0.1:9/ -a demo`;
      await heroku({type: changed, then: ['/apps/demo/webhooks', /api:build/]});
      await heroku({type: `webhooks:remove ${hook.id} -a demo`, then: ['/apps/demo/webhooks', /^\[\]$/]});
    });

    it('heroku domains:update gives a domain its certificate', async () => {
      await heroku({type: 'certs:add server.crt server.key -a demo'});
      await heroku({type: 'domains:add secure.test -a demo'});
      const [{name}] = JSON.parse(await place.api('/apps/demo/sni-endpoints')) as [{name: string}];
      const then: Flow['then'] = ['/apps/demo/domains/secure.test', new RegExp(`"name":"${name}"`)];
      await heroku({type: `domains:update secure.test --cert ${name} -a demo`, then});
    });

    it('heroku telemetry:remove', async () => {
      const [drain] = JSON.parse(await place.api('/apps/demo/telemetry-drains')) as [{id: string}];
      await heroku({type: `telemetry:remove ${drain.id} -a demo`, then: ['/apps/demo/telemetry-drains', /^\[\]$/]});
    });

    it('heroku authorizations:info, :revoke', async () => {
      const [made] = JSON.parse(await place.api('/oauth/authorizations')) as [{id: string}];
      await heroku({type: `authorizations:info ${made.id}`, out: /ci/});
      await heroku({type: `authorizations:revoke ${made.id}`, then: ['/oauth/authorizations', /^\[\]$/]});
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
      for (const app of ['live', 'demo']) {
        await heroku({type: `apps:destroy -a ${app} --confirm ${app}`, err: new RegExp(`Destroying.*${app}`)});
      }
      expect(await place.api('/apps')).to.equal('[]');
    });

    it('nothing of the caller was touched but the home it was given', () => {
      expect(readdirSync(place.directory)).to.include('.gitconfig');
    });
  });
});
