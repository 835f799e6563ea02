import {spawn} from 'node:child_process';
import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {createServer} from 'node:net';
import {join, relative} from 'node:path';
import {expect} from 'chai';
import type {PlatformFacts} from '../../src/client/local-api.js';
import {isAlive} from '../../src/client/running-platform.js';
import {until} from '../support/until.js';
import {LiveCli} from './support/live-cli.js';

/** Everything that only the whole program shows: bin/run.js, a real platform, real processes. */
describe('the program, on the process engine', function () {
  this.timeout(120_000);
  let cli: LiveCli;
  before(async () => (cli = await LiveCli.open()));
  after(() => cli.close());

  it('starts one platform, however many commands race', async () => {
    const results = await Promise.all(Array.from({length: 6}, () => cli.dyno(['apps'])));
    expect(results.map(({stdout}) => stdout)).to.deep.equal(Array(6).fill('You have no apps.\n'));
    expect(await cli.platformStarts()).to.equal(1);
  });

  it('ends with 127 for an unknown command and 2 for wrong usage, and shows how', async () => {
    const unknown = await cli.dyno(['scal']);
    expect(unknown.exitCode).to.equal(127);
    expect(unknown.stderr).to.include('scal is not a dyno command');
    const wrong = await cli.dyno(['ps', '--wrong']);
    expect(wrong.exitCode).to.equal(2);
    expect(wrong.stderr).to.include('Nonexistent flag: --wrong');
    expect((await cli.dyno(['ps', '--help'])).stdout).to.include('USAGE\n  $ dyno ps');
    const version = await cli.dyno(['--version']);
    expect(version.stdout).to.match(/^dyno-cli\/\d+\.\d+\.\d+ \S+ node-v\d/);
  });

  it('deploys a shell app, scales it and shows it', async () => {
    await writeFile(join(cli.directory, 'Procfile'), 'worker: while true; do echo at work; sleep 1; done\n');
    await cli.must('create', 'demo');
    const deployed = await cli.must('deploy');
    expect(deployed.stdout).to.include('Released v3');
    const scaled = await cli.must('scale', 'worker=2');
    expect(scaled.stderr).to.equal('Scaling dynos... done, now running worker at 2:Standard-1X\n');
    await cli.must('ps:wait');
    const {stdout} = await cli.must('ps');
    expect(stdout).to.match(/^=== worker \(Standard-1X\): while true; .* \(2\)\n\nworker\.1: up \d{4}\/\d\d\/\d\d /);
    const dynos = JSON.parse((await cli.must('ps', '--json')).stdout) as {name: string}[];
    expect(dynos.map(({name}) => name)).to.deep.equal(['worker.1', 'worker.2']);
  });

  it("runs a one-off dyno with the command's input, output and exit code", async () => {
    const failed = await cli.dyno(['run', '--', 'cat; echo out; echo err >&2; exit 42']);
    expect(failed.exitCode).to.equal(42);
    expect(failed.stdout).to.include('out\n');
    const piped = await cli.dyno(['run', 'tr a-z A-Z'], {input: 'some text\n'});
    expect(piped).to.include({stdout: 'SOME TEXT\n', exitCode: 0});
    const environment = await cli.dyno(['run', '--env', 'A=1;B=two words', '--', 'cat; echo $A $B $DYNO']);
    expect(environment.stdout).to.match(/^1 two words run\.\d{4}\n$/);
  });

  it('leaves a one-off dyno whose output nobody reads any more, though it ignores SIGHUP', async () => {
    const {ended, stdout} = cli.start(['run', '--', 'trap "" HUP; while true; do echo y; done']);
    stdout.once('data', () => stdout.destroy());
    expect((await ended).exitCode).to.equal(1);
    await cli.dyno(['ps:stop', '--process-type', 'run']);
  });

  it('runs a command inside a running dyno', async () => {
    const {stdout, exitCode} = await cli.dyno(['ps:exec', '--dyno', 'worker.1', '--', 'echo $DYNO; exit 7']);
    expect(stdout).to.equal('worker.1\n');
    expect(exitCode).to.equal(7);
  });

  it('brings the platform back after kill -9, and the dynos never left', async () => {
    const pids = async () => (await cli.must('run', '--', 'pgrep -f "echo at work"')).stdout;
    const before = (await cli.must('ps')).stdout.match(/up \S+ \S+/g);
    const {pid} = await cli.platform();
    process.kill(pid, 'SIGKILL');
    expect((await cli.must('ps')).stdout.match(/up \S+ \S+/g)).to.deep.equal(before);
    expect((await cli.platform()).pid).not.to.equal(pid);
    expect(await pids()).to.match(/\d/);
  });

  it('replaces a platform of another version, and its dynos keep running', async () => {
    const before = (await cli.must('ps')).stdout.match(/up \S+ \S+/g);
    const old = await cli.platform();
    await writeFile(join(cli.home.path, 'platform.json'), JSON.stringify({...old, version: '0.0.1'}));
    const {stdout, stderr} = await cli.must('ps');
    expect(stderr).to.match(/^Replacing platform 0\.0\.1 by \d+\.\d+\.\d+; dynos keep running\.\n$/);
    expect(stdout.match(/up \S+ \S+/g)).to.deep.equal(before);
    const {pid, version} = await cli.platform();
    expect(pid).not.to.equal(old.pid);
    expect(version).to.equal(old.version);
  });

  it('finds the port of a running platform by itself, and refuses another', async () => {
    // It must run: without a port, one that is started takes the default.
    await cli.must('apps');
    expect((await cli.dyno(['platform'], {env: {DYNO_PORT: ''}})).stdout).to.include(`http://localhost:${cli.port}\n`);
    const other = await cli.dyno(['apps'], {env: {DYNO_PORT: String(cli.port + 1)}});
    expect(other.exitCode).to.equal(2);
    expect(other.stderr).to.include(`listens on port ${cli.port}, not on ${cli.port + 1}.`);
    const nonsense = await cli.dyno(['apps'], {env: {DYNO_PORT: 'http'}});
    expect(nonsense.stderr).to.equal('Error: DYNO_PORT=http is no port from 1024 to 65000.\n');
  });

  it('goes on with a tail when the platform restarts', async () => {
    const tail = cli.start(['logs', '--tail', '--process-type', 'worker']);
    await tail.printed('at work');
    process.kill((await cli.platform()).pid, 'SIGKILL');
    const before = tail.count('at work');
    await cli.must('apps');
    await tail.printed('at work', before + 1);
    await cli.must('destroy', '--confirm', 'demo');
    const {stdout, exitCode} = await tail.ended;
    expect(exitCode).to.equal(1);
    const times = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0]! + line);
    expect(new Set(times).size, 'lines that came twice').to.equal(times.length);
  });

  it('stops what a dead platform left', async () => {
    await cli.must('create', '--no-remote');
    const {pid, runtimes} = await until('a runtime', async () => {
      const facts = JSON.parse((await cli.must('platform', '--json')).stdout) as PlatformFacts;
      return facts.runtimes[0]?.pid ? facts : undefined;
    });
    process.kill(pid, 'SIGKILL');
    await until('its end', () => !isAlive(pid));
    expect((await cli.dyno(['platform'])).stderr).to.include('The platform does not run.');
    expect((await cli.must('platform:stop')).stderr).to.equal('Stopping the platform... done\n');
    await until('the end of its runtimes', () => !runtimes.some((runtime) => isAlive(runtime.pid!)));
    expect((await cli.must('platform:stop')).stderr).to.equal('The platform does not run.\n');
  });
});

describe('a platform that cannot start', function () {
  this.timeout(150_000);

  it('says who holds the port, and leaves nothing running', async () => {
    const cli = await LiveCli.open();
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(cli.port, '127.0.0.1', resolve));
    try {
      const {stderr, exitCode} = await cli.dyno(['apps']);
      expect(stderr).to.match(
        new RegExp(`^Error: The platform did not start: Port ${cli.port} is taken by .*pid ${process.pid}.*\n`),
      );
      expect(exitCode).to.equal(1);
    } finally {
      await new Promise((resolve) => holder.close(resolve));
      await cli.close();
    }
  });

  it('waits for one that is stopping, whatever it has left in the file that says where it is', async () => {
    const cli = await LiveCli.open();
    // Holds the lock, answers no more.
    const script = join(cli.directory, 'bin/platform.js');
    await mkdir(join(cli.directory, 'bin'));
    await writeFile(script, 'setInterval(() => {}, 1000)');
    const stopping = spawn(process.execPath, [script]);
    await writeFile(join(cli.home.path, 'platform.lock'), `${stopping.pid}\n`);
    const left = {pid: stopping.pid, version: '0.0.1', port: cli.port + 1};
    await writeFile(join(cli.home.path, 'platform.json'), JSON.stringify(left));
    try {
      // A folder named from where the command runs, not from where its platform does.
      const DYNO_HOME = relative(cli.directory, cli.home.path);
      const {ended} = cli.start(['apps'], {env: {DYNO_HOME}});
      const log = () => readFile(join(cli.home.path, 'platform.log'), 'utf8').catch(() => '');
      await until('one that gives way', async () => (await log()).includes(`as process ${stopping.pid}\n`));
      stopping.kill('SIGKILL');
      expect(await ended).to.deep.equal({stdout: 'You have no apps.\n', stderr: '', exitCode: 0});
    } finally {
      stopping.kill('SIGKILL');
      await cli.close();
    }
  });

  it('names a folder that cannot be written', async () => {
    const cli = await LiveCli.open();
    const {stderr, exitCode} = await cli.dyno(['apps'], {env: {DYNO_HOME: '/dev/null/home'}});
    expect(stderr).to.equal(
      'Error: The folder /dev/null/home cannot be written: ENOTDIR.\nChoose another with DYNO_HOME.\n',
    );
    expect(exitCode).to.equal(2);
    await cli.close();
  });
});
