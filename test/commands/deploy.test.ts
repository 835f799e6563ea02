import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect} from 'chai';
import Deploy from '../../commands/deploy.js';
import {release} from './support/api-objects.js';
import {text} from './support/fixture-api.js';
import {CommandBench} from './support/run-command.js';

const build = (status: string, changes: object = {}) => ({
  id: 'b1',
  output_stream_url: '',
  release: null,
  slug: null,
  status,
  ...changes,
});

describe('dyno deploy', () => {
  let bench: CommandBench;
  beforeEach(async () => {
    bench = await CommandBench.open();
    const url = `http://localhost:${bench.api.port}`;
    bench.api
      .on('POST /sources', {source_blob: {put_url: `${url}/sources/1`, get_url: `${url}/sources/1?get`}}, 201)
      .on('PUT /sources/1', {})
      .on('POST /apps/demo/builds', build('pending', {output_stream_url: `${url}/streams/b1`}), 201)
      .on('GET /streams/b1', text('-----> Building\n'))
      .on('GET /apps/demo/builds/b1', build('succeeded', {release: {id: 'r3'}}))
      .on('GET /apps/demo/releases/r3', release(3));
    writeFileSync(join(bench.directory, 'Procfile'), 'web: node a.js\n');
    mkdirSync(join(bench.directory, 'node_modules'));
    writeFileSync(join(bench.directory, 'node_modules/left-out'), '');
    writeFileSync(join(bench.directory, '.gitignore'), 'node_modules\n');
  });
  afterEach(() => bench.close());

  it('uploads the directory and streams the build', async () => {
    const {stdout, stderr, exitCode} = await bench.run(Deploy, '-a', 'demo', '--version', 'abc123');
    expect(stdout).to.equal('-----> Building\n');
    expect(stderr).to.match(/^Uploading this directory\.\.\. done, 2 files, \d+ B\n$/);
    expect(exitCode).to.equal(0);
    expect(bench.api.bodyOf('POST /apps/demo/builds')).to.deep.equal({
      source_blob: {url: `http://localhost:${bench.api.port}/sources/1?get`, version: 'abc123'},
    });
    const upload = bench.api.requests.find(({call}) => call === 'PUT /sources/1')!;
    expect((upload.body as Buffer).subarray(0, 2).toString('hex')).to.equal('1f8b');
    expect(upload.headers['content-type']).to.equal(undefined);
  });

  it('keeps stdout for the answer under --json', async () => {
    const {stdout, stderr} = await bench.run(Deploy, '-a', 'demo', '--json');
    expect((JSON.parse(stdout) as {status: string}).status).to.equal('succeeded');
    expect(stderr).to.include('-----> Building\n');
  });

  it('returns at once with --no-wait', async () => {
    const {stdout} = await bench.run(Deploy, '-a', 'demo', '--no-wait');
    expect(stdout).to.equal('Build b1 of demo started.\n');
    expect(bench.api.calls).not.to.include('GET /streams/b1');
  });

  it('fails with the build', async () => {
    bench.api.on('GET /apps/demo/builds/b1', build('failed'));
    const {stderr, exitCode} = await bench.run(Deploy, '-a', 'demo');
    expect(stderr).to.match(/Error: Build failed: see its output above\n$/);
    expect(exitCode).to.equal(1);
  });

  it('fails with the release command', async () => {
    bench.api.on('GET /apps/demo/releases/r3', release(3, {status: 'failed'}));
    const {stderr, exitCode} = await bench.run(Deploy, '-a', 'demo');
    expect(stderr).to.match(
      /Error: The release command of v3 failed; the previous release goes on\.\nRead its output: /,
    );
    expect(exitCode).to.equal(1);
  });

  it('names a directory that is not there, and calls nobody', async () => {
    const {stderr, exitCode} = await bench.run(Deploy, 'nowhere', '-a', 'demo');
    const path = join(bench.directory, 'nowhere');
    expect(stderr).to.equal(
      `Uploading nowhere... !\nError: Cannot read ${path}: ${path} does not exist.\nName the directory that holds the app: dyno deploy DIRECTORY\n`,
    );
    expect(exitCode).to.equal(2);
    expect(bench.api.calls).to.deep.equal([]);
  });
});
