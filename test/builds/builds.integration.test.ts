import {createHash} from 'node:crypto';
import {once} from 'node:events';
import {cp, mkdir, mkdtemp, readdir, rm, writeFile} from 'node:fs/promises';
import {createServer} from 'node:http';
import {connect} from 'node:net';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {expect} from 'chai';
import {execa} from 'execa';
import type {PlatformUnderTest} from './platform-under-test.js';
import {startPlatformUnderTest} from './platform-under-test.js';

const fixtures = join(process.cwd(), 'test/fixtures/buildpacks');

describe('builds through the API, on the process engine', function () {
  this.timeout(120_000);
  let platform: PlatformUnderTest;
  let folder: string;

  before(async () => {
    platform = await startPlatformUnderTest('process');
    await platform.createApp('builds');
  });
  after(() => platform?.close());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dyno-builds-'));
  });
  afterEach(() => rm(folder, {recursive: true, force: true}));

  async function source(files: Record<string, string>): Promise<string> {
    const root = await mkdtemp(join(folder, 'source-'));
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(root, name)), {recursive: true});
      await writeFile(join(root, name), text);
    }
    return platform.upload(root);
  }

  const releases = async (app: string) =>
    await platform.api<{version: number; description: string; status: string; slug: {id: string} | null}[]>(
      'GET',
      `/apps/${app}/releases`,
    );

  it('records build, slug and release', async () => {
    const version = '71c09b0671c09b0671c09b0671c09b0671c09b06';
    const {build, output} = await platform.build('builds', await source({Procfile: 'clock: sleep 1000\n'}), {version});
    expect(output).to.match(
      /^-----> Building on the Heroku-24 stack\n-----> Determining which buildpack to use for this app\n-----> Procfile app detected\n\n-----> Discovering process types\n {7}Procfile declares types -> clock\n\n-----> Compressing\.\.\.\n {7}Done: \d+B\n-----> Launching\.\.\.\n {7}Released v3\n {7}http:\/\/builds\.localhost:\d+\/ deployed to Heroku\n$/,
    );
    expect(build).to.deep.include({status: 'succeeded', buildpacks: null, stack: 'heroku-24'});
    const newest = (await releases('builds')).at(-1)!;
    expect(newest).to.include({version: 3, description: 'Deploy 71c09b06', status: 'succeeded'});
    const slug = await platform.api('GET', `/apps/builds/slugs/${newest.slug!.id}`);
    expect(slug).to.deep.include({
      commit: version,
      process_types: {clock: 'sleep 1000'},
      buildpack_provided_description: 'Procfile',
    });
  });

  it('changes nothing when a build fails', async () => {
    const before = await releases('builds');
    const {build, output} = await platform.build('builds', await source({Procfile: 'web: x'}), {
      buildpacks: [{url: join(fixtures, 'failing')}],
    });
    expect(output).to.equal(
      `-----> Building on the Heroku-24 stack\n-----> Using buildpack: ${fixtures}/failing\n` +
        '-----> Failing app detected\n !     the compiler is unhappy\n\n' +
        ' !     Push rejected, failed to compile Failing app.\n\n !     Push failed\n',
    );
    expect(build).to.deep.include({status: 'failed', release: null, slug: null});
    expect(await releases('builds')).to.deep.equal(before);
    expect(await readdir(join(platform.home, 'builds'))).to.deep.equal([]);
  });

  it('refuses a source that cannot be read before it records anything', async () => {
    const count = async () => (await platform.api<unknown[]>('GET', '/apps/builds/builds')).length;
    const before = await count();
    const {build: corrupt} = await platform.build('builds', await platform.uploadBytes(Buffer.from('no tarball')));
    expect(corrupt).to.deep.include({id: 'invalid_params'});
    expect(corrupt.message).to.contain('cannot be read: it is not gzip data');
    const {build: broken} = await platform.build('builds', await source({Procfile: 'web: x\n\nworker x\n'}));
    expect(broken.message).to.equal('Procfile line 3 is not `<type>: <command>`: worker x');
    const {build: unknown} = await platform.build('builds', `${platform.url}/sources/blobs/nothing-of-ours`);
    expect(unknown.status).to.equal('failed');
    for (const body of [{}, {source_blob: {}}, {source_blob: {url: 'file:///etc/passwd'}}, {source_blob: {url: 7}}]) {
      expect(await platform.api('POST', '/apps/builds/builds', body), JSON.stringify(body)).to.have.property(
        'id',
        'invalid_params',
      );
    }
    expect(await count()).to.equal(before + 1);
  });

  it('says what is missing when there are no process types', async () => {
    const {build, output} = await platform.build('builds', await source({Procfile: '# nothing yet\n'}));
    expect(build.status).to.equal('failed');
    expect(output).to.contain(' !     Add a Procfile, for example: web: npm start\n');
    expect((await platform.build('builds', await source({'notes.txt': ''}))).output).to.contain(
      ' !     No default language could be detected for this app.',
    );
  });

  it('takes a tarball with one root directory from any server, and checks its checksum', async () => {
    await mkdir(join(folder, 'app-1.0'));
    await writeFile(join(folder, 'app-1.0/Procfile'), 'clock: sleep 1000\n');
    const {stdout: tgz} = await execa('tar', ['-cz', '-C', folder, 'app-1.0'], {encoding: 'buffer'});
    const server = createServer((request, response) =>
      request.url === '/app.tgz' ? response.end(tgz) : response.writeHead(404).end(),
    );
    await once(server.listen(0, '127.0.0.1'), 'listening');
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const checksum = `SHA256:${createHash('sha256').update(tgz).digest('hex')}`;
      const post = async (blob: {url: string; checksum?: string}) => {
        const {output_stream_url: stream} = await platform.api<{output_stream_url: string}>(
          'POST',
          '/apps/builds/builds',
          {
            source_blob: blob,
          },
        );
        return (await fetch(stream)).text();
      };
      expect(await post({url: `${url}/app.tgz`, checksum})).to.contain('Procfile declares types -> clock');
      expect(await post({url: `${url}/app.tgz`, checksum: `SHA256:${'0'.repeat(64)}`})).to.contain('not the given one');
      expect(await post({url: `${url}/other.tgz?secret=1`})).to.contain(
        ` !     ${url}/other.tgz cannot be downloaded: it answered 404.\n`,
      );
    } finally {
      server.close();
    }
  });

  it('uses buildpacks of a directory, of git and of a tarball, in order', async () => {
    await cp(join(fixtures, 'second'), join(folder, 'second'), {recursive: true});
    const git = (...args: string[]) =>
      execa('git', ['-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args], {cwd: join(folder, 'second')});
    await git('init', '--quiet');
    await git('add', '.');
    await git('commit', '--quiet', '-m', 'v1');
    await git('tag', 'v1');
    await execa('tar', ['-czf', join(folder, 'first.tgz'), '-C', fixtures, 'first']);
    await platform.api('PATCH', '/apps/builds/config-vars', {GREETING: 'hello'});
    const urls = [`${folder}/first.tgz`, `${folder}/second#v1`, join(fixtures, 'second')];
    const {output} = await platform.build('builds', await source({Procfile: 'clock: sleep 1000'}), {
      buildpacks: urls.map((url) => ({url})),
    });
    expect(output).to.contain(
      `-----> Using buildpacks:\n       1. ${urls[0]}\n       2. ${urls[1]}\n       3. ${urls[2]}\n`,
    );
    expect(output).to.contain('config: hello, in the environment: no');
    expect(output.match(/compile of second: handed over/g)).to.have.length(2);
    expect(output).to.contain(
      '       Procfile declares types     -> clock\n       Default types for buildpack -> web\n',
    );
  });

  it('says why a buildpack cannot be had', async () => {
    const failure = async (url: string) =>
      (await platform.build('builds', await source({Procfile: 'web: x'}), {buildpacks: [{url}]})).output;
    expect(await failure('/nowhere/pack')).to.contain(
      ' !     Buildpack /nowhere/pack cannot be used: there is no such directory.',
    );
    expect(await failure(folder)).to.contain('it has no bin/detect');
    expect(await failure(`${folder}/none.git`)).to.match(
      / !     Buildpack .*none\.git cannot be used: .*does not exist/,
    );
  });

  it('goes on when the client hangs up, and runs builds of an app one after the other', async () => {
    await writeFile(join(folder, 'gate'), '');
    const slow = join(folder, 'slow');
    await mkdir(join(slow, 'bin'), {recursive: true});
    await writeFile(join(slow, 'bin/detect'), 'echo Slow');
    await writeFile(
      join(slow, 'bin/compile'),
      `while [ -e ${folder}/gate ]; do sleep 0.05; done; echo "       compiled"`,
    );
    const post = async () =>
      platform.api<{id: string; output_stream_url: string}>('POST', '/apps/builds/builds', {
        source_blob: {url: await source({Procfile: 'clock: sleep 1000'})},
        buildpacks: [{url: slow}],
      });
    const first = await post();
    const second = await post();
    const hangUp = new AbortController();
    const stream = await fetch(first.output_stream_url, {signal: hangUp.signal});
    await stream.body!.getReader().read();
    hangUp.abort();
    await rm(join(folder, 'gate'));
    expect(await (await fetch(second.output_stream_url)).text()).to.contain('       compiled\n');
    const status = async (id: string) => (await platform.api('GET', `/apps/builds/builds/${id}`)).status;
    expect([await status(first.id), await status(second.id)]).to.deep.equal(['succeeded', 'succeeded']);
    const [one, two] = (await releases('builds')).slice(-2);
    expect(two!.version).to.equal(one!.version + 1);
  });

  it('can be cancelled', async () => {
    const slow = join(folder, 'endless');
    await mkdir(join(slow, 'bin'), {recursive: true});
    await writeFile(join(slow, 'bin/detect'), 'echo Endless');
    await writeFile(join(slow, 'bin/compile'), 'echo "       compiling"; sleep 600');
    const build = await platform.api<{id: string; output_stream_url: string}>('POST', '/apps/builds/builds', {
      source_blob: {url: await source({Procfile: 'clock: sleep 1000'})},
      buildpacks: [{url: slow}],
    });
    const response = await fetch(build.output_stream_url);
    let output = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      output += chunk;
      if (!chunk.includes('compiling')) continue;
      expect(await platform.api('DELETE', '/apps/builds/build-cache')).to.have.property('id', 'conflict');
      await platform.api('DELETE', `/apps/builds/builds/${build.id}`);
    }
    expect(output).to.contain(' !     This build was cancelled.\n');
    expect((await platform.api('GET', `/apps/builds/builds/${build.id}`)).status).to.equal('failed');
  });

  it('ends with its app', async () => {
    await platform.createApp('doomed');
    const slow = join(folder, 'endless');
    await mkdir(join(slow, 'bin'), {recursive: true});
    await writeFile(join(slow, 'bin/detect'), 'echo Endless');
    await writeFile(join(slow, 'bin/compile'), 'echo "       compiling"; sleep 600');
    const build = await platform.api<{id: string; output_stream_url: string}>('POST', '/apps/doomed/builds', {
      source_blob: {url: await source({Procfile: 'clock: sleep 1000'})},
      buildpacks: [{url: slow}],
    });
    const response = await fetch(build.output_stream_url);
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      if (chunk.includes('compiling')) await platform.api('DELETE', '/apps/doomed');
    }
    const left = async () => [
      ...(await readdir(join(platform.home, 'builds'))),
      ...((await fetch(build.output_stream_url)).ok ? ['output'] : []),
    ];
    for (let attempt = 0; attempt < 200 && (await left()).length > 0; attempt++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(await left()).to.deep.equal([]);
  });

  it('releases a slug that was made elsewhere', async () => {
    await platform.createApp('slugs');
    await mkdir(join(folder, 'app'));
    await writeFile(join(folder, 'app/hello.txt'), 'hi');
    const {stdout: tgz} = await execa('tar', ['-cz', '-C', folder, './app'], {encoding: 'buffer'});
    const slug = await platform.api<{id: string; blob: {url: string; method: string}}>('POST', '/apps/slugs/slugs', {
      process_types: {clock: 'cat hello.txt; sleep 1000'},
    });
    expect(slug.blob.method).to.equal('put');
    const put = async (body: Uint8Array, url = slug.blob.url) => {
      const response = await fetch(url, {method: 'PUT', body: new Uint8Array(body)});
      return {status: response.status, text: await response.text()};
    };
    expect((await put(tgz, `${slug.blob.url.slice(0, -1)}x`)).status).to.equal(404);
    const {stdout: outside} = await execa('tar', ['-cz', '-C', folder, 'app/hello.txt', '--transform', 's,app/,,'], {
      encoding: 'buffer',
    });
    expect(await put(outside)).to.have.property('status', 422);
    expect(await put(tgz)).to.deep.equal({status: 200, text: ''});
    expect((await put(tgz)).status).to.equal(409);
    await platform.api('POST', '/apps/slugs/releases', {slug: slug.id, description: 'from elsewhere'});
    expect((await releases('slugs')).at(-1)).to.include({
      version: 3,
      description: 'from elsewhere',
      status: 'succeeded',
    });

    const {blob} = await platform.api<{blob: {url: string; method: string}}>('GET', `/apps/slugs/slugs/${slug.id}`);
    expect(blob.method).to.equal('get');
    await writeFile(join(folder, 'back.tgz'), new Uint8Array(await (await fetch(blob.url)).arrayBuffer()));
    const {stdout: listing} = await execa('tar', ['-tzf', join(folder, 'back.tgz')]);
    expect(listing.split('\n').map((name) => name.replace(/^\.\//, ''))).to.include('app/hello.txt');
  });

  it('empties the build cache', async () => {
    const pack = join(folder, 'counting');
    await cp(join(fixtures, 'first'), pack, {recursive: true});
    const count = async () => {
      const url = await source({Procfile: 'clock: sleep 1000'});
      const {output} = await platform.build('builds', url, {buildpacks: [{url: pack}]});
      return /builds before: (\d+)/.exec(output)?.[1];
    };
    await platform.api('DELETE', '/apps/builds/build-cache');
    expect([await count(), await count()]).to.deep.equal(['0', '1']);
    await platform.api('DELETE', '/apps/builds/build-cache');
    expect(await count()).to.equal('0');
  });

  it('keeps nothing of an upload that breaks off', async () => {
    const {source_blob: blob} = await platform.api<{source_blob: {put_url: string; get_url: string}}>(
      'POST',
      '/sources',
    );
    const socket = connect(Number(new URL(platform.url).port), '127.0.0.1');
    const {pathname} = new URL(blob.put_url);
    socket.write(`PUT ${pathname} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n${'x'.repeat(1000)}`);
    const parts = async () => (await readdir(join(platform.home, 'sources'))).filter((name) => name.endsWith('.part'));
    while ((await parts()).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    socket.destroy();
    while ((await parts()).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await fetch(blob.get_url)).status).to.equal(404);
  });

  it('gives sources back only to whoever has their secret', async () => {
    const url = await source({Procfile: 'web: x'});
    expect((await fetch(url)).headers.get('content-type')).to.equal('application/gzip');
    expect((await fetch(`${url}x`)).status).to.equal(404);
    const {source_blob: empty} = await platform.api<{source_blob: {get_url: string}}>('POST', '/sources');
    expect((await fetch(empty.get_url)).status).to.equal(404);
    const {build} = await platform.build('builds', empty.get_url);
    expect(build.message).to.equal('Nothing was uploaded to that source yet.');
  });
});
