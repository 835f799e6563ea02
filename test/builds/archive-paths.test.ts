import {expect} from 'chai';
import {ancestorsOf, entryPath, pathBelow, symlinkEscapes} from '../../src/platform/builds/archive-paths.js';

describe('paths of a source archive', () => {
  it('are relative to its root', () => {
    expect(entryPath('./')).to.equal('');
    expect(entryPath('./a//b/./c/')).to.equal('a/b/c');
  });

  it('never lead out of it', () => {
    for (const name of ['/etc/passwd', '../x', 'a/../../x', 'a/..', 'a\0b'])
      expect(entryPath(name), name).to.equal(null);
  });

  it('may be links inside of it, or to /app', () => {
    for (const [path, target] of [
      ['a/b', '../c'],
      ['a', 'b/../c'],
      ['a', '/app'],
      ['a', '/app/lib/x'],
      ['a/b', '..'],
    ] as const) {
      expect(symlinkEscapes(path, target), `${path} -> ${target}`).to.equal(false);
    }
    for (const [path, target] of [
      ['a', '..'],
      ['a/b', '../../c'],
      ['a', '/etc/passwd'],
      ['a', '/app/../etc'],
      ['a', '/application'],
      ['a', ''],
    ] as const) {
      expect(symlinkEscapes(path, target), `${path} -> ${target}`).to.equal(true);
    }
  });

  it('know what is above and below them', () => {
    expect(ancestorsOf('a/b/c')).to.deep.equal(['a/b', 'a']);
    expect(ancestorsOf('a')).to.deep.equal([]);
    expect(pathBelow('root', 'root/a/b')).to.equal('a/b');
    expect(pathBelow('root', 'root')).to.equal(null);
    expect(pathBelow('root', 'rootless/a')).to.equal(null);
    expect(pathBelow('', 'a')).to.equal('a');
  });
});
