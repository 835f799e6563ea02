import {execFileSync} from 'node:child_process';
import {expect} from 'chai';
import {environmentNames, environmentOf, layoutExports, layoutUnsets} from '../../src/cli/views/environment.js';

describe('variables for the official CLI', () => {
  const variables = environmentOf({port: 7770, token: 'a-token', caFile: `/home/o'neil/$x "y" \\z/ca.pem`});
  const shell = (script: string) =>
    execFileSync('sh', ['-c', script], {encoding: 'utf8', env: {PATH: process.env.PATH}});

  it('reach a POSIX shell byte for byte, and leave it', () => {
    const print = Object.keys(variables).map((name) => `printf '%s\\n' "$${name}"`);
    const exports = layoutExports(variables, 'sh');
    expect(
      shell([...exports, ...print].join('\n'))
        .trimEnd()
        .split('\n'),
    ).to.deep.equal(Object.values(variables));
    const unsets = layoutUnsets(environmentNames(), 'sh');
    const left = shell([...exports, ...unsets, 'env'].join('\n'));
    for (const name of Object.keys(variables)) expect(left).to.not.include(`${name}=`);
  });

  it('are quoted as fish and PowerShell want it', () => {
    const quoted = {X: `it's \\ "it" $y`};
    expect(layoutExports(quoted, 'fish')).to.deep.equal([`set -gx X 'it\\'s \\\\ "it" $y';`]);
    expect(layoutExports(quoted, 'powershell')).to.deep.equal([`$env:X = 'it''s \\ "it" $y'`]);
    expect(layoutUnsets(['X'], 'fish')).to.deep.equal(['set -e X;']);
    expect(layoutUnsets(['X'], 'powershell')).to.deep.equal(['Remove-Item Env:X -ErrorAction SilentlyContinue']);
  });
});
