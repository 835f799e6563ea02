import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect} from 'chai';
import {execa} from 'execa';
import {LiveCli} from '../commands/support/live-cli.js';

/** git as the user has it: no official CLI, no `dyno env`, no token in a URL. */
describe('git with what dyno sets up, on the process engine', function () {
  this.timeout(120_000);
  let cli: LiveCli;
  before(async () => (cli = await LiveCli.open()));
  after(() => cli.close());

  async function git(...args: string[]) {
    const {DYNO_HOME, DYNO_PORT, PATH} = cli.env;
    const env = {DYNO_HOME, DYNO_PORT, PATH, HOME: cli.directory, GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0'};
    const options = {cwd: cli.directory, env, extendEnv: false, reject: false, all: true} as const;
    const {exitCode, all} = await execa('git', args, options);
    return {status: exitCode, output: all};
  }

  before(async () => {
    await git('init', '--quiet', '--initial-branch', 'main');
    await git('config', 'user.email', 'me@example.com');
    await git('config', 'user.name', 'me');
    await writeFile(join(cli.directory, 'Procfile'), 'clock: sleep 1000\n');
    await git('add', '.');
    await git('commit', '--quiet', '--message', 'first');
  });

  it('git push dyno main after dyno create', async () => {
    await cli.must('create', 'demo');
    const {status, output} = await git('push', 'dyno', 'main');
    expect(status, output).to.equal(0);
    expect(output).to.include('remote: Verifying deploy... done.');
    expect((await cli.must('releases')).stdout).to.match(/v3 +Deploy [0-9a-f]{8}/);
  });

  it('dyno git:remote adds a remote for another app', async () => {
    await cli.must('create', 'other', '--no-remote');
    const {stdout} = await cli.must('git:remote', '-a', 'other', '-r', 'heroku');
    expect(stdout).to.equal(`set git remote heroku to https://localhost:${cli.port}/other.git\n`);
    const {status, output} = await git('push', 'heroku', 'main');
    expect(status, output).to.equal(0);
    expect(output).to.include('other.localhost');
  });

  it('dyno git:clone brings the code back, and the clone can push', async () => {
    const cloned = await cli.dyno(['git:clone', '-a', 'demo', 'copy', '--json']);
    expect(cloned.exitCode, cloned.stderr).to.equal(0);
    const url = `https://localhost:${cli.port}/demo.git`;
    expect(JSON.parse(cloned.stdout)).to.deep.equal({app: 'demo', directory: 'copy', remote: 'dyno', url});
    expect(await readFile(join(cli.directory, 'copy/Procfile'), 'utf8')).to.equal('clock: sleep 1000\n');
    const pushed = await git('-C', 'copy', 'push', 'dyno', 'main:topic');
    expect(pushed.output).to.include('skipping build');
    expect((await cli.dyno(['git:clone', '-a', 'demo', 'copy'])).exitCode).to.equal(1);
  });

  it('dyno git:credentials answers for this platform alone', async () => {
    const ask = async (operation: string, host: string) =>
      (await cli.dyno(['git:credentials', operation], {input: `protocol=https\nhost=${host}\n\n`})).stdout;
    const token = (await readFile(join(cli.home.path, 'token'), 'utf8')).trim();
    expect(await ask('get', `localhost:${cli.port}`)).to.equal(`username=heroku\npassword=${token}\n`);
    expect(await ask('get', 'git.heroku.com')).to.equal('');
    expect(await ask('store', `localhost:${cli.port}`)).to.equal('');
  });
});
