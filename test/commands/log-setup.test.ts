import {expect} from 'chai';
import DrainsAdd from '../../commands/drains/add.js';
import Drains from '../../commands/drains/index.js';
import DrainsRemove from '../../commands/drains/remove.js';
import DrainsSink from '../../commands/drains/sink.js';
import FeaturesDisable from '../../commands/features/disable.js';
import FeaturesEnable from '../../commands/features/enable.js';
import Features from '../../commands/features/index.js';
import {CommandBench} from './support/run-command.js';

const drain = {id: 'i', addon: null, token: 'd.1234', url: 'https://user:secret@logs.example.test/app'};
const feature = (name: string, enabled: boolean) => ({
  id: name,
  name,
  description: `What ${name} does`,
  doc_url: '',
  enabled,
  state: 'general',
});

describe('drains and features', () => {
  let bench: CommandBench;
  beforeEach(async () => (bench = await CommandBench.open()));
  afterEach(() => bench.close());

  it('lists drains without their credentials, also under --json', async () => {
    bench.api.on('GET /apps/demo/log-drains', [drain]);
    const {stdout} = await bench.run(Drains, '-a', 'demo');
    expect(stdout).to.equal('=== Drains\n\nhttps://****@logs.example.test/app (d.1234)\n');
    expect((await bench.run(Drains, '-a', 'demo', '--json')).stdout).not.to.include('secret');
    bench.api.on('GET /apps/demo/log-drains', []);
    expect((await bench.run(Drains, '-a', 'demo')).stdout).to.equal('demo has no drains.\n');
  });

  it('counts what each has delivered and dropped, when asked to', async () => {
    const counts = {state: 'connected', delivered: 12, dropped: 3, buffered: 1};
    bench.api
      .on('GET /apps/demo/log-drains', [drain, {...drain, id: 'new'}])
      .on('GET /local/apps/demo/drains', [
        {...counts, id: 'i', token: 'd.1234', url: 'https://****@logs.example.test/app'},
      ]);
    const {stdout} = await bench.run(Drains, '-a', 'demo', '--counts');
    expect(stdout).to.equal(
      [
        '=== Drains\n',
        'https://****@logs.example.test/app (d.1234)',
        '  connected: 12 delivered, 3 dropped, 1 waiting',
        'https://****@logs.example.test/app (d.1234)',
        '  not known yet\n',
      ].join('\n'),
    );
    const json = JSON.parse((await bench.run(Drains, '-a', 'demo', '--counts', '--json')).stdout) as object[];
    expect(json).to.deep.equal([
      {...drain, url: 'https://****@logs.example.test/app', counts},
      {...drain, id: 'new', url: 'https://****@logs.example.test/app', counts: null},
    ]);
  });

  it('adds and removes one, by URL or token', async () => {
    bench.api
      .on('POST /apps/demo/log-drains', drain, 201)
      .on('DELETE /apps/demo/log-drains/d.1234', drain)
      .on(`DELETE /apps/demo/log-drains/${encodeURIComponent(drain.url)}`, drain);
    const added = await bench.run(DrainsAdd, '-a', 'demo', drain.url);
    expect(added.stdout).to.equal('Successfully added drain https://****@logs.example.test/app\n');
    expect(bench.api.bodyOf('POST /apps/demo/log-drains')).to.deep.equal({url: drain.url});
    for (const name of [drain.token, drain.url]) {
      const removed = await bench.run(DrainsRemove, '-a', 'demo', name);
      expect(removed.stdout).to.equal('Successfully removed drain https://****@logs.example.test/app\n');
    }
  });

  it('drains:sink refuses answers it cannot give, and TLS without a certificate', async () => {
    const answer = await bench.run(DrainsSink, '--answer', 'maybe');
    expect(answer.exitCode).to.equal(2);
    expect(answer.stderr).to.match(/^Error: maybe is no answer/);
    const tls = await bench.run(DrainsSink, '--kind', 'https');
    expect(tls.stderr).to.equal('Error: https needs --certificate FILE and --key FILE.\n');
  });

  it('lists and switches features', async () => {
    bench.api
      .on('GET /apps/demo/features', [feature('preboot', false), feature('log-runtime-metrics', true)])
      .on('PATCH /apps/demo/features/preboot', feature('preboot', true));
    expect((await bench.run(Features, '-a', 'demo')).stdout).to.equal(`=== App Features demo

[+]  log-runtime-metrics  What log-runtime-metrics does
[ ]  preboot              What preboot does
`);
    expect((await bench.run(FeaturesEnable, '-a', 'demo', 'preboot')).stderr).to.equal(
      'Enabling preboot for demo... done\n',
    );
    expect(bench.api.requests.at(-1)!.body).to.deep.equal({enabled: true});
    await bench.run(FeaturesDisable, '-a', 'demo', 'preboot');
    expect(bench.api.requests.at(-1)!.body).to.deep.equal({enabled: false});
  });
});
