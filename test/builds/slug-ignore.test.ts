import {expect} from 'chai';
import {slugIgnore} from '../../src/platform/builds/slug-ignore.js';

describe('.slugignore', () => {
  it('leaves out what its patterns name', () => {
    const isIgnored = slugIgnore('# docs\n*.psd\n/doc/\n\ntest\n');
    expect(['logo.psd', 'art/logo.psd', 'doc/', 'doc/a', 'test/', 'lib/test/x'].filter(isIgnored)).to.have.length(6);
    expect(['lib/doc/a', 'index.js', 'testing.js'].filter(isIgnored)).to.deep.equal([]);
  });

  it('knows no negation, as on Heroku', () => {
    const isIgnored = slugIgnore('*.md\n!README.md\n');
    expect(isIgnored('README.md')).to.equal(true);
  });

  it('leaves out nothing when it is empty', () => {
    expect(slugIgnore('\n# nothing\n')('a')).to.equal(false);
  });
});
