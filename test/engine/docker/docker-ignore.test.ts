import {expect} from 'chai';
import {parseDockerIgnore} from '../../../src/engine/docker/docker-ignore.js';

describe('.dockerignore', () => {
  const cases: [string, string[], string[]][] = [
    ['# nothing\n\n', [], ['a', '# nothing']],
    ['node_modules\n', ['node_modules', 'node_modules/x/y'], ['a/node_modules', 'node_modules2']],
    ['/dist/\n', ['dist', 'dist/a'], ['src/dist']],
    ['**/*.log', ['a.log', 'x/y/a.log'], ['a.logs']],
    ['*.md\n!README.md', ['CHANGES.md'], ['README.md', 'docs/a.md']],
    ['*/temp?', ['a/temp1', 'b/tempx/c'], ['temp1', 'a/b/temp1', 'a/temp']],
    ['a[0-9].txt', ['a1.txt'], ['ab.txt']],
    ['**', ['a', 'b/c'], []],
    ['*\n!src\nsrc/secret', ['a', 'src/secret'], ['src', 'src/index.js']],
    ['dir\\*', ['dir*'], ['dirx']],
  ];
  for (const [text, ignored, kept] of cases) {
    it(`${JSON.stringify(text)} leaves out ${ignored.join(' ') || 'nothing'}`, () => {
      const ignores = parseDockerIgnore(text);
      expect(ignored.filter((path) => !ignores(path))).to.deep.equal([]);
      expect(kept.filter((path) => ignores(path))).to.deep.equal([]);
    });
  }
});
