import {expect} from 'chai';
import Releases from '../../commands/releases/index.js';
import ReleasesInfo from '../../commands/releases/info.js';
import ReleasesOutput from '../../commands/releases/output.js';
import Rollback from '../../commands/releases/rollback.js';
import {release} from './support/api-objects.js';
import {text} from './support/fixture-api.js';
import {CommandBench} from './support/run-command.js';

describe('dyno releases', () => {
  let bench: CommandBench;
  beforeEach(async () => (bench = await CommandBench.open()));
  afterEach(() => bench.close());

  it('lists them newest first, with what a status adds', async () => {
    bench.api.on('GET /apps/demo/releases', [
      release(4, {status: 'failed'}),
      release(3, {current: true}),
      release(2, {description: 'Enable Logplex'}),
    ]);
    expect((await bench.run(Releases, '-a', 'demo', '-n', '3')).stdout).to.equal(`=== demo Releases - Current: v3

v4  Deploy 71c09b04 release command failed  dev@localhost  2026/11/22 06:17:02 +0000
v3  Deploy 71c09b03                         dev@localhost  2026/11/22 06:17:02 +0000
v2  Enable Logplex                          dev@localhost  2026/11/22 06:17:02 +0000
`);
    expect(bench.api.requests[0]!.headers.range).to.equal('version ..; max=3, order=desc');
  });

  it('shows one, by version or the latest', async () => {
    bench.api
      .on('GET /apps/demo/releases/3', release(3))
      .on('GET /apps/demo/releases/3/config-vars', {NODE_ENV: 'staging'});
    expect((await bench.run(ReleasesInfo, '-a', 'demo', 'v3')).stdout).to.equal(`=== Release v3

By:                     dev@localhost
Change:                 Deploy 71c09b03
Eligible for Rollback?: Yes
When:                   2026-11-22T06:17:02Z

=== v3 Config vars

NODE_ENV: staging
`);
  });

  it('copies the output of the release command, and says when there is none', async () => {
    const url = `http://localhost:${bench.api.port}/streams/one`;
    bench.api
      .on('GET /apps/demo/releases/3', release(3, {output_stream_url: url}))
      .on('GET /streams/one', text('migrating\ndone\n'))
      .on('GET /apps/demo/releases/2', release(2));
    expect((await bench.run(ReleasesOutput, '-a', 'demo', 'v3')).stdout).to.equal('migrating\ndone\n');
    const none = await bench.run(ReleasesOutput, '-a', 'demo', '2');
    expect(none).to.deep.equal({stdout: '', stderr: 'Release v2 has no release output available.\n', exitCode: 0});
  });

  it('rolls back to the newest eligible release before the current, through its release command', async () => {
    const url = `http://localhost:${bench.api.port}/streams/one`;
    const made = release(6, {output_stream_url: url, status: 'pending'});
    bench.api
      .on('GET /apps/demo/releases', [release(5), release(4, {eligible_for_rollback: false}), release(3)])
      .on('POST /apps/demo/releases', made, 201)
      .on('GET /streams/one', text('migrating\n'))
      .on('GET /apps/demo/releases/id-of-v6', release(6));
    expect(await bench.run(Rollback, '-a', 'demo')).to.deep.equal({
      stdout: 'Running release command...\nmigrating\n',
      stderr: `Rolling back demo to v3... done, v6
Rollback affects code and config vars; it doesn't add or remove addons.
To undo, run: dyno rollback v5
`,
      exitCode: 0,
    });
    expect(bench.api.bodyOf('POST /apps/demo/releases')).to.deep.equal({release: 'id-of-v3'});
  });

  it('fails when the release command fails', async () => {
    bench.api
      .on('GET /apps/demo/releases/3', release(3))
      .on('POST /apps/demo/releases', release(6, {status: 'pending'}), 201)
      .on('GET /apps/demo/releases/id-of-v6', release(6, {status: 'failed'}));
    const {stderr, exitCode} = await bench.run(Rollback, '-a', 'demo', 'v3');
    expect(stderr).to.match(
      /Error: The release command of v6 failed; the previous release goes on\.\nRead its output: dyno releases:output v6\n$/,
    );
    expect(exitCode).to.equal(1);
  });

  it('says that there is nothing to roll back to', async () => {
    bench.api.on('GET /apps/demo/releases', [release(1, {eligible_for_rollback: false})]);
    const {stderr, exitCode} = await bench.run(Rollback, '-a', 'demo');
    expect(stderr).to.equal('Error: No eligible release found for demo to roll back to.\n');
    expect(exitCode).to.equal(1);
  });
});
