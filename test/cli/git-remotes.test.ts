import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect} from 'chai';
import {checkRemoteName, findWorkTree, readRemotes, removeRemote, setRemote} from '../../src/cli/git-remotes.js';
import {DynoError} from '../../src/model/error.js';

describe('git remotes', () => {
  let root: string;
  const git = (...args: string[]) => execFileSync('git', args, {cwd: root, encoding: 'utf8', stdio: 'pipe'});
  beforeEach(() => (root = realpathSync(mkdtempSync(join(tmpdir(), 'dyno-git-')))));
  afterEach(() => rmSync(root, {recursive: true, force: true}));

  it('reads what git wrote, and writes what git reads', () => {
    git('init', '-q');
    git('remote', 'add', 'heroku', 'https://git.heroku.com/demo.git');
    const tree = findWorkTree(root)!;
    expect(readRemotes(tree)).to.deep.equal(new Map([['heroku', 'https://git.heroku.com/demo.git']]));
    setRemote(tree, 'dyno', 'http://localhost:7770/one.git');
    setRemote(tree, 'dyno', 'http://localhost:7770/two.git');
    expect(git('remote', '-v').split('\n')).to.deep.equal([
      'dyno\thttp://localhost:7770/two.git (fetch)',
      'dyno\thttp://localhost:7770/two.git (push)',
      'heroku\thttps://git.heroku.com/demo.git (fetch)',
      'heroku\thttps://git.heroku.com/demo.git (push)',
      '',
    ]);
    removeRemote(tree, 'dyno');
    expect(git('remote')).to.equal('heroku\n');
  });

  it('leaves every other line of the file as it is', () => {
    const text = '[core]\n\tbare = false # no\n[remote "dyno"]\n\turl = x\n[branch "main"]\n\tremote = dyno\n';
    mkdirSync(join(root, '.git'));
    writeFileSync(join(root, '.git/config'), text);
    removeRemote(findWorkTree(root)!, 'dyno');
    expect(readFileSync(join(root, '.git/config'), 'utf8')).to.equal(text.replace('[remote "dyno"]\n\turl = x\n', ''));
  });

  it('finds the work tree from below, and through a linked one', () => {
    git('init', '-q', 'main');
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-q', '--allow-empty', '-m', 'x'], {
      cwd: join(root, 'main'),
    });
    execFileSync('git', ['worktree', 'add', '-q', '../linked'], {cwd: join(root, 'main'), stdio: 'pipe'});
    mkdirSync(join(root, 'linked/a/b'), {recursive: true});
    expect(findWorkTree(join(root, 'linked/a/b'))).to.deep.equal({
      root: join(root, 'linked'),
      config: join(root, 'main/.git/config'),
    });
  });

  it('takes for the name of a remote only what git does', () => {
    for (const name of ['dyno', 'team/eu', 'v1.2', '_a@b', 'grün']) checkRemoteName(name);
    git('init', '-q');
    for (const name of [
      '',
      'a b',
      'a"b',
      'a#b',
      '-x',
      '.a',
      'a..b',
      'a.',
      'x.lock',
      'a//b',
      'a/',
      'a\n[b]',
      'a:b',
      '[a]',
    ]) {
      expect(() => checkRemoteName(name), name)
        .to.throw(DynoError, 'is no name for a git remote')
        .with.property('code', 'usage');
    }
    for (const name of ['dyno', 'team/eu', 'v1.2', '_a@b', 'grün']) git('remote', 'add', name, 'x');
  });

  it('finds none where there is none', () => {
    expect(findWorkTree(root)).to.equal(undefined);
  });
});
