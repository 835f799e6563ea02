import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {request} from 'node:http';
import type {ClientRequest} from 'node:http';
import {chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect} from 'chai';
import {execa} from 'execa';
import {until} from '../support/until.js';
import type {PlatformUnderTest} from '../builds/platform-under-test.js';
import {startPlatformUnderTest} from '../builds/platform-under-test.js';

const identity = {
  GIT_AUTHOR_NAME: 't',
  GIT_AUTHOR_EMAIL: 't@localhost',
  GIT_COMMITTER_NAME: 't',
  GIT_COMMITTER_EMAIL: 't@localhost',
};

describe('git push, on the process engine', function () {
  this.timeout(120_000);
  let platform: PlatformUnderTest;
  let folder: string;
  let app: string;
  let apps = 0;

  before(async () => {
    platform = await startPlatformUnderTest('process');
  });
  after(() => platform?.close());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dyno-git-'));
    app = `pushed-${++apps}`;
    await platform.createApp(app);
  });
  afterEach(() => rm(folder, {recursive: true, force: true}));

  const env = () => ({...identity, HOME: folder, GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C'});
  const remote = (password = platform.token) => platform.url.replace('://', `://heroku:${password}@`) + `/${app}.git`;

  /** Answers the exit status and what git printed, `remote: ` lines without their padding. */
  async function git(directory: string, ...args: string[]) {
    const result = await execa('git', args, {cwd: join(folder, directory), env: env(), reject: false, all: true});
    return {status: result.exitCode, output: result.all.replace(/ +$/gm, '')};
  }

  /** Builds of the app wait while `gate` exists in the test's folder. */
  async function closeGate(): Promise<void> {
    const pack = join(folder, 'gated');
    await mkdir(join(pack, 'bin'), {recursive: true});
    await writeFile(join(pack, 'bin/detect'), 'echo Gated');
    await writeFile(join(pack, 'bin/compile'), `while [ -e ${folder}/gate ]; do sleep 0.05; done`);
    await chmod(join(pack, 'bin/compile'), 0o755);
    await platform.api('PUT', `/apps/${app}/buildpack-installations`, {updates: [{buildpack: pack}]});
    await writeFile(join(folder, 'gate'), '');
  }

  async function tree(name: string, files: Record<string, string>): Promise<void> {
    await mkdir(join(folder, name));
    await git(name, 'init', '--quiet', '--initial-branch', 'main');
    await commit(name, files);
    await git(name, 'remote', 'add', 'heroku', remote());
  }

  async function commit(name: string, files: Record<string, string>): Promise<string> {
    for (const [file, text] of Object.entries(files)) await writeFile(join(folder, name, file), text);
    await git(name, 'add', '--all');
    await git(name, 'commit', '--quiet', '--allow-empty', '-m', `Change ${Object.keys(files).join(', ')}`);
    return (await git(name, 'rev-parse', 'HEAD')).output;
  }

  /** A push of which nothing comes but its header. */
  function openPush(): ClientRequest {
    const push = request(`${platform.url}/${app}.git/git-receive-pack`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${platform.token}`,
        'content-type': 'application/x-git-receive-pack-request',
        ...{'content-length': '1000', expect: '100-continue'},
      },
    });
    push.on('error', () => undefined).flushHeaders();
    return push;
  }

  const releases = async () =>
    (await platform.api<{version: number; description: string; status: string}[]>('GET', `/apps/${app}/releases`)).map(
      ({version, description, status}) => ({version, description, status}),
    );

  it('builds main and shows Heroku’s output', async () => {
    await tree('work', {Procfile: 'clock: sleep 1000\nrelease: echo migrating\n'});
    const {status, output} = await git('work', 'push', 'heroku', 'main');
    expect(output.replace(/Done: \d+B/, 'Done: N').replace(/localhost:\d+/g, 'localhost:PORT')).to.equal(
      `remote: Compressing source files... done.
remote: Building source:
remote:
remote: -----> Building on the Heroku-24 stack
remote: -----> Determining which buildpack to use for this app
remote: -----> Procfile app detected
remote:
remote: -----> Discovering process types
remote:        Procfile declares types -> clock, release
remote:
remote: -----> Compressing...
remote:        Done: N
remote: -----> Launching...
remote:  !     Release command declared: this new release will not be available until the command succeeds.
remote:        Released v3
remote:        http://${app}.localhost:PORT/ deployed to Heroku
remote:
remote: Verifying deploy... done.
remote: Running release command...
remote:
remote: migrating
remote:
remote: Waiting for release.... done.
To http://127.0.0.1:PORT/${app}.git
 * [new branch]      main -> main`.replace('127.0.0.1:PORT', platform.url.slice('http://'.length)),
    );
    expect(status).to.equal(0);
    const head = (await git('work', 'rev-parse', 'HEAD')).output;
    expect((await releases()).at(-1)).to.deep.equal({
      version: 3,
      description: `Deploy ${head.slice(0, 8)}`,
      status: 'succeeded',
    });
    // It is measured once the push has its answer.
    const size = async () => (await platform.api<{repo_size: number | null}>('GET', `/apps/${app}`)).repo_size;
    await until('the size of the repository', async () => ((await size()) ?? 0) > 0);
    expect((await git('work', 'push', 'heroku', 'main')).output).to.contain('Everything up-to-date');
  });

  it('rejects what does not build, and takes what builds but does not release', async () => {
    await tree('work', {'package.json': '{'});
    const {status, output} = await git('work', 'push', 'heroku', 'main');
    expect(status).to.equal(1);
    expect(output).to.contain(
      `remote:  !     Push rejected, failed to compile Node.js app.
remote:
remote:  !     Push failed
remote:
remote: Verifying deploy...
remote:
remote:  !	Push rejected to ${app}.
remote:
To `,
    );
    expect(output).to.contain(' ! [remote rejected] main -> main (pre-receive hook declined)');
    expect(await releases()).to.have.length(2);
    expect((await git('work', 'ls-remote', 'heroku')).output).to.equal('');

    await git('work', 'rm', '--quiet', 'package.json');
    await commit('work', {Procfile: 'clock: sleep 1000\nrelease: exit 3\n'});
    const failed = await git('work', 'push', 'heroku', 'main');
    expect(failed.output).to.contain('remote: Waiting for release.... failed.\n');
    expect(failed.status).to.equal(0);
    expect((await releases()).at(-1)).to.include({version: 3, status: 'failed'});
    expect((await git('work', 'ls-remote', 'heroku')).output).to.contain('refs/heads/main');

    await commit('work', {Procfile: 'oops\n'});
    expect((await git('work', 'push', 'heroku', 'main')).output).to.contain(
      'remote:  !     Procfile line 1 is not `<type>: <command>`: oops\n',
    );
  });

  it('takes other branches without a build, and clones check out main', async () => {
    await tree('work', {Procfile: 'clock: sleep 1000\n'});
    const {output} = await git('work', 'push', 'heroku', 'main:topic');
    expect(output).to.contain('remote: Pushed to non-main branch, skipping build.\n');
    expect(await releases()).to.have.length(2);
    expect((await git('work', 'push', 'heroku', 'main')).status).to.equal(0);
    expect((await git('work', 'push', 'heroku', ':main')).output).to.contain('cannot be deleted');
    await git('.', 'clone', '--quiet', remote(), 'copy');
    expect(await readFile(join(folder, 'copy/Procfile'), 'utf8')).to.equal('clock: sleep 1000\n');
    expect((await git('copy', 'branch', '--show-current')).output).to.equal('main');
  });

  it('asks for the token and knows no other repositories', async () => {
    const response = await fetch(`${platform.url}/${app}.git/info/refs?service=git-upload-pack`);
    expect(response.status).to.equal(401);
    expect(response.headers.get('www-authenticate')).to.match(/^Basic realm=/);
    expect((await git('.', 'ls-remote', remote('wrong'))).output).to.contain('Authentication failed');
    expect((await git('.', 'ls-remote', remote().replace(app, 'nobodys'))).output).to.contain('not found');
    const authorization = `Bearer ${platform.token}`;
    for (const path of ['HEAD', 'config', 'objects/info/packs', 'info/../config', 'git-receive-pack']) {
      const {status} = await fetch(`${platform.url}/${app}.git/${path}`, {headers: {authorization}});
      expect(status, path).to.equal(404);
    }
    expect((await fetch(`${platform.url}/git/pushes/guess`, {method: 'POST', body: '{}'})).status).to.equal(404);
  });

  it('builds parallel pushes one after the other; the slower of two that disagree is not built', async () => {
    await tree('one', {Procfile: 'clock: sleep 1000\n'});
    await tree('two', {Procfile: 'clock: sleep 2000\n'});
    const pushes = await Promise.all([git('one', 'push', 'heroku', 'main'), git('two', 'push', 'heroku', 'main')]);
    expect(pushes.map(({status}) => status).sort()).to.deep.equal([0, 1]);
    const slower = pushes.find(({status}) => status === 1)!;
    expect(slower.output).to.match(/Another push was faster|fetch first/);
    expect(await releases()).to.have.length(3);
    const winner = pushes[0]!.status === 0 ? 'one' : 'two';
    expect((await git(winner, 'push', '--force', 'heroku', 'main')).output).to.contain('Everything up-to-date');
    const loser = winner === 'one' ? 'two' : 'one';
    expect((await git(loser, 'push', '--force', 'heroku', 'main')).status).to.equal(0);
    expect(await releases()).to.have.length(4);
  });

  it('does not hold up later pushes when it gives up before its turn', async () => {
    await closeGate();
    await tree('work', {Procfile: 'clock: sleep 1000\n'});
    const first = git('work', 'push', 'heroku', 'main');
    await until('its build', async () => (await platform.api<unknown[]>('GET', `/apps/${app}/builds`)).length === 1);
    const second = openPush();
    await once(second, 'continue');
    second.destroy();
    await rm(join(folder, 'gate'));
    expect((await first).status).to.equal(0);
    const third = await git('work', 'push', 'heroku', 'main:topic');
    expect(third.status, third.output).to.equal(0);
  });

  it('does not hold up later pushes when it breaks off in the middle', async () => {
    await tree('work', {Procfile: 'clock: sleep 1000\n'});
    const {id} = await platform.api<{id: string}>('GET', `/apps/${app}`);
    const first = openPush();
    first.write('00');
    const backend = `PATH_INFO=/${id}.git/git-receive-pack`;
    await until('git', async () => (await execa('ps', ['axeww'])).stdout.includes(backend));
    first.destroy();
    const second = await git('work', 'push', 'heroku', 'main:topic');
    expect(second.status, second.output).to.equal(0);
  });

  it('goes on when the pusher goes away', async () => {
    await closeGate();
    await tree('work', {Procfile: 'clock: sleep 1000\n'});
    const push = spawn('git', ['push', 'heroku', 'main'], {
      cwd: join(folder, 'work'),
      env: {...process.env, ...env()},
      detached: true,
    });
    for await (const chunk of push.stderr) if (String(chunk).includes('Gated app detected')) break;
    process.kill(-push.pid!, 'SIGKILL');
    await once(push, 'close');
    await rm(join(folder, 'gate'));
    let refs = '';
    for (let attempt = 0; attempt < 300 && !refs.includes('refs/heads/main'); attempt++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      refs = (await git('work', 'ls-remote', 'heroku')).output;
    }
    expect(refs, platform.log()).to.include('refs/heads/main');
    expect((await releases()).at(-1)).to.include({version: 3, status: 'succeeded'});
  });

  it('leaves nothing of an app that was destroyed', async () => {
    await tree('work', {Procfile: 'clock: sleep 1000\n'});
    await git('work', 'push', 'heroku', 'main');
    const {id} = await platform.api<{id: string}>('GET', `/apps/${app}`);
    expect(await readdir(join(platform.home, 'git'))).to.include(`${id}.git`);
    await platform.api('DELETE', `/apps/${app}`);
    expect(await readdir(join(platform.home, 'git'))).not.to.include(`${id}.git`);
    expect(await readdir(join(platform.home, 'git/incoming'))).to.deep.equal([]);
  });

  it('keeps the platform’s memory flat while a big repository comes in', async () => {
    await tree('work', {Procfile: 'clock: sleep 1000\n'});
    // 200 MB that do not compress.
    await execa('dd', ['if=/dev/urandom', `of=${join(folder, 'work/big')}`, 'bs=1M', 'count=200']);
    await git('work', 'config', 'core.compression', '0');
    await commit('work', {});
    const before = process.memoryUsage().rss;
    let peak = before;
    const sampling = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 20);
    const {status, output} = await git('work', 'push', 'heroku', 'main');
    clearInterval(sampling);
    expect(status, output).to.equal(0);
    expect(peak - before, 'bytes').to.be.lessThan(80 * 1024 * 1024);
  });
});
