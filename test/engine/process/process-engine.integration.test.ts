import {expect} from 'chai';
import {randomUUID} from 'node:crypto';
import {existsSync, mkdirSync, readFileSync, readdirSync, readlinkSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import {text} from 'node:stream/consumers';
import {setImmediate as nextTurn} from 'node:timers/promises';
import {canLayer} from '../../../src/engine/process/layer.js';
import {ProcessEngine} from '../../../src/engine/process/process-engine.js';
import {describeEngineContract} from '../contract.js';
import {sessionChapter} from '../contract/sessions.js';
import {slugChapter} from '../contract/slugs.js';
import {Recorder} from '../contract/recorder.js';
import {Rig} from '../contract/rig.js';
import type {EngineUnderTest} from '../contract/rig.js';
import {until} from '../../support/until.js';

const under: EngineUnderTest = {
  make: (identity) => new ProcessEngine(identity),
  /** What writes output down ends by itself, once the last of the dyno is gone. */
  leftovers: (owner) =>
    until('the end of all', () => (ours(owner).length === 0 ? [] : undefined), 5000).catch(() =>
      ours(owner).map(commandLine),
    ),
};

/** Processes whose environment or open files name the owner, as all directories of its do. */
function ours(owner: string): string[] {
  return processes().filter((pid) => {
    const files = readOr(() => readdirSync(`/proc/${pid}/fd`).map((file) => linkOf(`/proc/${pid}/fd/${file}`)), []);
    return [textOf(`/proc/${pid}/environ`), ...files].some((text) => text.includes(owner));
  });
}

describeEngineContract('process', under);

/** The way of machines whose dynos cannot share the files of their slug. */
describe('process engine whose dynos have copies', function () {
  this.timeout(60_000);
  const rig = new Rig({...under, make: (identity) => new ProcessEngine({...identity, copies: true})});
  before(() => rig.open());
  after(async () => expect(await rig.close(), 'leftovers').to.deep.equal([]));

  slugChapter(rig);
  sessionChapter(rig);

  it('go on with dynos of an engine whose dynos shared', async () => {
    const sharing = new ProcessEngine({owner: rig.owner, runtime: 'us', directory: rig.directory});
    await sharing.open();
    const {dyno} = await rig.start('echo mine >note; sleep 3600', {}, sharing);
    await sharing.close();
    await rig.look(dyno.engineId);
    const note = await until('what it wrote', async () => {
      const {output} = await rig.engine.execDyno(dyno.engineId, {command: 'cat note', env: {}, tty: null});
      const read = await text(output);
      return read === 'mine\n' ? read : undefined;
    });
    expect(note).to.equal('mine\n');
    await rig.engine.removeDyno(dyno.engineId);
  });
});

describe('process engine', function () {
  this.timeout(60_000);
  const rig = new Rig(under);
  before(() => rig.open());
  after(async () => expect(await rig.close(), 'leftovers').to.deep.equal([]));

  it('ends what it has launched when the start fails after that', async () => {
    const spec = rig.spec('setsid sleep 3600 & exec sleep 3600', {id: randomUUID()});
    const engineId = `us.${spec.name}.${spec.id}`;
    const directory = join(rig.directory, rig.owner, 'dynos', engineId);
    const starting = rig.engine.startDyno(spec, new Recorder()).then(
      () => null,
      (error: unknown) => error,
    );
    // Its record cannot be written a second time, with its init.
    while (!existsSync(join(directory, 'dyno.json'))) await nextTurn();
    mkdirSync(join(directory, 'dyno.json.new'));
    expect(await starting).to.have.property('code', 'engine_refused');
    expect(processesOf(engineId).map(commandLine)).to.deep.equal([]);
    expect(existsSync(directory)).to.equal(false);
    expect(await rig.look(engineId)).to.equal(undefined);
  });

  it('halts a dyno whose command it has not even started yet', async () => {
    for (let turn = 0; turn < 3; turn++) {
      const {dyno, output} = await rig.start('for ((i = 0; ; i++)); do echo tick $i; sleep 0.02; done');
      await rig.engine.signalDyno(dyno.engineId, 'SIGSTOP');
      await until('silence', async () => {
        const before = output.stdout.length;
        await new Promise((resolve) => setTimeout(resolve, 250));
        return output.stdout.length === before;
      });
      const halted = output.stdout.length;
      await rig.engine.signalDyno(dyno.engineId, turn === 0 ? 'SIGKILL' : 'SIGCONT');
      if (turn > 0) await until('more ticks', () => output.stdout.length > halted);
      else expect((await rig.ended(dyno.engineId)).exit).to.have.property('status', 137);
      await rig.engine.removeDyno(dyno.engineId);
    }
  });
});

describe('process engine whose dynos share the files of their slug', function () {
  this.timeout(60_000);
  const rig = new Rig(under);
  before(async function () {
    await rig.open();
    if (!(await canLayer(rig.directory))) this.skip();
  });
  after(async () => expect(await rig.close(), 'leftovers').to.deep.equal([]));

  it('mounts nothing that others see, and has only the changes of a dyno on disk', async () => {
    const {dyno, output} = await rig.start('echo changed >Procfile; echo done; sleep 3600');
    await output.sees('done');
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).to.not.include(rig.owner);
    const directory = join(rig.directory, rig.owner, 'dynos', dyno.engineId);
    expect(readdirSync(join(directory, 'app'))).to.deep.equal([]);
    expect(readdirSync(join(directory, 'layer/upper'))).to.deep.equal(['Procfile']);
    await rig.engine.removeDyno(dyno.engineId);
    expect(existsSync(directory)).to.equal(false);
  });

  it('throws the files of a removed release image away although the process that removed it is no more', async () => {
    const tgz = rig.packSlug({Procfile: 'web: x\n'});
    const slug = {id: randomUUID(), appId: rig.appId, app: 'probe', stack: rig.stack};
    const {image} = await rig.engine.importSlug(slug, Readable.from([tgz]));
    const files = join(rig.directory, rig.owner, 'slugs', image);
    const {dyno} = await rig.start('sleep 3600', {image});
    await rig.engine.removeImage(image);
    expect(existsSync(files)).to.equal(true);
    // As a process does that is killed between the two.
    rmSync(join(rig.directory, rig.owner, 'dynos', dyno.engineId, 'dyno.json'));
    for (const pid of processesOf(dyno.engineId)) process.kill(Number(pid), 'SIGKILL');
    await rig.another().open();
    expect(existsSync(files)).to.equal(false);
  });
});

/** Pids of all that carry the engine's marker for that dyno. */
function processesOf(engineId: string): string[] {
  const marker = `DYNO_ENGINE_ID=${engineId}\0`;
  return processes().filter((pid) => textOf(`/proc/${pid}/environ`).includes(marker));
}

function processes(): string[] {
  return readdirSync('/proc').filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid);
}

const commandLine = (pid: string): string => textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
const textOf = (path: string): string => readOr(() => readFileSync(path, 'latin1'), '');
const linkOf = (path: string): string => readOr(() => readlinkSync(path), '');

/** `none` for a process that has gone meanwhile. */
function readOr<T>(read: () => T, none: T): T {
  try {
    return read();
  } catch {
    return none;
  }
}
