import {execFile} from 'node:child_process';
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {expect} from 'chai';
import {checkout, Installation} from '../support/installation.js';
import type {TempHome} from '../support/temp-home.js';
import {tempHome} from '../support/temp-home.js';

const run = promisify(execFile);

describe('the npm package', function () {
  this.timeout(180_000);
  let place: TempHome;
  before(async () => void (place = await tempHome()));
  after(() => place.remove());

  it('installs globally, without a script of anybody, and runs the main job', async () => {
    // What is built and committed, as it is: prepack would build it anew below the other tests.
    const packed = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', place.path], {
      cwd: checkout,
      maxBuffer: 16 << 20,
    });
    const [{filename}] = JSON.parse(packed.stdout) as [{filename: string}];
    const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
    const archive = join(place.path, filename);
    await run('npm', ['install', '--global', '--prefix', join(place.path, 'prefix'), ...options, archive]);

    const installation = await Installation.make('process', join(place.path, 'prefix/bin/dyno'));
    try {
      const {version} = JSON.parse(await readFile(join(checkout, 'package.json'), 'utf8')) as {version: string};
      expect(await installation.ok('--version')).to.match(new RegExp(`/${version} `));
      await installation.ok('create', 'demo');
      await installation.ok('deploy', join(checkout, 'examples/hello-node'), '-a', 'demo');
      await installation.ok('scale', 'web=2', '-a', 'demo');
      expect(await installation.request('demo')).to.have.property('status', 200);
      expect(await installation.ok('ps', '-a', 'demo')).to.match(/^web\.2: up/m);
    } finally {
      await installation.remove();
    }
  });
});
