import {execFileSync} from 'node:child_process';
import {expect} from 'chai';
import {environmentOf, environmentUndo, layoutExports, layoutUnsets} from '../../src/cli/views/environment.js';

describe('variables for the official CLI', () => {
  const caFile = `/home/o'neil/$x "y" \\z/ca.pem`;
  const facts = {port: 7770, token: 'a-token', caFile, bundleWith: (other: string) => `${other}+ours`};
  const shell = (script: string, env: NodeJS.ProcessEnv = {}) =>
    execFileSync('sh', ['-c', script], {encoding: 'utf8', env: {PATH: process.env.PATH, ...env}});
  const undone = (env: NodeJS.ProcessEnv) => {
    const {restore, unset} = environmentUndo(env);
    return [...layoutExports(restore, 'sh'), ...layoutUnsets(unset, 'sh')];
  };
  const read = (text: string) =>
    Object.fromEntries(text.split('\n').map((line) => [line.split('=')[0], line.slice(line.indexOf('=') + 1)]));

  it('reach a POSIX shell byte for byte, and leave it', () => {
    const variables = environmentOf(facts, {});
    const print = Object.keys(variables).map((name) => `printf '%s\\n' "$${name}"`);
    const exports = layoutExports(variables, 'sh');
    expect(
      shell([...exports, ...print].join('\n'))
        .trimEnd()
        .split('\n'),
    ).to.deep.equal(Object.values(variables));
    const left = shell([...exports, ...undone(variables), 'env'].join('\n'));
    for (const name of Object.keys(variables)) expect(left).to.not.include(`${name}=`);
  });

  it('are quoted as fish and PowerShell want it', () => {
    const quoted = {X: `it's \\ "it" $y ‘z’`};
    expect(layoutExports(quoted, 'fish')).to.deep.equal([`set -gx X 'it\\'s \\\\ "it" $y ‘z’';`]);
    expect(layoutExports(quoted, 'powershell')).to.deep.equal([`$env:X = 'it''s \\ "it" $y ‘‘z’’'`]);
    expect(layoutUnsets(['X'], 'fish')).to.deep.equal(['set -e X;']);
    expect(layoutUnsets(['X'], 'powershell')).to.deep.equal(['Remove-Item Env:X -ErrorAction SilentlyContinue']);
  });

  it('extend what programs share, once, and bring it back', () => {
    const before = {
      HTTPS_PROXY: 'http://proxy:3128',
      NO_PROXY: 'intranet',
      NODE_EXTRA_CA_CERTS: '/corp/ca.pem',
      GIT_SSL_CAINFO: '/corp/git.pem',
    };
    const once = environmentOf(facts, before);
    expect(once).to.include({
      NODE_EXTRA_CA_CERTS: '/corp/ca.pem+ours',
      GIT_SSL_CAINFO: '/corp/git.pem+ours',
      NO_PROXY: 'intranet,localhost,127.0.0.1',
      no_proxy: 'intranet,localhost,127.0.0.1',
    });
    const twice = environmentOf(facts, {...before, ...once});
    expect(twice).to.deep.equal(once);
    const left = read(shell([...undone({...before, ...once}), 'env'].join('\n'), {...before, ...once}));
    expect(left).to.include(before).and.not.have.any.keys('no_proxy', 'DYNO_ENV_BEFORE', 'HEROKU_HOST');
  });

  it('leave alone what was never set here, and proxies where there are none', () => {
    expect(environmentOf(facts, {NO_PROXY: 'intranet'})).not.to.have.property('NO_PROXY');
    const {restore, unset} = environmentUndo({NO_PROXY: 'intranet', NODE_EXTRA_CA_CERTS: '/corp/ca.pem'});
    expect(restore).to.deep.equal({});
    expect(unset).to.include('HEROKU_HOST').and.not.include.members(['NO_PROXY']);
    expect(unset).not.to.include('NODE_EXTRA_CA_CERTS');
  });

  it("make git trust the authority for this origin alone, beside the user's own settings", () => {
    const own = {GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'user.name', GIT_CONFIG_VALUE_0: 'me'};
    const set = environmentOf(facts, own);
    const git = (...args: string[]) =>
      execFileSync('git', ['config', ...args], {
        encoding: 'utf8',
        env: {PATH: process.env.PATH, ...own, ...set},
      }).trim();
    expect(git('--get-urlmatch', 'http.sslCAInfo', 'https://localhost:7770/demo.git')).to.equal(caFile);
    expect(git('--default', 'none', '--get', 'user.name')).to.equal('me');
    expect(() => git('--get-urlmatch', 'http.sslCAInfo', 'https://github.com/me/demo.git')).to.throw();
    expect(set).not.to.have.property('GIT_SSL_CAINFO');
    const {restore, unset} = environmentUndo({...own, ...set});
    expect(restore).to.deep.equal({GIT_CONFIG_COUNT: '1'});
    expect(unset).to.include.members(['GIT_CONFIG_KEY_1', 'GIT_CONFIG_VALUE_1']).and.not.include('GIT_CONFIG_KEY_0');
  });
});
