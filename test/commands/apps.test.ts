import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect} from 'chai';
import Apps from '../../commands/apps.js';
import Create from '../../commands/create.js';
import Destroy from '../../commands/destroy.js';
import Info from '../../commands/info.js';
import Open from '../../commands/open.js';
import {app, dyno} from './support/api-objects.js';
import {CommandBench} from './support/run-command.js';

describe('dyno create, destroy, apps, info and open', () => {
  let bench: CommandBench;
  beforeEach(async () => (bench = await CommandBench.open()));
  afterEach(() => bench.close());

  it('creates an app and links the directory without leaving a file in it', async () => {
    bench.api.on('POST /apps', app('demo'), 201).on('GET /apps/demo', app('demo')).on('GET /apps/demo/dynos', []);
    expect(await bench.run(Create, 'demo')).to.deep.equal({
      stdout: 'http://demo.localhost:7780/ | http://localhost:7770/demo.git\n',
      stderr: 'Creating demo... done, stack is heroku-24\n',
      exitCode: 0,
    });
    expect(bench.api.bodyOf('POST /apps')).to.deep.equal({name: 'demo'});
    expect((await bench.run(Info)).stdout).to.match(/^=== demo\n/);
    expect(readFileSync(join(bench.home, 'token'), 'utf8')).to.equal('a-token\n');
  });

  it('makes a git remote in a work tree, and points it elsewhere the next time', async () => {
    const config = join(bench.directory, '.git/config');
    mkdirSync(join(bench.directory, '.git'));
    writeFileSync(config, '[core]\n\tbare = false\n');
    bench.api.on('POST /apps', app('demo'), 201);
    await bench.run(Create, 'demo');
    bench.api.on('POST /apps', app('other'), 201);
    await bench.run(Create, 'other');
    expect(readFileSync(config, 'utf8')).to.equal(
      '[core]\n\tbare = false\n[remote "dyno"]\n\turl = http://localhost:7770/other.git\n\tfetch = +refs/heads/*:refs/remotes/dyno/*\n',
    );
  });

  it('gives an app a name when the user gives none', async () => {
    bench.api.on('POST /apps', app('floating-dragon-42'), 201);
    const {stderr} = await bench.run(Create, '--no-remote');
    expect(stderr).to.equal('Creating app... done, floating-dragon-42, stack is heroku-24\n');
  });

  it('creates in a space through the team, with internal routing only there', async () => {
    bench.api.on('POST /teams/apps', app('demo', {space: {id: 's', name: 'acme'}}), 201);
    const {stderr} = await bench.run(Create, 'demo', '--space', 'acme', '--internal-routing');
    expect(stderr).to.equal('Creating demo in space acme... done, stack is heroku-24\n');
    expect(bench.api.bodyOf('POST /teams/apps')).to.deep.equal({name: 'demo', space: 'acme', internal_routing: true});
    const refused = await bench.run(Create, 'demo', '--internal-routing');
    expect(refused.exitCode).to.equal(2);
    expect(refused.stderr).to.equal('Error: Internal routing exists in private spaces only: add --space NAME.\n');
  });

  it('shows why the API refuses a name, and links nothing', async () => {
    bench.api.on('POST /apps', {id: 'invalid_params', message: 'Name demo is already taken'}, 422);
    const {stderr, exitCode} = await bench.run(Create, 'demo');
    expect(stderr).to.equal('Creating demo... !\nError: Name demo is already taken\n');
    expect(exitCode).to.equal(1);
    expect((await bench.run(Info)).stderr).to.match(/^Error: No app specified\.\nName one with -a APP/);
  });

  it('takes an app back whose buildpacks are refused', async () => {
    bench.api
      .on('POST /apps', app('demo'), 201)
      .on('PUT /apps/demo/buildpack-installations', {id: 'invalid_params', message: 'No such buildpack.'}, 422)
      .on('DELETE /apps/demo', app('demo'));
    const {stderr, exitCode} = await bench.run(Create, 'demo', '-b', 'heroku/nothing');
    expect(stderr).to.include('Error: No such buildpack.\n');
    expect(exitCode).to.equal(1);
    expect(bench.api.calls.at(-1)).to.equal('DELETE /apps/demo');
  });

  it('shows an app that it could not link the directory to, and how to go on', async () => {
    bench.api.on('POST /apps', app('demo'), 201);
    writeFileSync(join(bench.home, 'links'), 'no folder');
    const {stdout, stderr, exitCode} = await bench.run(Create, 'demo');
    expect(stdout).to.equal('http://demo.localhost:7780/ | http://localhost:7770/demo.git\n');
    expect(stderr).to.match(/\nWarning: \S+ is not linked to demo: E\w+: .*\. Add --app demo\.\n$/);
    expect(exitCode).to.equal(0);
  });

  it('makes nothing when the remote can have no such name', async () => {
    const {stderr, exitCode} = await bench.run(Create, 'demo', '-r', 'a"b');
    expect(stderr).to.match(/^Error: "a\\"b" is no name for a git remote: /);
    expect(exitCode).to.equal(2);
    expect(bench.api.calls).to.deep.equal([]);
  });

  it('destroys only what is confirmed, and forgets the link', async () => {
    bench.api.on('POST /apps', app('demo'), 201).on('GET /apps/demo', app('demo')).on('DELETE /apps/demo', app('demo'));
    await bench.run(Create, 'demo');
    const unconfirmed = await bench.run(Destroy);
    expect(unconfirmed.stderr).to.equal('Error: Confirmation required: demo.\nAdd --confirm demo\n');
    expect(unconfirmed.exitCode).to.equal(2);
    const wrong = await bench.run(Destroy, '--confirm', 'dome');
    expect(wrong.stderr).to.equal('Error: Confirmation dome did not match demo. Aborted.\n');
    expect(bench.api.calls).not.to.include('DELETE /apps/demo');
    const {stderr} = await bench.run(Destroy, '--confirm', 'demo');
    expect(stderr).to.equal('Destroying demo (including all add-ons)... done\n');
    expect((await bench.run(Info)).exitCode).to.equal(2);
  });

  it('lists apps with their region, and those of a space', async () => {
    const space = {id: 'space-id', name: 'acme'};
    const region = {id: 'r', name: 'eu'};
    bench.api
      .on('GET /apps', [app('two', {region}), app('one'), app('three', {space, internal_routing: true})])
      .on('GET /account', {id: 'u', email: 'dev@localhost'})
      .on('GET /spaces/acme', {id: 'space-id', name: 'acme'});
    expect((await bench.run(Apps)).stdout).to.equal('=== dev@localhost Apps\n\none\nthree [internal]\ntwo (eu)\n');
    const inSpace = await bench.run(Apps, '--space', 'acme');
    expect(inSpace.stdout).to.equal('=== Apps in space acme\n\nthree [internal]\n');
  });

  it('shows an app', async () => {
    bench.api
      .on('GET /apps/demo', app('demo'))
      .on('GET /apps/demo/dynos', [dyno('web.1'), dyno('web.2'), dyno('run.1')]);
    const {stdout} = await bench.run(Info, '-a', 'demo');
    expect(stdout).to.equal(`=== demo

Auto Cert Mgmt: false
Dynos:          web: 2, run: 1
Git URL:        http://localhost:7770/demo.git
Owner:          dev@localhost
Region:         us
Repo Size:      0 B
Slug Size:      37 MB
Stack:          heroku-24
Web URL:        http://demo.localhost:7780/
`);
    const shell = await bench.run(Info, 'demo', '--shell');
    expect(shell.stdout).to.include('git_url=http://localhost:7770/demo.git\n');
    const json = JSON.parse((await bench.run(Info, 'demo', '--json')).stdout) as {app: {name: string}};
    expect(json.app.name).to.equal('demo');
  });

  it('prints the URL where there is no browser', async () => {
    bench.api.on('GET /apps/demo', app('demo'));
    expect((await bench.run(Open, '-a', 'demo', '/health')).stdout).to.equal('http://demo.localhost:7780/health\n');
  });

  it('finds the app in the environment, DYNO_APP before HEROKU_APP, a flag before both', async () => {
    for (const name of ['one', 'two', 'three'])
      bench.api.on(`GET /apps/${name}`, app(name)).on(`GET /apps/${name}/dynos`, []);
    bench.env = {HEROKU_APP: 'one'};
    expect((await bench.run(Info)).stdout).to.match(/^=== one\n/);
    bench.env = {HEROKU_APP: 'one', DYNO_APP: 'two'};
    expect((await bench.run(Info)).stdout).to.match(/^=== two\n/);
    expect((await bench.run(Info, '-a', 'three')).stdout).to.match(/^=== three\n/);
  });

  it('tells what is wrong with a token', async () => {
    bench.api.on('GET /apps', {id: 'unauthorized', message: 'Invalid credentials provided.'}, 401);
    const {stderr, exitCode} = await bench.run(Apps);
    expect(stderr).to.match(/^Error: Invalid credentials provided\.\nUse the token in /);
    expect(exitCode).to.equal(1);
    expect(bench.api.requests[0]!.headers.authorization).to.equal('Bearer a-token');
  });
});
