import {expect} from 'chai';
import {parseDefaultTypes} from '../../src/model/buildpack-release.js';

describe('what bin/release prints', () => {
  it('declares default process types', async () => {
    expect(
      await parseDefaultTypes('---\naddons: []\ndefault_process_types:\n  web: npm start\n  console: "node -i"\n'),
    ).to.deep.equal({web: 'npm start', console: 'node -i'});
  });

  it('declares none when it cannot be read', async () => {
    for (const text of [
      '',
      '--- {}',
      'default_process_types:',
      'default_process_types: [web]',
      'a: [',
      'default_process_types: {web: 3, "a b": x}',
    ]) {
      expect(await parseDefaultTypes(text), text).to.deep.equal({});
    }
  });
});
