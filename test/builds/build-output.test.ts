import {expect} from 'chai';
import {
  buildHeading,
  buildpackHeading,
  compressedText,
  failureText,
  launchText,
  processTypesText,
  shortSize,
} from '../../src/platform/builds/build-output.js';

describe('output of a build', () => {
  it('says what is used', () => {
    expect(buildHeading('heroku-24')).to.equal('-----> Building on the Heroku-24 stack\n');
    expect(buildpackHeading([])).to.equal('-----> Determining which buildpack to use for this app\n');
    expect(buildpackHeading(['heroku/nodejs'])).to.equal('-----> Using buildpack: heroku/nodejs\n');
    expect(buildpackHeading(['a', 'b'])).to.equal('-----> Using buildpacks:\n       1. a\n       2. b\n');
  });

  it('aligns process types as Heroku does', () => {
    expect(processTypesText(['web', 'worker'], ['web'], 'buildpack')).to.equal(
      '-----> Discovering process types\n' +
        '       Procfile declares types     -> web, worker\n' +
        '       Default types for buildpack -> web\n\n',
    );
    expect(processTypesText(['web'], [], 'buildpack')).to.contain('       Procfile declares types -> web\n');
    expect(processTypesText(null, ['web'], 'buildpack')).to.contain('       Procfile declares types     -> (none)\n');
  });

  it('warns of a big slug', () => {
    expect(compressedText(36.6 * 1024 * 1024, 300 * 1024 * 1024)).to.equal(
      '-----> Compressing...\n       Done: 36.6M\n',
    );
    expect(compressedText(346 * 1024 * 1024, 300 * 1024 * 1024)).to.contain(
      ' !     Warning: Your slug size (346 MB) exceeds our soft limit (300 MB) which may affect boot time.\n',
    );
  });

  it('announces the release', () => {
    expect(launchText(3, 'http://demo.localhost:7780/', false)).to.equal(
      '-----> Launching...\n       Released v3\n       http://demo.localhost:7780/ deployed to Heroku\n',
    );
    expect(launchText(9, 'http://x/', true)).to.contain(
      ' !     Release command declared: this new release will not be available until the command succeeds.\n       Released v9\n',
    );
  });

  it('shows errors line by line', () => {
    expect(failureText('What.', 'Do this.')).to.equal('\n !     What.\n !     Do this.\n');
  });

  it('rounds sizes as du does', () => {
    expect([0, 999, 1024, 1536, 150 * 1024, 2 * 1024 ** 3].map(shortSize)).to.deep.equal([
      '0B',
      '999B',
      '1K',
      '1.5K',
      '150K',
      '2G',
    ]);
  });
});
