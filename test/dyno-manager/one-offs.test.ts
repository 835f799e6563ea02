import {expect} from 'chai';
import type {OneOffRequest} from '../../src/model/dyno-info.js';
import {DynoError} from '../../src/model/error.js';
import {settle} from '../support/virtual-clock.js';
import {HOUR, SECOND, appOf, releaseOf, runningHarness} from './harness.js';

const request = (own: Partial<OneOffRequest> = {}): OneOffRequest => ({
  command: 'bash',
  kind: 'run',
  env: {},
  size: 'standard-1x',
  type: 'run',
  attach: null,
  ...own,
});
const attached = (own: Partial<OneOffRequest> = {}) => request({attach: {tty: null}, ...own});

async function failure(promise: Promise<unknown>): Promise<DynoError> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(DynoError);
  return error as DynoError;
}

describe('one-off dynos', () => {
  it('attached: lines, terminal and exit', async () => {
    const {manager, clock, engine, takeLog, states} = await runningHarness(appOf({}));
    const started = manager.runOneOff('app-1', attached());
    await clock.advance(SECOND);
    const {name} = await started;
    expect(name).to.match(/^run\.\d{4}$/);
    expect(states()).to.deep.equal({[name]: 'up'});
    const session = await manager.attach('app-1', name);
    const text: string[] = [];
    session.output.on('data', (chunk: Buffer) => text.push(chunk.toString()));
    engine.writeToSession(name, 'hello');
    await settle();
    engine.end(name, 0);
    await clock.advance(SECOND);
    expect(await session.exited).to.equal(0);
    expect(text).to.deep.equal(['hello']);
    expect(takeLog().map((line) => line.replace(name, 'run.N'))).to.deep.equal([
      'run.N: Awaiting client',
      'run.N: Starting process with command `bash`',
      'run.N: State changed from starting to up',
      'run.N: Process exited with status 0',
      'run.N: State changed from up to complete',
    ]);
    expect(manager.dynosOf('app-1')).to.deep.equal([]);
    expect(engine.size).to.equal(0);
  });

  it('R13 when no client comes', async () => {
    const {manager, clock, takeLog} = await runningHarness(appOf({}));
    void manager.runOneOff('app-1', attached());
    await clock.advance(29 * SECOND);
    takeLog();
    await clock.advance(2 * SECOND);
    expect(takeLog().map((line) => line.replace(/run\.\d+/, 'run.N'))).to.deep.equal([
      'run.N: Error R13 (Attach error) -> Failed to attach to process',
      'run.N: Stopping all processes with SIGTERM',
      'run.N: Process exited with status 143',
      'run.N: State changed from up to complete',
    ]);
  });

  it('SIGHUP when the client is lost', async () => {
    const {manager, clock, takeLog} = await runningHarness(appOf({}));
    const started = manager.runOneOff('app-1', attached());
    await clock.advance(SECOND);
    const session = await manager.attach('app-1', (await started).name);
    takeLog();
    session.output.destroy();
    await clock.advance(SECOND);
    expect(takeLog().map((line) => line.replace(/run\.\d+/, 'run.N'))).to.deep.equal([
      'run.N: Client connection closed. Sending SIGHUP to all processes',
      'run.N: Process exited with status 129',
      'run.N: State changed from up to complete',
    ]);
  });

  it('R16 when SIGHUP does not help', async () => {
    const {manager, clock, takeLog, engine} = await runningHarness(appOf({}), {behaviour: () => ({hupMs: null})});
    const started = manager.runOneOff('app-1', attached());
    await clock.advance(SECOND);
    const session = await manager.attach('app-1', (await started).name);
    takeLog();
    session.output.destroy();
    await clock.advance(60 * SECOND);
    const hangup = 'run.N: Client connection closed. Sending SIGHUP to all processes';
    expect(takeLog().map((line) => line.replace(/run\.\d+/, 'run.N'))).to.deep.equal([
      hangup,
      hangup,
      hangup,
      'run.N: Error R16 (Detached) -> An attached process is not responding to SIGHUP after its external connection was closed.',
    ]);
    expect(engine.running()).to.have.length(1);
  });

  it('the end of piped input is no lost client', async () => {
    const {manager, clock, takeLog} = await runningHarness(appOf({}));
    const started = manager.runOneOff('app-1', attached());
    await clock.advance(SECOND);
    const session = await manager.attach('app-1', (await started).name);
    session.output.resume();
    takeLog();
    session.input.end('quit\n');
    await clock.advance(10 * SECOND);
    expect(takeLog()).to.deep.equal([]);
  });

  it('the end of the input of a terminal is a lost client', async () => {
    const {manager, clock, takeLog} = await runningHarness(appOf({}));
    const tty = {columns: 80, rows: 24, term: 'xterm'};
    const started = manager.runOneOff('app-1', attached({attach: {tty}}));
    await clock.advance(SECOND);
    const session = await manager.attach('app-1', (await started).name);
    session.output.resume();
    takeLog();
    session.input.end();
    await clock.advance(SECOND);
    expect(takeLog()[0]).to.match(/: Client connection closed. Sending SIGHUP to all processes$/);
  });

  it('hangs up after an idle hour, counted from the last byte', async () => {
    const {manager, clock, takeLog, engine} = await runningHarness(appOf({}));
    const started = manager.runOneOff('app-1', attached());
    await clock.advance(SECOND);
    const {name} = await started;
    const session = await manager.attach('app-1', name);
    session.output.resume();
    takeLog();
    await clock.advance(0.9 * HOUR);
    engine.writeToSession(name, '.');
    await settle();
    await clock.advance(0.9 * HOUR);
    expect(takeLog()).to.deep.equal([]);
    await clock.advance(0.2 * HOUR);
    expect(takeLog()[0]).to.match(/Client connection closed/);
  });

  it('is there for its client when the command is over before it comes', async () => {
    const {clock, engine, manager} = await runningHarness(appOf({}));
    const started = manager.runOneOff('app-1', attached({command: 'echo quick'}));
    await clock.advance(SECOND);
    const {name} = await started;
    engine.writeToSession(name, 'quick');
    await settle();
    engine.end(name, 7);
    await clock.advance(5 * SECOND);
    expect(manager.dynosOf('app-1')).to.deep.equal([]);
    const session = await manager.attach('app-1', name);
    const text: string[] = [];
    session.output.on('data', (chunk: Buffer) => text.push(chunk.toString()));
    expect(await session.exited).to.equal(7);
    await settle();
    expect(text).to.deep.equal(['quick']);
    expect((await failure(manager.attach('app-1', name))).code).to.equal('not_found');
  });

  it('attaches once, and only what was started for it', async () => {
    const {manager, clock} = await runningHarness(appOf({worker: 1}));
    const started = manager.runOneOff('app-1', attached());
    await clock.advance(SECOND);
    const {name} = await started;
    await manager.attach('app-1', name);
    expect((await failure(manager.attach('app-1', name))).message).to.match(/already/);
    expect((await failure(manager.attach('app-1', 'worker.1'))).code).to.equal('conflict');
    expect((await failure(manager.attach('app-1', 'run.1'))).code).to.equal('not_found');
  });

  it('detached: output to the log, its own environment over config vars, a process type as command', async () => {
    const harness = await runningHarness(appOf({}), {behaviour: () => ({output: 'done\n'})});
    const {manager, clock, engine, output} = harness;
    const started = manager.runOneOff('app-1', request({command: 'worker 42', env: {GREETING: 'bye', MORE: '1'}}));
    await clock.advance(SECOND);
    const {name, command} = await started;
    expect(command).to.equal('node worker.js 42');
    const [spec] = engine.running();
    expect(spec!.env).to.include({GREETING: 'bye', MORE: '1', DYNO: name, HOME: '/app'});
    expect(spec!.env).not.to.have.property('PORT');
    expect(output).to.deep.equal([`${name}: done\n`]);
    await clock.advance(60 * SECOND);
    expect(engine.names()).to.deep.equal([name]);
  });

  it('ends at its time to live, and at the latest with the day', async () => {
    const {manager, clock, engine, takeLog} = await runningHarness(appOf({}));
    void manager.runOneOff('app-1', request({timeToLiveMs: 60 * SECOND}));
    void manager.runOneOff('app-1', request());
    await clock.advance(59 * SECOND);
    expect(engine.running()).to.have.length(2);
    await clock.advance(2 * SECOND);
    expect(engine.running()).to.have.length(1);
    takeLog();
    await clock.advance(26 * HOUR);
    expect(engine.running()).to.have.length(0);
    expect(takeLog()[0]).to.match(/: Cycling$/);
  });

  it('keeps to the number of its tier', async () => {
    const {manager, clock} = await runningHarness(appOf({}));
    void manager.runOneOff('app-1', request({size: 'eco'}));
    await clock.advance(SECOND);
    const error = await failure(manager.runOneOff('app-1', request({size: 'eco'})));
    expect(error.message).to.equal('Cannot run more than 1 Eco size one-off dynos.');
  });

  it('refuses an app without code, a size that is none, and no command', async () => {
    const {manager} = await runningHarness(appOf({}));
    expect((await failure(manager.runOneOff('app-1', request({size: 'huge'})))).code).to.equal('formation_invalid');
    expect((await failure(manager.runOneOff('app-1', request({command: '  '})))).code).to.equal('invalid_params');
    const blank = await runningHarness(appOf({}, {release: null}));
    expect((await failure(blank.manager.runOneOff('app-1', request()))).code).to.equal('no_code');
  });

  it('tells when the engine cannot start it', async () => {
    const startError = new DynoError('engine_refused', {engine: 'simulated', action: 'start', reason: 'no image'});
    const {manager, clock, states} = await runningHarness(appOf({}), {behaviour: () => ({startError})});
    const failing = failure(manager.runOneOff('app-1', request()));
    await clock.advance(SECOND);
    expect((await failing).code).to.equal('engine_refused');
    expect(states()).to.deep.equal({});
  });

  it('is not stopped by a restart of the app, but by its own stop', async () => {
    const {manager, clock, engine} = await runningHarness(appOf({}));
    const started = manager.runOneOff('app-1', request());
    await clock.advance(SECOND);
    const {name} = await started;
    manager.restart('app-1', {});
    manager.setApp(appOf({}, {revision: 2, release: releaseOf(4)}));
    await clock.advance(SECOND);
    expect(engine.names()).to.deep.equal([name]);
    manager.stop('app-1', {dyno: name});
    await clock.advance(SECOND);
    expect(engine.names()).to.deep.equal([]);
  });

  it('are stopped by their type, the formation is not', async () => {
    const {manager, clock, engine} = await runningHarness(appOf({worker: 1}));
    void manager.runOneOff('app-1', request());
    void manager.runOneOff('app-1', attached());
    await clock.advance(SECOND);
    expect(engine.running()).to.have.length(3);
    manager.stop('app-1', {type: 'run'});
    await clock.advance(SECOND);
    expect(engine.names()).to.deep.equal(['worker.1']);
    expect(engine.starts).to.equal(3);
  });

  it('is taken up when the engine has started it, but its answer was lost', async () => {
    const {manager, clock, engine, states} = await runningHarness(appOf({}), {behaviour: () => ({answerLost: true})});
    const failing = failure(manager.runOneOff('app-1', request()));
    await clock.advance(SECOND);
    expect((await failing).code).to.equal('engine_unreachable');
    await clock.advance(61 * SECOND);
    const names = engine.names();
    expect(names).to.have.length(1);
    expect(states()).to.deep.equal({[names[0]!]: 'up'});
    manager.stop('app-1', {type: 'run'});
    await clock.advance(SECOND);
    expect(engine.size).to.equal(0);
  });

  it('runs further commands inside a dyno with its environment', async () => {
    const {manager} = await runningHarness(appOf({web: 1}));
    const session = await manager.exec('app-1', 'web.1', {command: 'env', env: {TERM: 'xterm'}, tty: null});
    let text = '';
    for await (const chunk of session.output) text += String(chunk);
    expect(JSON.parse(text)).to.include({DYNO: 'web.1', GREETING: 'hello', TERM: 'xterm'});
    expect((await failure(manager.exec('app-1', 'web.7', {command: 'env', env: {}, tty: null}))).code).to.equal(
      'not_found',
    );
  });
});

describe('release phase', () => {
  const release = releaseOf(4, {processTypes: {web: 'node web.js', release: 'node migrate.js'}, config: {NEW: '1'}});

  it('runs the new code with the new config, streams its output, answers its status', async () => {
    const behaviour = ({kind}: {kind: string}) => (kind === 'release' ? {output: 'ok\n', exitMs: SECOND} : {});
    const {manager, clock, engine, takeLog, output} = await runningHarness(appOf({web: 1}), {behaviour});
    takeLog();
    const chunks: string[] = [];
    const done = manager.runReleasePhase('app-1', {release, size: 'standard-1x'}, (chunk) =>
      chunks.push(chunk.toString()),
    );
    await clock.advance(SECOND);
    const [, spec] = engine.running();
    expect(spec).to.include({image: 'image-4', release: 4, kind: 'release'});
    expect(spec!.env).to.include({NEW: '1', HEROKU_RELEASE_VERSION: 'v4'});
    expect(spec!.env).not.to.have.property('GREETING');
    await clock.advance(SECOND);
    expect(await done).to.deep.equal({status: 0});
    expect(chunks).to.deep.equal(['ok\n']);
    expect(output.at(-1)).to.match(/^release\.\d{4}: ok\n$/);
    expect(takeLog().map((line) => line.replace(/release\.\d+/, 'release.N'))).to.deep.equal([
      'release.N: Starting process with command `node migrate.js`',
      'release.N: State changed from starting to up',
      'release.N: Process exited with status 0',
      'release.N: State changed from up to complete',
    ]);
  });

  it('answers the status of a failure', async () => {
    const behaviour = () => ({exitMs: SECOND, exitStatus: 7});
    const {manager, clock} = await runningHarness(appOf({}), {behaviour});
    const done = manager.runReleasePhase('app-1', {release, size: 'standard-1x'}, () => undefined);
    await clock.advance(2 * SECOND);
    expect(await done).to.deep.equal({status: 7});
  });

  it('is ended after an hour, and has failed then', async () => {
    const {manager, clock, engine} = await runningHarness(appOf({}));
    const done = manager.runReleasePhase('app-1', {release, size: 'standard-1x'}, () => undefined);
    await clock.advance(HOUR + SECOND);
    expect(await done).to.deep.equal({status: 143});
    expect(engine.size).to.equal(0);
  });

  it('ends with its signal', async () => {
    const {manager, clock, engine} = await runningHarness(appOf({}));
    const abort = new AbortController();
    const done = manager.runReleasePhase('app-1', {release, size: 'standard-1x'}, () => undefined, abort.signal);
    const outcome = done.catch((error: Error) => error.message);
    await clock.advance(SECOND);
    abort.abort(new Error('given up'));
    await clock.advance(SECOND);
    expect(await outcome).to.equal('given up');
    expect(engine.size).to.equal(0);
  });
});
