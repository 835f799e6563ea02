import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect} from 'chai';
import GitRemote from '../../commands/git/remote.js';
import {app} from './support/api-objects.js';
import {CommandBench} from './support/run-command.js';

describe('dyno git:remote', () => {
  let bench: CommandBench;
  beforeEach(async () => {
    bench = await CommandBench.open();
    bench.api.on('GET /apps/demo', app('demo', {git_url: 'https://localhost:7770/demo.git'}));
  });
  afterEach(() => bench.close());

  it('adds a remote, and says which', async () => {
    mkdirSync(join(bench.directory, '.git'));
    const config = join(bench.directory, '.git/config');
    writeFileSync(config, '');
    expect(await bench.run(GitRemote, '-a', 'demo', '-r', 'staging')).to.deep.equal({
      stdout: 'set git remote staging to https://localhost:7770/demo.git\n',
      stderr: '',
      exitCode: 0,
    });
    expect(readFileSync(config, 'utf8')).to.match(
      /^\[remote "staging"\]\n\turl = https:\/\/localhost:7770\/demo\.git\n/,
    );
  });

  it('outside of a work tree says what to do', async () => {
    const {stderr, exitCode} = await bench.run(GitRemote, 'demo');
    expect(stderr).to.equal(`Error: ${bench.directory} is in no git work tree: run git init first.\n`);
    expect(exitCode).to.equal(2);
  });
});
