import {execFileSync, spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, realpathSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect} from 'chai';
import {linkApp} from '../../src/cli/app-link.js';
import {gitAccessFor, gitSettings, isOwnGitHost} from '../../src/cli/git-access.js';

describe("git's access to the platform", () => {
  let root: string;
  const git = (...args: string[]) => execFileSync('git', args, {cwd: root, encoding: 'utf8'});
  const program = {caFile: '/tmp/a "home"\\x/ca.pem', program: "/opt/it's/dyno"};
  const link = (url: string) => linkApp('demo', url, {directory: root, home: root, remote: 'dyno', ...program});
  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'dyno-git-')));
    git('init', '-q');
  });
  afterEach(() => rmSync(root, {recursive: true, force: true}));

  it('is a helper and an authority for one origin, in the work tree alone', () => {
    link('https://localhost:7770/demo.git');
    const helpers = git('config', '--local', '--get-all', 'credential.https://localhost:7770.helper');
    expect(helpers).to.equal("\n!'/opt/it'\\''s/dyno' git:credentials\n");
    const authority = (url: string) => {
      const {status, stdout} = spawnSync('git', ['config', '--local', '--get-urlmatch', 'http.sslCAInfo', url], {
        cwd: root,
      });
      return status === 0 ? String(stdout).trim() : null;
    };
    expect(authority('https://localhost:7770/demo.git')).to.equal(program.caFile);
    expect(authority('https://localhost:7771/demo.git')).to.equal(null);
    expect(authority('https://github.com/me/demo.git')).to.equal(null);
    const proxy = (url: string) =>
      spawnSync('git', ['-c', 'http.proxy=http://proxy:1', 'config', '--get-urlmatch', 'http.proxy', url], {
        cwd: root,
        encoding: 'utf8',
      }).stdout.trim();
    expect(proxy('https://localhost:7770/demo.git')).to.equal('');
    expect(proxy('https://github.com/me/demo.git')).to.equal('http://proxy:1');
    expect(git('remote', 'get-url', 'dyno')).to.equal('https://localhost:7770/demo.git\n');
  });

  it('is written once, however often the directory is linked', () => {
    link('https://localhost:7770/demo.git');
    const once = readFileSync(join(root, '.git/config'), 'utf8');
    link('https://localhost:7770/demo.git');
    expect(readFileSync(join(root, '.git/config'), 'utf8')).to.equal(once);
  });

  it('is the same as settings for a clone', () => {
    const access = gitAccessFor('https://localhost:7770/demo.git', program)!;
    expect(gitSettings(access)).to.deep.equal([
      ['credential.https://localhost:7770.helper', ''],
      ['credential.https://localhost:7770.helper', "!'/opt/it'\\''s/dyno' git:credentials"],
      ['http.https://localhost:7770/.sslCAInfo', program.caFile],
      ['http.https://localhost:7770/.proxy', ''],
    ]);
    expect(gitAccessFor('http://localhost:7770/demo.git', program)).to.equal(undefined);
  });

  it('is asked for by TLS and by this address alone', () => {
    expect(isOwnGitHost('protocol=https\nhost=localhost:7770\npath=demo.git\n', 7770)).to.equal(true);
    expect(isOwnGitHost('protocol=https\nhost=127.0.0.1:7770\n\n', 7770)).to.equal(true);
    for (const asked of ['', 'protocol=http\nhost=localhost:7770', 'protocol=https\nhost=localhost:7771']) {
      expect(isOwnGitHost(asked, 7770), asked).to.equal(false);
    }
    expect(isOwnGitHost('protocol=https\nhost=git.example.com', 7770)).to.equal(false);
  });
});
