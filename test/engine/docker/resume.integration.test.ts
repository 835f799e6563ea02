import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect} from 'chai';
import {DockerEngine} from '../../../src/engine/docker/docker-engine.js';
import {writerOutput} from '../contract/probe-app.js';
import {Recorder} from '../contract/recorder.js';
import {Rig} from '../contract/rig.js';
import {until} from '../../support/until.js';
import {ownedBy} from './owned-by.js';

interface Delivered {
  stdout: string;
  stderr: string;
  cursor: string | null;
  engineId: string | null;
}

describe('docker engine after the end of a runtime process', function () {
  this.timeout(180_000);
  const rig = new Rig({make: (identity) => new DockerEngine({...identity, stackImage: 'host'}), leftovers: ownedBy});

  before(() => rig.open());
  after(async () => expect(await rig.close()).to.deep.equal([]));

  for (const mark of ['out 300 ', 'out 1501 ', 'long ']) {
    it(`loses and doubles nothing over a kill -9 after ${JSON.stringify(mark)}`, async () => {
      const lines = 4000;
      const record = join(rig.directory, `record-${Math.random()}`);
      const engine = {owner: rig.owner, runtime: 'us', directory: rig.directory, stackImage: 'host'};
      const spec = rig.spec(`node writer.mjs ${lines} 100 40`);
      const doomed = spawn(
        process.execPath,
        [fileURLToPath(new URL('./doomed-runtime.js', import.meta.url)), JSON.stringify({engine, spec, record})],
        {stdio: ['ignore', 'inherit', 'inherit']},
      );
      await until(mark, () => delivered(record).stdout.includes(mark) || undefined);
      doomed.kill('SIGKILL');
      await once(doomed, 'exit');
      const early = delivered(record);
      const adopted = (await rig.engine.listDynos()).find(({id}) => id === spec.id)!;

      const late = new Recorder();
      await rig.engine.followDyno(adopted.engineId, early.cursor, late);
      await late.ended;
      const expected = writerOutput(lines);
      expect(early.stdout + late.stdout === expected.stdout, 'stdout is exact').to.be.true;
      expect(early.stderr + late.stderr === expected.stderr, 'stderr is exact').to.be.true;
      await rig.engine.removeDyno(adopted.engineId);
    });
  }

  it('finds its place in a log that was cut meanwhile', async () => {
    const command = `node -e '
      const line = (n) => n + " " + "z".repeat(200) + "\\n";
      const write = (text) => new Promise((resolve) => process.stdout.write(text, resolve));
      (async () => {
        for (let n = 0; n < 150000; n += 1000) await write(Array.from({length: 1000}, (_, k) => line(n + k)).join(""));
        for (let n = 150000; n < 152000; n += 10) {
          await write(Array.from({length: 10}, (_, k) => line(n + k)).join(""));
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      })()'`;
    const first = rig.another();
    await first.open();
    const {dyno, output} = await rig.start(command, {}, first);
    await until('the slow part', () => output.stdout.length > 31_000_000 && output.stdout.includes('\n150300 '));
    await first.close();
    const late = new Recorder();
    await rig.engine.followDyno(dyno.engineId, output.cursor, late);
    await late.ended;
    const all = output.stdout + late.stdout;
    const numbers = all.split('\n').map((line) => line.split(' ')[0]);
    numbers.pop();
    expect(numbers).to.have.length(152_000);
    expect(numbers.every((text, index) => Number(text) === index)).to.be.true;
    expect(late.losses).to.deep.equal([]);
    await rig.engine.removeDyno(dyno.engineId);
  });

  it('tells that something is gone when the log was cut behind it', async () => {
    const command = `node -e '
      const write = (text) => new Promise((resolve) => process.stdout.write(text, resolve));
      (async () => {
        await write("first\\n");
        await new Promise((resolve) => setTimeout(resolve, 3000));
        for (let n = 0; n < 300; n++) await write(("z".repeat(99_999) + "\\n"));
        await write("last\\n");
      })()'`;
    const first = rig.another();
    await first.open();
    const {dyno, output} = await rig.start(command, {}, first);
    await output.sees('first\n');
    await first.close();
    await until(
      'the end',
      async () => (await rig.engine.listDynos()).find(({id}) => id === dyno.id)?.running === false,
    );
    const late = new Recorder();
    await rig.engine.followDyno(dyno.engineId, output.cursor, late);
    await late.ended;
    expect(late.stdout.startsWith('zz') && late.stdout.endsWith('\nlast\n')).to.equal(true);
    expect(late.losses).to.have.length(1);
    expect(late.losses[0]).to.be.within(dyno.createdAt, late.times[0]!);
    await rig.engine.removeDyno(dyno.engineId);
  });
});

/** What the killed process had written down; its last line may be cut. */
function delivered(record: string): Delivered {
  const result: Delivered = {stdout: '', stderr: '', cursor: null, engineId: null};
  if (!existsSync(record)) return result;
  for (const line of readFileSync(record, 'utf8').split('\n').slice(0, -1)) {
    const {stream, text, cursor, engineId} = JSON.parse(line) as {
      stream?: 'stdout' | 'stderr';
      text?: string;
      cursor?: string;
      engineId?: string;
    };
    if (stream) result[stream] += text!;
    if (cursor) result.cursor = cursor;
    if (engineId) result.engineId = engineId;
  }
  return result;
}
