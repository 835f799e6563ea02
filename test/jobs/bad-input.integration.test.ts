import {execFileSync} from 'node:child_process';
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect} from 'chai';
import {Installation} from '../support/installation.js';
import {tempHome} from '../support/temp-home.js';
import type {TempHome} from '../support/temp-home.js';
import {until} from '../support/until.js';

/** Each door of the program with something it must refuse: what is said, the status, and that nothing changed. */
describe('bad input', function () {
  this.timeout(120_000);
  let installation: Installation;
  let scratch: TempHome;
  let unchanged: string;

  before(async () => {
    installation = await Installation.make('process');
    scratch = await tempHome();
    await installation.ok('create', 'demo');
    await installation.ok('deploy', 'examples/shell-worker', '-a', 'demo');
    unchanged = await state();
  });
  after(async () => {
    await installation.remove();
    await scratch.remove();
  });
  afterEach(async () => expect(await state()).to.equal(unchanged));

  /** Releases, formation and apps: what none of these may change. */
  async function state(): Promise<string> {
    const releases = await installation.ok('releases', '-a', 'demo', '--json');
    return releases + (await installation.ok('scale', '-a', 'demo')) + (await installation.ok('apps'));
  }

  async function refused(args: string[], message: RegExp, status = 1): Promise<void> {
    const ran = await installation.dyno(...args);
    expect(ran.stderr).to.match(message);
    expect(ran.status, ran.stderr).to.equal(status);
  }

  function source(files: Record<string, string>): string {
    const directory = join(scratch.path, `app-${Object.keys(files).join('-')}-${Math.random().toString(36).slice(2)}`);
    mkdirSync(directory);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
    return directory;
  }

  async function api(method: string, path: string, body?: string | Buffer, headers: Record<string, string> = {}) {
    const token = readFileSync(join(installation.home, 'token'), 'utf8').trim();
    const url = path.startsWith('http') ? path : `http://127.0.0.1:${installation.port}${path}`;
    const authorization = `Bearer ${token}`;
    const response = await fetch(url, {
      method,
      headers: {authorization, 'content-type': 'application/json', ...headers},
      ...(body === undefined ? {} : {body: new Uint8Array(Buffer.from(body))}),
    });
    return {status: response.status, body: (await response.json().catch(() => ({}))) as Record<string, string>};
  }

  it('an unknown process type', () =>
    refused(['scale', 'nope=1', '-a', 'demo'], /Couldn't find that process type \(nope\)/));
  it('a quantity that is none', () => refused(['scale', 'worker=-1', '-a', 'demo'], /worker=-1/, 2));
  it('an unknown size', () => refused(['scale', 'worker=1:huge', '-a', 'demo'], /huge/));
  it('an unknown app', () => refused(['ps', '-a', 'nobody'], /Couldn't find that app/));
  it('an unknown command', () => refused(['scael'], /not a dyno command|scael/, 127));
  it('an app name that Heroku would refuse', () => refused(['create', '1bad_Name'], /Name must start with a letter/));
  it('an app name that is taken', () => refused(['create', 'demo'], /Name demo is already taken/));
  it('a destroy without its confirmation', () => refused(['destroy', 'demo'], /--confirm demo/, 2));

  it('a Procfile with a broken line, told with its number', () =>
    refused(
      ['deploy', source({Procfile: '# fine\nweb: node a.js\nthis is no process\n'}), '-a', 'demo'],
      /Procfile line 3/,
    ));
  it('a missing Procfile', () =>
    refused(['deploy', source({'README.txt': 'nothing to run'}), '-a', 'demo'], /Build failed|Procfile/));
  it('a directory that is not there', () => refused(['deploy', '/no/such/dir', '-a', 'demo'], /\/no\/such\/dir/, 2));
  it('a file instead of a directory', () =>
    refused(['deploy', join(source({file: 'x'}), 'file'), '-a', 'demo'], /not a directory/i, 2));
  it('a build that fails says which step', async () => {
    const files = {'package.json': '{"name": "x", "scripts": {"build": "exit 7"}}'};
    const ran = await installation.dyno('deploy', source(files), '-a', 'demo');
    expect(ran.status).to.equal(1);
    expect(ran.stdout + ran.stderr).to.match(/Push rejected, failed to compile Node\.js app/);
  });

  it('a corrupt source archive', async () => {
    const created = (await api('POST', '/sources')).body as unknown as {
      source_blob: {put_url: string; get_url: string};
    };
    await api('PUT', created.source_blob.put_url, Buffer.from('this is no archive'), {'content-type': ''});
    const body = JSON.stringify({source_blob: {url: created.source_blob.get_url}});
    const build = await api('POST', '/apps/demo/builds', body);
    if (build.status >= 400) {
      expect(build.body['message']).to.match(/source archive cannot be read/);
      return;
    }
    const status = await until('the end of the build', async () => {
      const {body} = await api('GET', `/apps/demo/builds/${build.body['id']}`);
      return body['status'] === 'pending' ? undefined : body['status'];
    });
    expect(status).to.equal('failed');
  });

  for (const [what, method, path, body] of [
    ['no JSON', 'PATCH', '/apps/demo/formation', '{"updates": '],
    ['a body of another shape', 'PATCH', '/apps/demo/formation', '{"updates": 5}'],
    [
      'a quantity of another type',
      'PATCH',
      '/apps/demo/formation',
      '{"updates": [{"type": "worker", "quantity": {}}]}',
    ],
    ['a config var that is no string', 'PATCH', '/apps/demo/config-vars', '{"A": {"b": 1}}'],
    ['a config var with a bad name', 'PATCH', '/apps/demo/config-vars', '{"1 A": "b"}'],
    ['an array for an object', 'POST', '/apps', '[]'],
  ] as const) {
    it(`an API body: ${what}`, async () => {
      const answer = await api(method, path, body);
      expect(answer.status).to.be.within(400, 422);
      expect(answer.body).to.include.keys('id', 'message');
    });
  }

  it('a wrong token, none, and a foreign Host', async () => {
    expect((await api('GET', '/apps', undefined, {authorization: 'Bearer wrong'})).status).to.equal(401);
    expect((await api('GET', '/apps', undefined, {authorization: ''})).status).to.equal(401);
    const foreign = execFileSync('curl', [
      ...['-s', '-o', '/dev/null', '-w', '%{http_code}', '-H', 'Host: evil.example'],
      `http://127.0.0.1:${installation.port}/apps`,
    ]).toString();
    expect(foreign).to.equal('403');
  });

  it('a port that another installation holds: it says who', async () => {
    const home = join(scratch.path, 'second');
    const {status, stderr} = await new Promise<{status: number; stderr: string}>((resolve) => {
      void import('node:child_process').then(({execFile}) =>
        execFile(
          process.execPath,
          [join(process.cwd(), 'bin/run.js'), 'apps'],
          {env: {...installation.env, DYNO_HOME: home}},
          (error, _stdout, stderr) => resolve({status: error ? Number(error.code) : 0, stderr}),
        ),
      );
    });
    expect(status).to.equal(1);
    expect(stderr).to.match(new RegExp(`${installation.port}.*(taken|held|in use)|another installation`, 's'));
    expect(stderr).to.match(/DYNO_PORT/);
  });

  it('a full disk', async function () {
    if (process.getuid?.() !== 0 || process.platform !== 'linux') return this.skip();
    const small = await Installation.make('process');
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', small.home]);
    try {
      await small.ok('create', 'full');
      const directory = source({Procfile: 'worker: sleep 1\n'});
      execFileSync('dd', ['if=/dev/urandom', `of=${join(directory, 'big')}`, 'bs=1M', 'count=12', 'status=none']);
      const ran = await small.dyno('deploy', directory, '-a', 'full');
      expect(ran.status).to.equal(1);
      expect(ran.stdout + ran.stderr).to.match(/No space is left/);
      expect(await small.ok('apps')).to.include('full');
    } finally {
      await small.dyno('platform:stop');
      execFileSync('umount', ['-l', small.home]);
      await small.remove();
    }
  });
});

describe('commands that race', function () {
  this.timeout(60_000);

  it('start one platform', async () => {
    const installation = await Installation.make('process');
    try {
      const all = await Promise.all(
        Array.from({length: 8}, (_, index) => installation.dyno('create', `race-${index}a`)),
      );
      for (const {status, stderr} of all) expect(status, stderr).to.equal(0);
      expect(await installation.json<unknown[]>('apps')).to.have.length(8);
      const log = readFileSync(join(installation.home, 'platform.log'), 'utf8');
      expect(log.split(' serves http').length - 1, log).to.equal(1);
    } finally {
      await installation.remove();
    }
  });
});
