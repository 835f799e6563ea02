import {mkdtempSync, mkdirSync, rmSync, writeFileSync, readFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect} from 'chai';
import {Installation} from '../support/installation.js';
import {groups} from './flows.js';
import type {Said} from './official-cli.js';
import {findOfficialCli, OfficialCli} from './official-cli.js';

const server = `require('http').createServer((_, answer) => answer.end(process.env.DYNO)).listen(process.env.PORT);\n`;

/** The unmodified official CLI against a whole installation on the process engine. Needs DYNO_COMPAT or DYNO_HEROKU_CLI. */
describe('the official heroku CLI', function () {
  this.timeout(600_000);
  let installation: Installation;
  let cli: OfficialCli;
  let directory: string;

  before(async function () {
    const program = findOfficialCli();
    if (program === null) return this.skip();
    directory = mkdtempSync(join(tmpdir(), 'dyno-compat-'));
    const source = join(directory, 'source');
    mkdirSync(source);
    writeFileSync(join(source, 'Procfile'), 'web: node server.js\nworker: while true; do echo tick; sleep 5; done\n');
    writeFileSync(join(source, 'server.js'), server);
    installation = await Installation.make('process');
    await installation.ok('create', 'demo');
    await installation.ok('deploy', source, '-a', 'demo');
    cli = await OfficialCli.at(installation, program, directory);
  });
  after(async () => {
    await installation?.remove();
    if (directory) rmSync(directory, {recursive: true, force: true});
  });

  const told = (said: Said) => `status ${said.status}\n--- stdout\n${said.stdout}\n--- stderr\n${said.stderr}`;

  for (const [name, flows] of Object.entries(groups)) {
    describe(name, () => {
      for (const flow of flows) {
        it(`heroku ${flow.type}`, async () => {
          const said = await cli.run(flow.type, flow.input);
          expect(said.status, told(said)).to.equal(flow.status ?? 0);
          if (flow.out) expect(said.stdout, told(said)).to.match(flow.out);
          if (flow.err) expect(said.stderr, told(said)).to.match(flow.err);
          if (flow.then) expect(await api(flow.then[0])).to.match(flow.then[1]);
        });
      }
    });
  }

  describe('git', () => {
    const git = async (line: string) => {
      const said = await cli.git(line);
      expect(said.status, `git ${line}: ${told(said)}`).to.equal(0);
      return said.stderr + said.stdout;
    };

    it('git push heroku main builds and deploys', async () => {
      await git('init -q -b main source');
      await git('-C source config user.email me@example.com');
      await git('-C source config user.name me');
      await git('-C source add .');
      await git('-C source commit -q -m first');
      const remote = `https://localhost:${installation.port}/demo.git`;
      await git(`-C source remote add heroku ${remote}`);
      const said = await git('-C source push heroku main');
      expect(said).to.match(/remote: -----> Building on the Heroku-24 stack/);
      expect(said).to.match(/remote: Verifying deploy\.\.\. done\./);
    });

    it('heroku git:clone brings it back', async () => {
      const said = await cli.run('git:clone -a demo cloned');
      expect(said.status, told(said)).to.equal(0);
      expect(readFileSync(join(directory, 'cloned', 'server.js'), 'utf8')).to.equal(server);
    });
  });

  async function api(path: string): Promise<string> {
    const token = readFileSync(join(installation.home, 'token'), 'utf8').trim();
    const response = await fetch(`http://127.0.0.1:${installation.port}${path}`, {
      headers: {authorization: `Bearer ${token}`},
    });
    return response.text();
  }
});
