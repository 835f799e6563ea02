import {once} from 'node:events';
import {Agent, request} from 'node:http';
import type {IncomingMessage} from 'node:http';
import {expect} from 'chai';
import fc from 'fast-check';
import {routes} from '../../src/platform/api/routes.js';
import type {Builds} from '../../src/platform/builds/builds.js';
import {allBuildRoutes} from '../../src/platform/builds/register-build-routes.js';
import {registerDeploys} from '../../src/platform/git/register-deploys.js';
import type {Route} from '../../src/platform/http/route.js';
import {SchemaChecks} from '../../src/platform/schema/hyper-schema.js';
import {TestPlatform} from './support/test-platform.js';

/** requests per group; 10,000 in the full run (`DYNO_FUZZ=10000`) */
const RUNS = Number(process.env.DYNO_FUZZ ?? 1000);
const SEED = Number(process.env.DYNO_FUZZ_SEED ?? 20261122);
const CONCURRENT = 8;
const HANG_MS = 30_000;

const groups: Record<string, RegExp> = {
  account: /^\/(account|users|accounts|oauth)/,
  apps: /^\/apps(\/:app)?$|^\/filters/,
  config: /config-vars$/,
  releases: /\/releases/,
  formation: /\/formation|\/dyno-sizes|\/available/,
  dynos: /\/dynos/,
  logs: /\/log-/,
  domains: /\/(domains|sni-endpoints|acm)/,
  features: /features|buildpack|stacks|regions/,
  people: /\/(collaborators|teams|webhook)/,
  spaces: /^\/spaces|^\/telemetry|telemetry-drains$/,
  pipelines: /\/pipeline/,
  addons: /addon|\/plans/,
  builds: /\/(builds|build-cache|slugs|sources|latest-builds)/,
  others: /^\/(local|schema|streams|generations|keys|api)/,
};

/** What they are; the platform under test has builds of its own behind them. */
const served = [...routes, ...allBuildRoutes({} as Builds)];

/** Ends the platform, by design. */
const never = new Set(['POST /local/platform/stop']);

interface Fuzz {
  route: Route;
  path: string;
  body: string | undefined;
  headers: Record<string, string>;
}

describe('fuzz', function () {
  this.timeout(900_000);
  let platform: TestPlatform;
  const agent = new Agent({keepAlive: true, maxSockets: CONCURRENT});
  const checks = new SchemaChecks();

  before(async () => {
    platform = await TestPlatform.start([registerDeploys]);
    await refill();
    await platform.ok('POST', '/spaces', {name: 'acme', team: 'local'});
  });
  after(async () => {
    agent.destroy();
    await platform.close();
  });

  /** The apps that paths name, as far as they were destroyed. */
  async function refill(): Promise<void> {
    for (const name of ['fuzz-one', 'fuzz-two']) {
      if ((await platform.call('GET', `/apps/${name}`)).status === 200) continue;
      await platform.appWithCode(name, {web: 'x', worker: 'y', release: 'z'});
    }
  }

  const odd = fc.oneof(
    fc.constantFrom(
      '',
      ' ',
      '.',
      '..',
      '../..',
      '~',
      '*',
      '%',
      '%00',
      '\u0000',
      '🦊',
      '-1',
      '0',
      '1',
      '1e309',
      "' OR 1=1 --",
    ),
    fc.constantFrom('null', 'undefined', '__proto__', 'constructor', 'x'.repeat(3000), '//', 'a/b', '?x=y', '#'),
    fc.string({maxLength: 40}),
    fc.uuid(),
  );
  const known = fc.constantFrom(
    'fuzz-one',
    'fuzz-two',
    'web',
    'worker',
    'web.1',
    'acme',
    'local',
    'us',
    'heroku-24',
    'preboot',
  );
  const parameter = fc.oneof({weight: 3, arbitrary: known}, {weight: 2, arbitrary: odd});

  const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
    value: fc.oneof(
      {maxDepth: 3},
      known,
      odd,
      fc.constantFrom(null, true, false, 0, -1, 1, 2, 3.5, 1e308, -0, 4294967296),
      fc.constantFrom('+1', '-1', '2', 'standard-2x', 'eco', 'http://127.0.0.1:9/', 'api:release', '10.9.0.0/16'),
      fc.array(tie('value'), {maxLength: 4}),
      fc.dictionary(
        fc.oneof(fc.constantFrom('id', 'name', 'type', 'quantity', 'source', 'action'), odd),
        tie('value'),
        {maxKeys: 4},
      ),
    ),
  })).value;

  /** Bodies with the names that the route knows, and others. */
  const bodyFor = (route: Route): fc.Arbitrary<string | undefined> => {
    const names = namesOf(route);
    const object = fc.dictionary(names.length > 0 ? fc.oneof(fc.constantFrom(...names), odd) : odd, value, {
      maxKeys: 5,
    });
    return fc.oneof(
      {weight: 8, arbitrary: object.map((body) => JSON.stringify(body))},
      {weight: 1, arbitrary: value.map((body) => JSON.stringify(body))},
      {weight: 1, arbitrary: fc.oneof(odd, fc.constantFrom('{', '[', '{"a":', '\ufeff{}'))},
      {weight: 1, arbitrary: fc.constant(undefined)},
    );
  };

  const namesOf = (route: Route): string[] => {
    const published = checks.schema.definitions;
    const own = (route.body as {properties?: object} | undefined)?.properties;
    const link = Object.values(published)
      .flatMap(({links = []}) => links)
      .find((candidate) => candidate.schema && candidate.method === route.method && candidate.title);
    return Object.keys(own ?? (link?.schema?.properties as object | undefined) ?? {});
  };

  const headers = fc.record(
    {
      range: fc.oneof(
        fc.constantFrom('id ..; max=1000;', 'version ..; order=desc', 'name ]x..y; max=0', '; ;', 'x'),
        fc.string({unit: 'grapheme-ascii'}),
      ),
      accept: fc.constantFrom(
        '*/*',
        'application/vnd.heroku+json; version=3.sdk',
        'application/vnd.heroku+json; version=9',
        'x',
      ),
      'if-none-match': fc.constantFrom('*', 'W/"x"', '"'),
      'accept-expansion': fc.constantFrom('region', ',,,', 'plan'),
    },
    {requiredKeys: []},
  );

  const fuzzOf = (routesOfGroup: Route[]): fc.Arbitrary<Fuzz> =>
    fc.constantFrom(...routesOfGroup).chain((route) => {
      const count = (route.path.match(/:\w+/g) ?? []).length;
      return fc.record({
        route: fc.constant(route),
        path: fc.array(parameter, {minLength: count, maxLength: count}).map((values) => {
          const left = [...values];
          return route.path.replace(/:\w+/g, () => encode(left.shift()!));
        }),
        body: route.method === 'GET' ? fc.constant(undefined) : bodyFor(route),
        headers,
      });
    });

  it('leaves no route out', () => {
    const covered = (route: Route) => Object.values(groups).some((pattern) => pattern.test(route.path));
    expect(served.filter((route) => !covered(route)).map(({method, path}) => `${method} ${path}`)).to.deep.equal([]);
  });

  for (const [name, pattern] of Object.entries(groups)) {
    it(`${name}: ${RUNS} requests, none of them an error of ours`, async () => {
      const group = served.filter((route) => pattern.test(route.path) && !never.has(`${route.method} ${route.path}`));
      const cases = fc.sample(fuzzOf(group), {numRuns: RUNS, seed: SEED});
      for (let start = 0; start < cases.length; start += 200) {
        await refill();
        await all(cases.slice(start, start + 200), (fuzz) => send(fuzz));
      }
    });
  }

  it('leaves the store consistent', async () => {
    const {store} = platform.running.context;
    expect(store.db.get('PRAGMA integrity_check')).to.deep.equal({integrity_check: 'ok'});
    expect(store.db.all('PRAGMA foreign_key_check')).to.deep.equal([]);
    for (const app of store.apps.list()) {
      const versions = store.releases.listOf(app.id).map(({version}) => version);
      expect(versions).to.deep.equal(versions.map((_, index) => index + 1));
      const total = store.formation.listOf(app.id).reduce((sum, {quantity}) => sum + quantity, 0);
      expect(total).to.be.within(0, 100);
    }
    expect(platform.logged.filter((line) => line.includes('TypeError') || line.includes('Sqlite'))).to.deep.equal([]);
  });

  async function send({route, path, body, headers: more}: Fuzz): Promise<void> {
    const what = `${route.method} ${path.slice(0, 300)} ${JSON.stringify(more)} ${body?.slice(0, 500) ?? ''}`;
    const {token} = platform.running.context;
    const call = request({
      ...{host: '127.0.0.1', port: platform.port, method: route.method, path, agent},
      headers: {
        host: `localhost:${platform.port}`,
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : {'content-type': 'application/json', 'content-length': Buffer.byteLength(body)}),
        ...more,
      },
    });
    call.setTimeout(HANG_MS, () => call.destroy(new Error(`no answer within ${HANG_MS} ms: ${what}`)));
    call.end(body);
    const [response] = (await once(call, 'response').catch((error: Error) => {
      throw new Error(`${error.message}: ${what}`);
    })) as [IncomingMessage];
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) text += chunk;
    const status = response.statusCode!;
    expect(status, `${what} → ${text.slice(0, 500)}`).to.be.lessThan(500);
    if (status < 400) return;
    expect(JSON.parse(text), what).to.include.keys('id', 'message');
  }
});

/** What a URL can hold: anything, once encoded; sometimes not encoded at all. */
function encode(text: string): string {
  try {
    return encodeURIComponent(text) || '%20';
  } catch {
    return 'x';
  }
}

async function all<T>(items: T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  await Promise.all(
    Array.from({length: CONCURRENT}, async () => {
      for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
    }),
  );
}
