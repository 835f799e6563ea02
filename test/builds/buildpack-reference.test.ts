import {expect} from 'chai';
import {DynoError} from '../../src/model/error.js';
import {buildpackName, parseBuildpack} from '../../src/platform/builds/buildpack-reference.js';

describe('buildpack references', () => {
  it('name the built-in ones as the registry does', () => {
    expect(parseBuildpack('heroku/nodejs')).to.deep.equal({kind: 'builtin', name: 'nodejs'});
    expect(parseBuildpack('urn:buildpack:heroku/procfile')).to.deep.equal({kind: 'builtin', name: 'procfile'});
    expect(buildpackName('urn:buildpack:heroku/nodejs')).to.equal('heroku/nodejs');
  });

  it('lead to the registry for all other names', () => {
    expect(parseBuildpack('heroku/python')).to.deep.equal({
      kind: 'tarball',
      location: 'https://buildpack-registry.s3.amazonaws.com/buildpacks/heroku/python.tgz',
    });
  });

  it('tell directories, git URLs and tarballs apart', () => {
    expect(parseBuildpack('/home/me/pack')).to.deep.equal({kind: 'directory', path: '/home/me/pack'});
    expect(parseBuildpack('file:///home/me/my%20pack')).to.deep.equal({kind: 'directory', path: '/home/me/my pack'});
    expect(parseBuildpack('/srv/pack.git')).to.deep.equal({kind: 'git', url: '/srv/pack.git', ref: null});
    expect(parseBuildpack('/srv/pack#v2')).to.deep.equal({kind: 'git', url: '/srv/pack', ref: 'v2'});
    expect(parseBuildpack('/srv/pack.tgz')).to.deep.equal({kind: 'tarball', location: '/srv/pack.tgz'});
    expect(parseBuildpack('https://github.com/a/b#feature/x')).to.deep.equal({
      kind: 'git',
      url: 'https://github.com/a/b',
      ref: 'feature/x',
    });
    expect(parseBuildpack('git@github.com:a/b.git')).to.deep.equal({
      kind: 'git',
      url: 'git@github.com:a/b.git',
      ref: null,
    });
    expect(parseBuildpack('https://example.com/b.tgz?token=x').kind).to.equal('tarball');
    expect(parseBuildpack('https://codon-buildpacks.s3.amazonaws.com/buildpacks/heroku/go.tar.gz').kind).to.equal(
      'tarball',
    );
    expect(parseBuildpack('https://github.com/a/b/archive/refs/heads/main.tar.gz').kind).to.equal('tarball');
  });

  it('refuse what is none of these, and what git would take for an option', () => {
    for (const text of [
      '',
      'nodejs',
      './pack',
      '--upload-pack=x',
      'ext::sh -c x',
      'https://x/y#--exec',
      'https://x/y#a..b',
    ]) {
      expect(() => parseBuildpack(text), text)
        .to.throw(DynoError)
        .with.property('code', 'invalid_params');
    }
  });
});
