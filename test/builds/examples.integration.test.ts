import {once} from 'node:events';
import {cp, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect} from 'chai';
import {Agent, WebSocket} from 'undici';
import {describeDocker} from '../support/docker.js';
import type {PlatformUnderTest} from './platform-under-test.js';
import {startPlatformUnderTest} from './platform-under-test.js';

const examples = join(process.cwd(), 'examples');

describe('examples on the process engine', function () {
  this.timeout(300_000);
  deployExamples('process');
});

describeDocker('examples on the docker engine', function () {
  this.timeout(600_000);
  deployExamples('docker');
});

function deployExamples(engine: 'process' | 'docker'): void {
  let platform: PlatformUnderTest;
  before(async () => {
    platform = await startPlatformUnderTest(engine);
  });
  after(() => platform?.close());

  async function deploy(app: string, example: string): Promise<string> {
    await platform.createApp(app);
    const {build, output} = await platform.build(app, await platform.upload(join(examples, example)));
    expect(build.status, `${output}\n${platform.log()}`).to.equal('succeeded');
    return output;
  }

  it('hello-node: express, web and worker', async () => {
    const output = await deploy('hello', 'hello-node');
    expect(output).to.contain('-----> Node.js app detected\n');
    expect(output).to.contain(
      '       Procfile declares types     -> web, worker\n       Default types for buildpack -> web\n',
    );
    expect(output).to.match(
      /-----> Launching\.\.\.\n {7}Released v3\n {7}http:\/\/hello\.localhost:\d+\/ deployed to Heroku\n$/,
    );
    const answer = JSON.parse(await platform.get('hello')) as Record<string, string>;
    expect(answer).to.include({message: 'Hello from a dyno', dyno: 'web.1'});
    const formation = await platform.api<{type: string; quantity: number}[]>('GET', '/apps/hello/formation');
    expect(formation.map(({type, quantity}) => [type, quantity])).to.deep.equal([
      ['web', 1],
      ['worker', 0],
    ]);
  });

  it('websocket-chat: ws, with the default process type of its buildpack', async () => {
    const output = await deploy('chat', 'websocket-chat');
    expect(output).to.contain(
      '       Procfile declares types     -> (none)\n       Default types for buildpack -> web\n',
    );
    expect(await platform.get('chat')).to.contain('<h1>Chat on a dyno</h1>');
    const toLoopback = new Agent({
      connect: {lookup: (_host, _options, done) => done(null, [{address: '127.0.0.1', family: 4}])},
    });
    const socket = new WebSocket(`ws://chat.localhost:${platform.routerPort}/chat`, {dispatcher: toLoopback});
    const [welcome] = (await once(socket, 'message')) as [{data: string}];
    expect(JSON.parse(welcome.data)).to.deep.equal({from: 'web.1', text: 'welcome, 1 here'});
    socket.send('hi');
    const [echo] = (await once(socket, 'message')) as [{data: string}];
    expect(JSON.parse(echo.data)).to.deep.equal({from: 'web.1', text: 'hi'});
    socket.close();
    await once(socket, 'close');
    await toLoopback.close();
  });

  it('shell-worker: bash, with a release command', async () => {
    const output = await deploy('jobs', 'shell-worker');
    expect(output).to.contain('       Procfile declares types -> worker, release\n');
    expect(output).to.match(
      / !     Release command declared: [^\n]*\n {7}Released v3\n[^]*Running release command\.\.\.\n\njob 1 done by release\.\d+ at [^\n]*\n\nWaiting for release\.\.\.\. done\.\n$/,
    );
    await platform.api('PATCH', '/apps/jobs/formation', {updates: [{type: 'worker', quantity: 1}]});
    const dynos = async () => platform.api<{name: string; state: string}[]>('GET', '/apps/jobs/dynos');
    while (!(await dynos()).some(({name, state}) => name === 'worker.1' && state === 'up')) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });

  it('dockerfile-app: an image of its own', async function () {
    await platform.createApp('image');
    const {build, output} = await platform.build('image', await platform.upload(join(examples, 'dockerfile-app')));
    if (engine === 'process') {
      expect(build.status).to.equal('failed');
      expect(output).to.contain(' !     The process engine cannot build a Dockerfile.');
      return;
    }
    expect(build.status, output).to.equal('succeeded');
    expect(output).to.contain('=== Building web (Dockerfile)\n');
    expect(JSON.parse(await platform.get('image'))).to.include({dyno: 'web.1', built_with: 'Dockerfile'});
  });

  if (engine === 'docker') {
    it('dockerfile-app with a heroku.yml, on the stack container', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'dyno-yml-'));
      try {
        await cp(join(examples, 'dockerfile-app'), folder, {recursive: true});
        const yml = [
          'build: {docker: {web: Dockerfile}}',
          'release: {image: web, command: [cat, build.txt]}',
          'run: {web: node server.mjs, clock: sleep 1000}',
        ];
        await writeFile(join(folder, 'heroku.yml'), yml.join('\n'));
        await platform.createApp('yml');
        await platform.api('PATCH', '/apps/yml', {build_stack: 'container'});
        const {build, output} = await platform.build('yml', await platform.upload(folder));
        expect(build.status, output).to.equal('succeeded');
        expect(output).to.match(
          /Running release command\.\.\.\n\nmade by .* with node v\d+[^]*Waiting for release\.\.\.\. done\.\n$/,
        );
        expect(JSON.parse(await platform.get('yml'))).to.include({dyno: 'web.1'});
        const formation = await platform.api<{type: string}[]>('GET', '/apps/yml/formation');
        expect(formation.map(({type}) => type)).to.include.members(['web', 'clock']);
      } finally {
        await rm(folder, {recursive: true, force: true});
      }
    });
  }
}
