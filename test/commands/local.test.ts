import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect} from 'chai';
import CertsTrust from '../../commands/certs/trust.js';
import ChaosKill from '../../commands/chaos/kill.js';
import ChaosSlowBoot from '../../commands/chaos/slow-boot.js';
import ClockAdvance from '../../commands/clock/advance.js';
import Clock from '../../commands/clock/index.js';
import ClockReset from '../../commands/clock/reset.js';
import Doctor from '../../commands/doctor.js';
import Env from '../../commands/env.js';
import Platform from '../../commands/platform/index.js';
import PlatformLogs from '../../commands/platform/logs.js';
import PlatformStop from '../../commands/platform/stop.js';
import Regions from '../../commands/regions.js';
import {CommandBench} from './support/run-command.js';

const clock = [{runtime: 'us', now: '2026-11-23T07:17:02.000Z', advanced_ms: 90_000_000}];
const clockText = `Runtime  Now                       Advanced
───────  ────────────────────────  ────────
us       2026-11-23T07:17:02.000Z  1d 1h
`;

/** Variables of the shell that a test runs in. */
const nothingShared = Object.fromEntries(
  [
    ...['GIT_CONFIG_COUNT', 'GIT_SSL_CAINFO', 'NODE_EXTRA_CA_CERTS', 'DYNO_ENV_BEFORE'],
    ...['http_proxy', 'https_proxy', 'all_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'],
  ].map((name) => [name, undefined]),
);

describe('commands about this machine', () => {
  let bench: CommandBench;
  const platform = () => ({
    pid: 4711,
    version: '0.1.0',
    engine: 'docker',
    api_url: `http://localhost:${bench.api.port}`,
    runtimes: [
      {name: 'us', kind: 'common', pid: 4712, router_url: 'http://localhost:7780', dynos: 3},
      {name: 'eu', kind: 'common', pid: null, router_url: null, dynos: 0},
    ],
  });
  beforeEach(async () => {
    bench = await CommandBench.open();
    bench.api.on('GET /local/platform', platform());
  });
  afterEach(() => bench.close());

  it('shows clocks, moves them and sets them back', async () => {
    bench.api.on('GET /local/clock', clock).on('POST /local/clock', clock);
    expect((await bench.run(Clock)).stdout).to.equal(clockText);
    expect((await bench.run(ClockAdvance, '1d1h')).stdout).to.equal(clockText);
    expect(bench.api.requests.at(-1)!.body).to.deep.equal({advance_ms: 90_000_000});
    await bench.run(ClockReset, '--runtime', 'us');
    expect(bench.api.requests.at(-1)!.body).to.deep.equal({reset: true, runtime: 'us'});
  });

  for (const nonsense of ['soon', '0h', '-5m', '1.5h', '99999999d']) {
    it(`refuses to advance by ${nonsense}`, async () => {
      const {exitCode} = await bench.run(ClockAdvance, '--', nonsense);
      expect(exitCode).to.equal(2);
      expect(bench.api.calls).to.deep.equal([]);
    });
  }

  it('orders chaos for a dyno, or for one by a seed', async () => {
    bench.api.on('POST /local/apps/demo/chaos', {}, 202);
    const named = await bench.run(ChaosKill, '-a', 'demo', 'web.1');
    expect(named.stderr).to.equal('Killing web.1 of demo... done\n');
    expect(bench.api.requests.at(-1)!.body).to.deep.equal({kind: 'kill', dyno: 'web.1'});
    const seeded = await bench.run(ChaosSlowBoot, '-a', 'demo', '--seed', '7');
    expect(seeded.stderr).to.equal('Restarting, with a slow boot, a dyno of demo... done\n');
    expect(bench.api.requests.at(-1)!.body).to.deep.equal({kind: 'slow-boot', seed: 7});
  });

  it('shows the platform and its runtimes', async () => {
    expect((await bench.run(Platform)).stdout).to.equal(`=== Platform

API:     http://localhost:${bench.api.port}
Engine:  docker
Home:    ${bench.home}
Pid:     4711
Version: 0.1.0

=== Runtimes

Name  Kind    Pid   Router                 Dynos
────  ──────  ────  ─────────────────────  ─────
us    common  4712  http://localhost:7780  3
eu    common        starting               0
`);
    expect(JSON.parse((await bench.run(Platform, '--json')).stdout)).to.deep.equal(platform());
  });

  it('asks a platform that does not run for nothing, and does not start it', async () => {
    bench.platformRuns(false);
    const shown = await bench.run(Platform);
    expect(shown.stderr).to.equal('Error: The platform does not run.\nStart it with: dyno platform:start\n');
    expect(shown.exitCode).to.equal(1);
    const stopped = await bench.run(PlatformStop);
    expect(stopped).to.deep.equal({stdout: '', stderr: 'The platform does not run.\n', exitCode: 0});
    expect(bench.api.calls).to.deep.equal([]);
  });

  it('prints the last lines of the platform or a runtime', async () => {
    writeFileSync(join(bench.home, 'platform.log'), 'one\ntwo\nthree\n');
    expect((await bench.run(PlatformLogs, '-n', '2')).stdout).to.equal('two\nthree\n');
    mkdirSync(join(bench.home, 'runtimes/us'), {recursive: true});
    writeFileSync(join(bench.home, 'runtimes/us/log'), 'of us');
    expect((await bench.run(PlatformLogs, '--runtime', 'us')).stdout).to.equal('of us\n');
    const none = await bench.run(PlatformLogs, '--runtime', 'eu');
    expect(none.stderr).to.equal(`Error: There is no ${bench.home}/runtimes/eu/log yet.\n`);
  });

  it('prints what the official CLI needs, for three shells, and how to undo it', async () => {
    const ca = join(bench.home, 'ca.pem');
    writeFileSync(ca, '');
    bench.api.on('GET /local/platform', {...platform(), ca_file: ca});
    const url = `http://localhost:${bench.api.port}`;
    bench.env = nothingShared;
    expect((await bench.run(Env)).stdout).to.equal(`export HEROKU_HOST='${url}'
export HEROKU_API_KEY='a-token'
export HEROKU_PARTICLEBOARD_URL='${url}'
export HEROKU_DATA_HOST='localhost'
export HEROKU_STATUS_HOST='${url}'
export HEROKU_EXEC_URL='https://localhost:${bench.api.port}/'
export DISABLE_TELEMETRY='true'
export HEROKU_SKIP_NEW_VERSION_CHECK='1'
export HEROKU_DISABLE_AUTOUPDATE='1'
export HIDE_HEROKU_RELEASE_NOTES='true'
export NODE_EXTRA_CA_CERTS='${ca}'
export GIT_CONFIG_COUNT='1'
export GIT_CONFIG_KEY_0='http.https://localhost:${bench.api.port}/.sslCAInfo'
export GIT_CONFIG_VALUE_0='${ca}'
export DYNO_ENV_BEFORE='{}'
`);
    const fish = await bench.run(Env, '--shell', 'fish');
    expect(fish.stdout).to.match(/^set -gx HEROKU_HOST 'http:\/\/localhost:\d+';\n/);
    const powershell = await bench.run(Env, '--shell', 'powershell');
    expect(powershell.stdout).to.match(/^\$env:HEROKU_HOST = 'http:\/\/localhost:\d+'\n/);
    const unset = await bench.run(Env, '--unset');
    expect(unset.stdout).to.match(/^unset HEROKU_HOST\n/);
    bench.env = {...nothingShared, DYNO_ENV_BEFORE: '{}'};
    expect((await bench.run(Env, '--unset')).stdout).to.include('unset NODE_EXTRA_CA_CERTS\n');
    expect(JSON.parse((await bench.run(Env, '--json')).stdout)).to.include({HEROKU_API_KEY: 'a-token'});
  });

  it('warns, on stderr, of what would lead heroku to the real heroku.com', async () => {
    bench.env = {HEROKU_HOST: 'heroku.local'};
    const ca = join(bench.home, 'ca.pem');
    writeFileSync(ca, '');
    bench.api.on('GET /local/platform', {...platform(), ca_file: ca});
    const {stdout, stderr} = await bench.run(Env);
    expect(stderr).to.match(/^Warning: HEROKU_HOST is heroku\.local now/);
    expect(stdout).to.match(/^export HEROKU_HOST='http:\/\/localhost/);
  });

  it('prints how to trust the local certificate authority', async () => {
    bench.api.on('GET /local/platform', {...platform(), ca_file: '/home/me/ca.pem'});
    const {stdout, exitCode} = await bench.run(CertsTrust);
    expect(stdout).to.include("'/home/me/ca.pem'");
    expect(exitCode).to.equal(0);
  });

  it('tells what holds on this machine; what an engine cannot do is no failure', async () => {
    bench.api.on('GET /local/doctor', {
      engine: 'process',
      checks: [
        {name: 'process', state: 'ok', detail: 'process engine answers'},
        {name: 'spaces', state: 'warn', detail: 'Private spaces need Docker.'},
      ],
    });
    const {stdout, exitCode} = await bench.run(Doctor);
    expect(stdout).to.match(/^ok {2}Node\.js {3}\d/);
    expect(stdout).to.include('no  spaces    Private spaces need Docker.\n');
    expect(exitCode).to.equal(0);
    bench.api.on('GET /local/doctor', {id: 'engine_unreachable', message: 'The docker engine does not answer: x'}, 503);
    const broken = await bench.run(Doctor);
    expect(broken.stdout).to.match(/^!! {2}Engine +The docker engine does not answer: x\.$/m);
    expect(broken.exitCode).to.equal(1);
  });

  it('lists regions by runtime', async () => {
    const region = (name: string, private_capable: boolean) => ({
      id: name,
      name,
      description: `In ${name}`,
      private_capable,
    });
    bench.api.on('GET /regions', [region('virginia', true), region('us', false)]);
    expect((await bench.run(Regions)).stdout).to.equal(`ID        Location     Runtime
────────  ───────────  ──────────────
us        In us        Common Runtime
virginia  In virginia  Private Spaces
`);
  });
});
