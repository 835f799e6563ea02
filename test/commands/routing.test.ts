import {expect} from 'chai';
import DomainsAdd from '../../commands/domains/add.js';
import DomainsClear from '../../commands/domains/clear.js';
import Domains from '../../commands/domains/index.js';
import DomainsRemove from '../../commands/domains/remove.js';
import Explain from '../../commands/explain.js';
import Maintenance from '../../commands/maintenance/index.js';
import MaintenanceOff from '../../commands/maintenance/off.js';
import MaintenanceOn from '../../commands/maintenance/on.js';
import Why from '../../commands/why.js';
import {app} from './support/api-objects.js';
import {text} from './support/fixture-api.js';
import {CommandBench} from './support/run-command.js';

const domain = (hostname: string, kind: string) => ({
  id: hostname,
  acm_status: null,
  cname: kind === 'custom' ? 'demo.localhost' : null,
  hostname,
  kind,
  status: 'none',
});

describe('commands about routing', () => {
  let bench: CommandBench;
  beforeEach(async () => (bench = await CommandBench.open()));
  afterEach(() => bench.close());

  it('lists domains', async () => {
    const all = [
      domain('demo.localhost', 'heroku'),
      domain('www.example.test', 'custom'),
      domain('*.example.test', 'custom'),
    ];
    bench.api.on('GET /apps/demo/domains', all);
    expect((await bench.run(Domains, '-a', 'demo')).stdout).to.equal(`=== demo Heroku Domain

demo.localhost

=== demo Custom Domains

Domain Name       DNS Target      ACM Status
────────────────  ──────────────  ──────────
www.example.test  demo.localhost
*.example.test    demo.localhost
`);
  });

  it('adds and removes a domain', async () => {
    bench.api
      .on('POST /apps/demo/domains', domain('*.example.test', 'custom'), 201)
      .on('DELETE /apps/demo/domains/*.example.test', {});
    const added = await bench.run(DomainsAdd, '-a', 'demo', '*.example.test');
    expect(added.stderr).to.equal('Adding *.example.test to demo... done\n');
    expect(bench.api.bodyOf('POST /apps/demo/domains')).to.deep.equal({hostname: '*.example.test', sni_endpoint: null});
    const removed = await bench.run(DomainsRemove, '-a', 'demo', '*.example.test');
    expect(removed.stderr).to.equal('Removing *.example.test from demo... done\n');
  });

  it("clears custom domains and leaves the app's own", async () => {
    bench.api
      .on('GET /apps/demo/domains', [
        domain('demo.localhost', 'heroku'),
        domain('a.test', 'custom'),
        domain('b.test', 'custom'),
      ])
      .on('DELETE /apps/demo/domains/a.test', {})
      .on('DELETE /apps/demo/domains/b.test', {});
    await bench.run(DomainsClear, '-a', 'demo');
    expect(bench.api.calls.slice(1).sort()).to.deep.equal([
      'DELETE /apps/demo/domains/a.test',
      'DELETE /apps/demo/domains/b.test',
    ]);
  });

  it('tells and switches maintenance mode', async () => {
    bench.api.on('GET /apps/demo', app('demo', {maintenance: true})).on('PATCH /apps/demo', app('demo'));
    expect((await bench.run(Maintenance, '-a', 'demo')).stdout).to.equal('on\n');
    expect((await bench.run(MaintenanceOn, '-a', 'demo')).stderr).to.equal(
      'Enabling maintenance mode for demo... done\n',
    );
    expect(bench.api.requests.at(-1)!.body).to.deep.equal({maintenance: true});
    expect((await bench.run(MaintenanceOff, '-a', 'demo')).stderr).to.equal(
      'Disabling maintenance mode for demo... done\n',
    );
    expect(bench.api.requests.at(-1)!.body).to.deep.equal({maintenance: false});
  });

  it('explains a code, in any spelling, and refuses one that is none', async () => {
    const {stdout} = await bench.run(Explain, 'h14');
    expect(stdout).to.match(/^=== H14 No web processes running\n\n/);
    expect(stdout).to.match(/Status: 503\n/);
    const refused = await bench.run(Explain, 'H999');
    expect(refused.stderr).to.equal('Error: Heroku has no code H999. Codes look like H12, R14 or L10.\n');
    expect(refused.exitCode).to.equal(2);
  });

  it("joins a request's timeline with the states of its dyno", async () => {
    const log = [
      '2026-11-22T04:08:59.000000+00:00 heroku[web.1]: State changed from down to starting',
      '2026-11-22T04:09:00.000000+00:00 heroku[web.1]: State changed from starting to up',
      '2026-11-22T05:00:00.000000+00:00 heroku[web.1]: Error R14 (Memory quota exceeded)',
      '2026-11-22T06:11:50.000000+00:00 heroku[web.1]: Error R14 (Memory quota exceeded)',
      '2026-11-22T06:11:51.000000+00:00 heroku[web.2]: State changed from up to crashed',
    ];
    bench.api
      .on('GET /local/apps/demo/requests/abc', {
        request_id: 'abc',
        method: 'GET',
        path: '/slow',
        host: 'demo.localhost',
        fwd: '127.0.0.1',
        dyno: 'web.1',
        status: 503,
        code: 'H12',
        bytes: 0,
        events: [
          {at: '2026-11-22T06:11:32.000Z', text: 'GET /slow accepted from 127.0.0.1'},
          {at: '2026-11-22T06:12:02.000Z', text: 'ended with H12, status 503'},
        ],
      })
      .on(
        'POST /apps/demo/log-sessions',
        {id: 's', logplex_url: `http://localhost:${bench.api.port}/log-sessions/s`},
        201,
      )
      .on('GET /log-sessions/s', text(log.map((line) => `data: ${line}\n\n`).join(''), 'text/event-stream'));
    const {stdout} = await bench.run(Why, '-a', 'demo', 'abc');
    expect(stdout.split('\n').slice(0, 13)).to.deep.equal([
      '=== GET /slow',
      '',
      'Host:   demo.localhost',
      'From:   127.0.0.1',
      'Dyno:   web.1',
      'Status: 503',
      'Code:   H12 Request timeout',
      '',
      '2026-11-22T04:09:00.000000+00:00 heroku[web.1]: State changed from starting to up',
      '2026-11-22T06:11:32.000000+00:00 heroku[router]: GET /slow accepted from 127.0.0.1',
      '2026-11-22T06:11:50.000000+00:00 heroku[web.1]: Error R14 (Memory quota exceeded)',
      '2026-11-22T06:12:02.000000+00:00 heroku[router]: ended with H12, status 503',
      '',
    ]);
  });
});
