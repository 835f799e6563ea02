import {expect} from 'chai';
import {writerOutput} from './probe-app.js';
import {Recorder} from './recorder.js';
import type {Rig} from './rig.js';
import {until} from '../../support/until.js';

export function outputChapter(rig: Rig): void {
  describe('output', () => {
    it('delivers every byte of both streams, from the first on', async () => {
      const before = Date.now();
      const {output} = await rig.run('node writer.mjs 20000 4000 1');
      const expected = writerOutput(20_000);
      expect(sameText(output.stdout, expected.stdout)).to.equal('same');
      expect(sameText(output.stderr, expected.stderr)).to.equal('same');
      expect(Math.min(...output.times)).to.be.at.least(before - 1000);
      expect(Math.max(...output.times)).to.be.at.most(Date.now() + 1000);
    });

    it('delivers bytes as they are', async () => {
      const {output} = await rig.run(String.raw`printf 'caf\303\251 \360\237\232\200 no newline'`);
      expect(output.stdout).to.equal('café 🚀 no newline');
    });

    it('is the same for who opens /dev/stdout and /dev/stderr', async () => {
      const {output} = await rig.run(
        'for i in 1 2 3; do echo out $i; echo opened $i >/dev/stdout; echo err $i >/dev/stderr; sleep 0.02; done',
      );
      expect(output.stdout).to.equal('out 1\nopened 1\nout 2\nopened 2\nout 3\nopened 3\n');
      expect(output.stderr).to.equal('err 1\nerr 2\nerr 3\n');
    });

    it('takes up an adopted dyno exactly where the cursor left off', async () => {
      const lines = 6000;
      const first = rig.another();
      await first.open();
      const {dyno, output: early} = await rig.start(`node writer.mjs ${lines} 100 30`, {}, first);
      await until('some output', () => early.stdout.includes('out 1500 ') || undefined);
      await first.close();
      const resumed = {cursor: early.cursor, stdout: early.stdout, stderr: early.stderr};

      const late = new Recorder();
      await rig.engine.followDyno(dyno.engineId, resumed.cursor, late);
      await late.ended;
      const expected = writerOutput(lines);
      expect(sameText(resumed.stdout + late.stdout, expected.stdout)).to.equal('same');
      expect(sameText(resumed.stderr + late.stderr, expected.stderr)).to.equal('same');
      await rig.engine.removeDyno(dyno.engineId);
    });

    it('takes it up again and again, also when it had ended meanwhile', async () => {
      const lines = 4000;
      const {dyno, output} = await rig.start(`node writer.mjs ${lines} 100 40`);
      await output.sees('out 200 ');
      let stdout = '';
      let stderr = '';
      let cursor: string | null = null;
      for (const mark of ['out 900 ', 'out 1800 ', 'out 2700 ', null]) {
        const reader = rig.another();
        await reader.open();
        const part = new Recorder();
        await reader.followDyno(dyno.engineId, cursor, part);
        if (mark) await until(mark, () => (stdout + part.stdout).includes(mark) || undefined);
        else {
          await rig.ended(dyno.engineId);
          await part.ended;
        }
        await reader.close();
        stdout += part.stdout;
        stderr += part.stderr;
        cursor = part.cursor ?? cursor;
      }
      const expected = writerOutput(lines);
      expect(sameText(stdout, expected.stdout)).to.equal('same');
      expect(sameText(stderr, expected.stderr)).to.equal('same');

      const after = new Recorder();
      await rig.engine.followDyno(dyno.engineId, cursor, after);
      await after.ended;
      expect(after.stdout + after.stderr).to.equal('');
      await rig.engine.removeDyno(dyno.engineId);
    });

    it('gives all that there is without a cursor', async () => {
      const {dyno, output} = await rig.start('echo one; echo two >&2; echo three');
      await output.ended;
      await rig.ended(dyno.engineId);
      const all = new Recorder();
      await rig.engine.followDyno(dyno.engineId, null, all);
      await all.ended;
      expect([all.stdout, all.stderr]).to.deep.equal(['one\nthree\n', 'two\n']);
      await rig.engine.removeDyno(dyno.engineId);
    });

    it('ends at once for a dyno that is gone', async () => {
      const {dyno} = await rig.run('true');
      const none = new Recorder();
      await rig.engine.followDyno(dyno.engineId, null, none);
      await none.ended;
      expect(none.stdout).to.equal('');
    });
  });
}

/** 'same', or the place of the first difference: a diff of megabytes helps nobody. */
function sameText(actual: string, expected: string): string {
  if (actual === expected) return 'same';
  let at = 0;
  while (actual[at] === expected[at]) at++;
  const around = (text: string) => JSON.stringify(text.slice(Math.max(0, at - 40), at + 40));
  return `differs at ${at} of ${expected.length} (${actual.length} got): ${around(actual)} instead of ${around(expected)}`;
}
