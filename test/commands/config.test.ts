import {expect} from 'chai';
import ConfigGet from '../../commands/config/get.js';
import Config from '../../commands/config/index.js';
import ConfigSet from '../../commands/config/set.js';
import ConfigUnset from '../../commands/config/unset.js';
import {release} from './support/api-objects.js';
import {CommandBench} from './support/run-command.js';

const vars = {NODE_ENV: 'staging', LONG_NAME: 'two words', LINES: 'one\ntwo'};

describe('dyno config', () => {
  let bench: CommandBench;
  beforeEach(async () => {
    bench = await CommandBench.open();
    bench.api
      .on('GET /apps/demo/config-vars', vars)
      .on('PATCH /apps/demo/config-vars', vars)
      .on('GET /apps/demo/releases', [release(10)]);
  });
  afterEach(() => bench.close());

  it('prints all, aligned, and in shell form', async () => {
    expect((await bench.run(Config, '-a', 'demo')).stdout).to.equal(`=== demo Config Vars

LINES:     one
           two
LONG_NAME: two words
NODE_ENV:  staging
`);
    const shell = await bench.run(Config, '-a', 'demo', '--shell');
    expect(shell.stdout).to.equal("NODE_ENV=staging\nLONG_NAME='two words'\nLINES='one\ntwo'\n");
  });

  it('prints single values, an empty line for one that is not set', async () => {
    expect((await bench.run(ConfigGet, '-a', 'demo', 'NODE_ENV', 'NONE', 'constructor')).stdout).to.equal(
      'staging\n\n\n',
    );
    const {stdout} = await bench.run(ConfigGet, '-a', 'demo', 'NODE_ENV', '--json');
    expect(JSON.parse(stdout)).to.deep.equal({key: 'NODE_ENV', value: 'staging'});
  });

  it('sets with the release that came of it', async () => {
    const result = await bench.run(ConfigSet, '-a', 'demo', 'NODE_ENV=staging', 'EQUALS=a=b');
    expect(result).to.deep.equal({
      stdout: 'NODE_ENV: staging\n',
      stderr: 'Setting NODE_ENV, EQUALS and restarting demo... done, v10\n',
      exitCode: 0,
    });
    expect(bench.api.bodyOf('PATCH /apps/demo/config-vars')).to.deep.equal({NODE_ENV: 'staging', EQUALS: 'a=b'});
    expect(bench.api.requests.at(-1)!.headers.range).to.equal('version ..; max=1, order=desc');
  });

  it('refuses what is no pair before anything is sent', async () => {
    const {stderr, exitCode} = await bench.run(ConfigSet, '-a', 'demo', 'A=1', 'B');
    expect(stderr).to.equal('Error: B is invalid. Must be in the format FOO=bar.\n');
    expect(exitCode).to.equal(2);
    expect(bench.api.calls).to.deep.equal([]);
  });

  it('unsets with null', async () => {
    const {stderr} = await bench.run(ConfigUnset, '-a', 'demo', 'A', 'B');
    expect(stderr).to.equal('Unsetting A, B and restarting demo... done, v10\n');
    expect(bench.api.bodyOf('PATCH /apps/demo/config-vars')).to.deep.equal({A: null, B: null});
  });
});
