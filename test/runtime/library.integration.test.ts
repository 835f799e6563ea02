import {execFileSync} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import {mkdirSync, writeFileSync} from 'node:fs';
import {request as httpRequest} from 'node:http';
import {join} from 'node:path';
import {expect} from 'chai';
import {Runtime, openEngine} from '../../src/index.js';
import type {AppSpec, Engine} from '../../src/index.js';
import {RuntimeClient} from '../../src/runtime/client.js';
import {startControlServer} from '../../src/runtime/control-server.js';
import {freePort} from '../support/free-port.js';
import {tempHome} from '../support/temp-home.js';
import type {TempHome} from '../support/temp-home.js';
import {until} from '../support/until.js';

/** A server in a few lines that answers with its name and release, and a worker that only talks. */
const WEB = `require('http').createServer((q, s) => s.end(process.env.DYNO + ' ' + process.env.GREETING)).listen(process.env.PORT)`;

describe('Runtime as a library, on the process engine', function () {
  this.timeout(60_000);
  let home: TempHome;
  let engine: Engine;
  let runtime: Runtime;
  let port: number;
  let app: AppSpec;

  before(async () => {
    home = await tempHome();
    port = await freePort();
    engine = await openEngine({home: home.path, runtime: 'us', engine: 'process'});
    const spec = {name: 'us', kind: 'common' as const, router: {host: '127.0.0.1', httpPort: port}, apps: []};
    runtime = new Runtime({spec, engine, directory: join(home.path, 'runtimes/us')});
    await runtime.start();
    app = appSpec(await build(runtime, home.path));
  });
  after(async () => {
    await runtime.close({dynos: 'stop'});
    await home.remove();
  });

  it('runs an app that it is handed, and routes to it', async () => {
    await runtime.setApp(app);
    await until('two dynos', () => runtime.dynosOf(app.id).filter(({state}) => state === 'up').length === 2);
    expect(await get(port, 'lib.localhost')).to.equal('web.1 hello');
  });

  it('refuses an older revision and takes a newer one', async () => {
    await runtime.setApp({...app, revision: 1, formation: {}});
    expect(runtime.dynosOf(app.id)).to.have.length(2);
    const release = {...app.release!, id: randomUUID(), version: 4, config: {GREETING: 'bonjour'}};
    app = {...app, revision: 3, release};
    await runtime.setApp(app);
    await until('the new release', async () => (await get(port, 'lib.localhost')) === 'web.1 bonjour');
  });

  it('serves the same over its socket', async () => {
    const socket = join(home.path, 'socket');
    const server = await startControlServer(runtime, socket, () => undefined);
    try {
      const client = new RuntimeClient(socket, 'us');
      expect(await client.status()).to.include({name: 'us', kind: 'common', engine: 'process', pid: process.pid});
      expect((await client.dynos(app.id)).map(({name}) => name).sort()).to.deep.equal(['web.1', 'worker.1']);
      await client.log(app.id, [{time: Date.now(), source: 'app', process: 'api', message: 'hi there', pri: 133}]);
      expect((await read(client, app.id)).at(-1)).to.match(/^\S+ app\[api\]: hi there$/);
      expect((await client.doctor()).engine).to.equal('process');
      const problem = await client.attach(app.id, 'run.1').then(
        () => null,
        (error: Error) => error,
      );
      expect(problem).to.include({name: 'DynoError', code: 'not_found'});
    } finally {
      await server.close();
    }
  });

  it('runs a one-off whose client talks to it over the socket, and tells its exit status', async () => {
    const socket = join(home.path, 'socket2');
    const server = await startControlServer(runtime, socket, () => undefined);
    try {
      const client = new RuntimeClient(socket, 'us');
      const request = {command: 'cat; exit 42', kind: 'run', type: 'run', env: {}, size: 'Standard-1X'} as const;
      const dyno = await client.runDyno(app.id, {...request, attach: {tty: null}});
      const stream = (await client.attach(app.id, dyno.name)) as Awaited<ReturnType<RuntimeClient['attach']>> & {
        sessionId: string;
      };
      let text = '';
      stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
      stream.end('typed by the client\n');
      await until('the echo', () => text === 'typed by the client\n');
      expect(await client.sessionStatus(app.id, stream.sessionId)).to.deep.equal({status: 42});
    } finally {
      await server.close();
    }
  });

  it('moves its clock: a day passes and every dyno was cycled', async () => {
    const before = runtime.dynosOf(app.id).map(({id}) => id);
    runtime.setClock({advanceMs: 28 * 60 * 60 * 1000});
    await until('other dynos', () => {
      const now = runtime.dynosOf(app.id);
      return now.length === 2 && now.every(({id, state}) => state === 'up' && !before.includes(id));
    });
    expect(runtime.clockInfo().advancedMs).to.equal(28 * 60 * 60 * 1000);
    runtime.setClock({reset: true});
  });

  it('forgets an app with all it had', async () => {
    await runtime.removeApp(app.id);
    expect(runtime.dynosOf(app.id)).to.deep.equal([]);
    expect(await engine.listDynos()).to.deep.equal([]);
  });
});

function appSpec(image: string): AppSpec {
  const processTypes = {web: `node -e "${WEB}"`, worker: 'while sleep 1; do echo tick; done'};
  return {
    id: randomUUID(),
    name: 'lib',
    revision: 2,
    hosts: ['lib.localhost'],
    release: {
      id: randomUUID(),
      version: 3,
      image,
      config: {GREETING: 'hello'},
      processTypes,
      createdAt: new Date().toISOString(),
      description: 'Deploy',
    },
    formation: {
      web: {quantity: 1, size: 'Standard-1X', command: processTypes.web},
      worker: {quantity: 1, size: 'Standard-1X', command: processTypes.worker},
    },
    maintenance: false,
    features: [],
    drains: [],
  };
}

async function build(runtime: Runtime, home: string): Promise<string> {
  const source = join(home, 'app');
  mkdirSync(source);
  writeFileSync(join(source, 'Procfile'), 'web: true\n');
  const archive = join(home, 'app.tgz');
  execFileSync('tar', ['-czf', archive, '-C', source, '.']);
  const spec = {id: randomUUID(), appId: 'lib', app: 'lib', source: archive, stack: 'heroku-24', config: {}};
  const buildpacks: {builtin: 'procfile'}[] = [{builtin: 'procfile'}];
  return (await runtime.build({...spec, buildpacks, timeoutMs: 60_000}, () => undefined)).image;
}

function get(port: number, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    httpRequest({host: '127.0.0.1', port, headers: {host}, agent: false}, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.once('end', () => resolve(body));
    })
      .once('error', reject)
      .end();
  });
}

async function read(client: RuntimeClient, appId: string): Promise<string[]> {
  let log = '';
  for await (const {text} of client.readLog(appId, {lines: 100}, 'lines')) log += Buffer.from(text).toString();
  return log.trimEnd().split('\n');
}
