import {expect} from 'chai';
import {randomUUID} from 'node:crypto';
import {existsSync, mkdirSync, readFileSync, readdirSync, readlinkSync} from 'node:fs';
import {join} from 'node:path';
import {setImmediate as nextTurn} from 'node:timers/promises';
import {ProcessEngine} from '../../../src/engine/process/process-engine.js';
import {describeEngineContract} from '../contract.js';
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
    expect(processesOf(engineId)).to.deep.equal([]);
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

/** Command lines of all that carry the engine's marker for that dyno. */
function processesOf(engineId: string): string[] {
  const marker = `DYNO_ENGINE_ID=${engineId}\0`;
  return processes()
    .filter((pid) => textOf(`/proc/${pid}/environ`).includes(marker))
    .map(commandLine);
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
