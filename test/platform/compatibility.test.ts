import {readFileSync, writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {expect} from 'chai';
import {registerDeploys} from '../../src/platform/git/register-deploys.js';
import {compatibilityPage} from '../../src/platform/schema/compatibility-page.js';
import {readHyperSchema} from '../../src/platform/schema/hyper-schema.js';
import {checkout} from '../support/installation.js';
import {TestPlatform} from './support/test-platform.js';

describe('the description of the API', function () {
  this.timeout(60_000);
  let platform: TestPlatform;

  before(async () => {
    platform = await TestPlatform.start([registerDeploys]);
  });
  after(() => platform.close());

  it('is fresh in docs/platform-api.md', () => {
    const path = process.env.DYNO_DOCS ?? fileURLToPath(new URL('docs/platform-api.md', `file://${checkout}`));
    const page = compatibilityPage(readHyperSchema(), platform.running.context.served);
    if (process.env.UPDATE_DOCS) writeFileSync(path, page);
    expect(readFileSync(path, 'utf8')).to.equal(page);
  });

  it('has every call in /schema, and no other', async () => {
    const {definitions} = await platform.ok('GET', '/schema');
    const links = Object.values(definitions as Record<string, {links?: {method: string; href: string}[]}>).flatMap(
      ({links: some = []}) => some,
    );
    const shape = ({method, href}: {method: string; href: string}) =>
      `${method.toUpperCase()} ${href.replace(/\{[^}]*\}/g, ':')}`;
    const served = platform.running.context.served.map(({method, path}) => `${method} ${path.replace(/:\w+/g, ':')}`);
    expect([...new Set(links.map(shape))].sort()).to.deep.equal([...new Set(served)].sort());
  });
});
