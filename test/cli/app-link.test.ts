import {mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect} from 'chai';
import {findAppLink, linkApp, resolveApp, unlinkApp} from '../../src/cli/app-link.js';

const program = {caFile: '/home/ca/ca.pem', program: '/bin/dyno'};

describe('the app of a directory', () => {
  let home: string;
  let directory: string;
  beforeEach(() => {
    home = realpathSync(mkdtempSync(join(tmpdir(), 'dyno-link-home-')));
    directory = realpathSync(mkdtempSync(join(tmpdir(), 'dyno-link-')));
  });
  afterEach(() => {
    rmSync(home, {recursive: true, force: true});
    rmSync(directory, {recursive: true, force: true});
  });

  const withRemotes = (remotes: Record<string, string>) => {
    mkdirSync(join(directory, '.git'), {recursive: true});
    const sections = Object.entries(remotes).map(([name, url]) => `[remote "${name}"]\n\turl = ${url}\n`);
    writeFileSync(join(directory, '.git/config'), sections.join(''));
  };

  it('is the git remote dyno before heroku', () => {
    withRemotes({heroku: 'https://git.heroku.com/one.git'});
    expect(resolveApp({directory, home, env: {}})).to.equal('one');
    withRemotes({heroku: 'https://git.heroku.com/one.git', dyno: 'https://localhost:7770/two.git'});
    expect(resolveApp({directory, home, env: {}})).to.equal('two');
    expect(resolveApp({directory, home, env: {}, remote: 'heroku'})).to.equal('one');
    expect(resolveApp({directory, home, env: {DYNO_APP: 'three'}})).to.equal('three');
    expect(resolveApp({directory, home, env: {DYNO_APP: 'three'}, app: 'four'})).to.equal('four');
  });

  it('ignores remotes that mean no app', () => {
    withRemotes({dyno: '/srv/git/thing', origin: 'https://github.com/me/thing.git'});
    expect(() => resolveApp({directory, home, env: {}})).to.throw('No app specified.');
    expect(() => resolveApp({directory, home, env: {}, remote: 'nope'})).to.throw(
      'remote nope not found in git remotes',
    );
  });

  it('is a note in the installation elsewhere, which counts below too', () => {
    linkApp('demo', 'http://localhost:7770/demo.git', {directory, home, remote: 'dyno', ...program});
    expect(readdirSync(directory)).to.deep.equal([]);
    mkdirSync(join(directory, 'a/b'), {recursive: true});
    expect(findAppLink({directory: join(directory, 'a/b'), home})).to.deep.equal({app: 'demo', directory});
    linkApp('other', 'http://localhost:7770/other.git', {
      directory: join(directory, 'a'),
      home,
      remote: 'dyno',
      ...program,
    });
    expect(resolveApp({directory: join(directory, 'a/b'), home, env: {}})).to.equal('other');
  });

  it('is forgotten with the app, but not with another', () => {
    linkApp('demo', 'http://localhost:7770/demo.git', {directory, home, remote: 'dyno', ...program});
    unlinkApp('other', {directory, home});
    expect(resolveApp({directory, home, env: {}})).to.equal('demo');
    unlinkApp('demo', {directory, home});
    expect(findAppLink({directory, home})).to.equal(undefined);
  });
});
