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
  leftovers: () =>
    until('the end of all', () => (ours().length === 0 ? [] : undefined), 5000).catch(() => ours().map(commandLine)),
};

/** Processes whose environment or open files name the suite's directory. */
function ours(): string[] {
  return processes().filter((pid) => {
    const files = readOr(() => readdirSync(`/proc/${pid}/fd`).map((file) => linkOf(`/proc/${pid}/fd/${file}`)), []);
    return [textOf(`/proc/${pid}/environ`), ...files].some((text) => text.includes('/dyno-engine-'));
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
