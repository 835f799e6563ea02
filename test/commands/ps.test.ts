import type {ServerResponse} from 'node:http';
import {expect} from 'chai';
import Ps from '../../commands/ps/index.js';
import Restart from '../../commands/ps/restart.js';
import Scale from '../../commands/ps/scale.js';
import Stop from '../../commands/ps/stop.js';
import Type from '../../commands/ps/type.js';
import Wait from '../../commands/ps/wait.js';
import {dyno, formation, release} from './support/api-objects.js';
import {CommandBench} from './support/run-command.js';

describe('dyno ps', () => {
  let bench: CommandBench;
  beforeEach(async () => (bench = await CommandBench.open()));
  afterEach(() => bench.close());

  it('lists one-off dynos first, then the formation by command, in the official form', async () => {
    bench.api.on('GET /apps/demo/dynos', [
      dyno('web.2'),
      dyno('web.10'),
      dyno('web.1', {state: 'starting'}),
      dyno('run.4711', {command: 'bash', size: 'Standard-2X'}),
      dyno('worker.1', {command: 'node w.js', state: 'crashed', next_try_at: '2026-11-22T06:37:02Z'}),
    ]);
    const {stdout, stderr, exitCode} = await bench.run(Ps, '-a', 'demo');
    expect(stdout).to.equal(`=== run: one-off processes (1)

run.4711 (Standard-2X): up 2026/11/22 06:17:02 +0000: bash

=== web (Standard-1X): node a.js (3)

web.1: starting 2026/11/22 06:17:02 +0000
web.2: up 2026/11/22 06:17:02 +0000
web.10: up 2026/11/22 06:17:02 +0000

=== worker (Standard-1X): node w.js (1)

worker.1: crashed 2026/11/22 06:17:02 +0000, next try 2026/11/22 06:37:02 +0000

`);
    expect(stderr).to.equal('');
    expect(exitCode).to.equal(0);
  });

  it('prints the shapes of the API with --json', async () => {
    bench.api.on('GET /apps/demo/dynos', [dyno('web.1')]);
    const {stdout} = await bench.run(Ps, '-a', 'demo', '--json');
    expect(JSON.parse(stdout)).to.deep.equal([dyno('web.1')]);
  });

  it('says that there is none', async () => {
    bench.api.on('GET /apps/demo/dynos', []);
    expect((await bench.run(Ps, '-a', 'demo')).stdout).to.equal('No dynos on demo\n');
  });

  it('shows the types that are named, and refuses one without dynos', async () => {
    bench.api.on('GET /apps/demo/dynos', [dyno('web.1'), dyno('worker.1', {command: 'node w.js'})]);
    expect((await bench.run(Ps, '-a', 'demo', 'worker')).stdout).to.match(
      /^=== worker \(Standard-1X\): node w\.js \(1\)\n/,
    );
    const refused = await bench.run(Ps, '-a', 'demo', 'clock');
    expect(refused).to.deep.equal({stdout: '', stderr: 'Error: No clock dynos on demo\n', exitCode: 2});
  });
});

describe('dyno ps:scale', () => {
  let bench: CommandBench;
  beforeEach(async () => (bench = await CommandBench.open()));
  afterEach(() => bench.close());

  it('sends quantities as they are and prints what runs now', async () => {
    bench.api.on('PATCH /apps/demo/formation', [
      formation('web', 3, 'Standard-2X'),
      formation('worker', 2),
      formation('other', 1),
    ]);
    const result = await bench.run(Scale, '-a', 'demo', 'web=3:standard-2x', 'worker+1');
    expect(result).to.deep.equal({
      stdout: '',
      stderr: 'Scaling dynos... done, now running web at 3:Standard-2X, worker at 2:Standard-1X\n',
      exitCode: 0,
    });
    expect(bench.api.bodyOf('PATCH /apps/demo/formation')).to.deep.equal({
      updates: [
        {type: 'web', quantity: '3', size: 'standard-2x'},
        {type: 'worker', quantity: '+1'},
      ],
    });
  });

  it('prints the formation in a form that can be passed back', async () => {
    bench.api.on('GET /apps/demo/formation', [formation('worker', 1), formation('web', 3)]);
    expect((await bench.run(Scale, '-a', 'demo')).stdout).to.equal('web=3:Standard-1X worker=1:Standard-1X\n');
  });

  for (const nonsense of ['web=1.5', 'web=-1', 'web', '=3', 'web=3:', 'web==3']) {
    it(`refuses ${nonsense} as wrong usage, without a call`, async () => {
      const {stdout, stderr, exitCode} = await bench.run(Scale, '-a', 'demo', 'web=2', nonsense);
      expect({stdout, exitCode}).to.deep.equal({stdout: '', exitCode: 2});
      expect(stderr).to.match(/^Error: .* is not a change of the formation\./);
      expect(bench.api.calls).to.deep.equal([]);
    });
  }

  it("shows the API's refusal and its remedy", async () => {
    const message = 'Cannot update to more than 100 dynos per app.';
    bench.api.on('PATCH /apps/demo/formation', {id: 'invalid_params', message, remedy: 'Scale down first.'}, 422);
    const {stderr, exitCode} = await bench.run(Scale, '-a', 'demo', 'web=101');
    expect(stderr).to.equal(`Scaling dynos... !\nError: ${message}\nScale down first.\n`);
    expect(exitCode).to.equal(1);
  });
});

describe('dyno ps:restart, ps:stop, ps:type and ps:wait', () => {
  let bench: CommandBench;
  beforeEach(async () => (bench = await CommandBench.open()));
  afterEach(() => bench.close());

  const targets: [unknown, string[], string, string][] = [
    [Restart, [], 'DELETE /apps/demo/dynos', 'Restarting all dynos on demo... done\n'],
    [Restart, ['web.1'], 'DELETE /apps/demo/dynos/web.1', 'Restarting dyno web.1 on demo... done\n'],
    [Restart, ['worker'], 'DELETE /apps/demo/formations/worker', 'Restarting all worker dynos on demo... done\n'],
    [Restart, ['-p', 'web'], 'DELETE /apps/demo/formations/web', 'Restarting all web dynos on demo... done\n'],
    [Stop, ['run.4711'], 'POST /apps/demo/dynos/run.4711/actions/stop', 'Stopping dyno run.4711 on demo... done\n'],
    [Stop, ['-p', 'run'], 'POST /apps/demo/formations/run/actions/stop', 'Stopping all run dynos on demo... done\n'],
  ];
  for (const [command, argv, call, stderr] of targets) {
    it(call, async () => {
      bench.api.on(call, {}, 202);
      expect(await bench.run(command, '-a', 'demo', ...argv)).to.deep.equal({stdout: '', stderr, exitCode: 0});
      expect(bench.api.calls).to.deep.equal([call]);
    });
  }

  it('ps:stop wants to be told what', async () => {
    const {stderr, exitCode} = await bench.run(Stop, '-a', 'demo');
    expect(stderr).to.equal('Error: Please specify a process type or dyno name to stop.\n');
    expect(exitCode).to.equal(2);
  });

  it('ps:type sets one size for all types and shows the totals', async () => {
    bench.api.on('GET /apps/demo/formation', [
      formation('web', 2, 'Standard-2X'),
      formation('worker', 1, 'Standard-2X'),
    ]);
    bench.api.on('PATCH /apps/demo/formation', []);
    const {stdout, stderr} = await bench.run(Type, '-a', 'demo', 'standard-2x');
    expect(stderr).to.equal('Scaling dynos on demo... done\n');
    expect(stdout).to.equal(`=== Process Types

Type    Size         Qty
──────  ───────────  ───
web     Standard-2X  2
worker  Standard-2X  1

=== Dyno Totals

Type         Total
───────────  ─────
Standard-2X  3
`);
    expect(bench.api.bodyOf('PATCH /apps/demo/formation')).to.deep.equal({
      updates: [
        {type: 'web', size: 'standard-2x'},
        {type: 'worker', size: 'standard-2x'},
      ],
    });
  });

  it('ps:type refuses a type that is not there', async () => {
    bench.api.on('GET /apps/demo/formation', [formation('web', 2)]);
    const {stderr, exitCode} = await bench.run(Type, '-a', 'demo', 'clock=basic');
    expect(stderr).to.equal('Error: Type clock not found in process formation.\nTypes: web\n');
    expect(exitCode).to.equal(2);
  });

  it('ps:wait goes on until every dyno runs the latest release', async () => {
    let looks = 0;
    bench.api.on('GET /apps/demo/releases', [release(4)]);
    bench.api.on('GET /apps/demo/dynos', (_: unknown, response: ServerResponse) => {
      const latest = {release: {id: 'r4', version: 4}};
      const dynos = ++looks < 2 ? [dyno('web.1'), dyno('run.1')] : [dyno('web.1', latest), dyno('run.1')];
      response.writeHead(200, {'content-type': 'application/json'}).end(JSON.stringify(dynos));
    });
    const {stderr, exitCode} = await bench.run(Wait, '-a', 'demo');
    expect(stderr).to.equal('Waiting for every dyno of demo to run the latest release... done, 1 on v4\n');
    expect(exitCode).to.equal(0);
  });

  it('ps:wait does not wait for a release that has failed, or fails meanwhile', async () => {
    bench.api.on('GET /apps/demo/releases', [release(4, {status: 'pending'})]);
    bench.api.on('GET /apps/demo/dynos', [dyno('web.1')]);
    let looks = 0;
    bench.api.on('GET /apps/demo/releases/id-of-v4', (_: unknown, response: ServerResponse) => {
      const seen = release(4, {status: ++looks < 2 ? 'pending' : 'failed'});
      response.writeHead(200, {'content-type': 'application/json'}).end(JSON.stringify(seen));
    });
    const {stderr, exitCode} = await bench.run(Wait, '-a', 'demo');
    expect(stderr).to.include('Error: The release command of v4 failed; the previous release goes on.\n');
    expect(exitCode).to.equal(1);
    expect(looks).to.equal(2);
    bench.api.on('GET /apps/demo/releases', [release(4, {status: 'failed'})]);
    expect((await bench.run(Wait, '-a', 'demo')).exitCode).to.equal(1);
  });

  it('ps:wait gives up in time', async () => {
    bench.api.on('GET /apps/demo/releases', [release(4)]).on('GET /apps/demo/dynos', [dyno('web.1')]);
    const {stderr, exitCode} = await bench.run(Wait, '-a', 'demo', '--timeout', '1');
    expect(stderr).to.match(/Error: Only 0 of 1 dynos run v4\.\n$/);
    expect(exitCode).to.equal(1);
  });
});
