import {expect} from 'chai';
import {routes} from '../../src/platform/api/routes.js';
import type {Builds} from '../../src/platform/builds/builds.js';
import {allBuildRoutes} from '../../src/platform/builds/register-build-routes.js';
import {registerDeploys} from '../../src/platform/git/register-deploys.js';
import type {Route} from '../../src/platform/http/route.js';
import {violations} from './support/strict-schema.js';
import {TestPlatform} from './support/test-platform.js';
import {fillWorld} from './support/world.js';
import type {World} from './support/world.js';

const ACCEPT = 'application/vnd.heroku+json; version=3.sdk';
const depth = (route: Route) => route.path.split('/').length;

/** Calls that end something other calls need, or that answer no JSON, are made last or elsewhere. */
const elsewhere = new Set([
  'POST /local/platform/stop',
  'GET /log-sessions/:session',
  'GET /streams/:stream',
  'GET /schema',
]);

describe('answers of all routes', function () {
  this.timeout(120_000);
  let platform: TestPlatform;
  let world: World;

  before(async () => {
    platform = await TestPlatform.start([registerDeploys]);
    world = await fillWorld(platform);
  });
  after(() => platform.close());

  // Reads first, then changes, then what takes things away.
  const order = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
  // Only what they are is looked at here; the platform under test has its own builds behind them.
  const known = [...routes, ...allBuildRoutes({} as Builds)];
  const all = known
    .filter((route) => !elsewhere.has(`${route.method} ${route.path}`))
    .sort((a, b) => order.indexOf(a.method) - order.indexOf(b.method) || depth(b) - depth(a));
  it('are those of every route that is served', () => {
    const name = ({method, path}: Route) => `${method} ${path}`;
    expect(known.map(name).sort()).to.deep.equal(platform.running.context.served.map(name).sort());
  });

  for (const route of all) {
    it(`${route.method} ${route.path}`, async () => {
      const {path, body} = world.requestFor(route);
      const answer = await platform.call(route.method, path, {...(body ? {body} : {}), headers: {accept: ACCEPT}});
      if (world.isAbsent(route)) {
        expect(answer.status).to.be.oneOf(route.status ? [route.status] : [404, 422]);
        expect(answer.body).to.include.keys('id', 'message');
        return;
      }
      expect(answer.status, JSON.stringify(answer.body)).to.equal(route.status ?? 200);
      expect(answer.headers.get('request-id')).to.match(/^[0-9a-f-]{36}$/);
      if (!route.answers) return;
      const isList = Array.isArray(answer.body);
      expect(isList, 'a list where a list is due').to.equal(route.ranges !== undefined);
      const items = isList ? answer.body : [answer.body];
      if (isList && !world.isEmpty(route)) expect(items, 'something in the list').to.have.length.greaterThan(0);
      for (const item of items) expect(violations(route.answers, item), JSON.stringify(item)).to.deep.equal([]);
      for (const field of items.length > 0 ? (route.ranges ?? []) : []) {
        const kinds = new Set(items.map((item: Record<string, unknown>) => typeof item[field]));
        expect([...kinds], `what a range by ${field} sorts`).to.be.deep.oneOf([['string'], ['number']]);
        if (!kinds.has('number')) continue;
        const headers = {accept: ACCEPT, range: `${field} x..`};
        const refused = await platform.call(route.method, path, {...(body ? {body} : {}), headers});
        expect(refused.status, `a range by ${field} from x`).to.equal(416);
      }
    });
  }
});
