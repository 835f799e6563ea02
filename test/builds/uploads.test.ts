import {existsSync, mkdirSync, writeFileSync} from 'node:fs';
import {expect} from 'chai';
import {registerDeploys} from '../../src/platform/git/register-deploys.js';
import {TestPlatform} from '../platform/support/test-platform.js';

describe('what a killed platform had of uploads and pushes', function () {
  this.timeout(60_000);
  let platform: TestPlatform;

  before(async () => {
    platform = await TestPlatform.start([registerDeploys]);
  });
  after(() => platform.close());

  it('is removed by the next, and nothing else is', async () => {
    const {source_blob: blob} = await platform.ok('POST', '/sources');
    const {status} = await fetch(blob.put_url, {method: 'PUT', body: 'a source'});
    expect(status).to.equal(200);
    await platform.stop();
    const {git, slugs, sources} = platform.home;
    mkdirSync(`${git}/incoming`, {recursive: true});
    const left = [`${git}/incoming/1.tgz`, `${slugs}/2.tgz`, `${slugs}/2.tgz.3.part`, `${sources}/4.tgz.5.part`];
    for (const path of left) writeFileSync(path, 'half');
    await platform.start();
    expect(left.filter((path) => existsSync(path))).to.deep.equal([]);
    expect(await (await fetch(blob.get_url)).text()).to.equal('a source');
  });
});
