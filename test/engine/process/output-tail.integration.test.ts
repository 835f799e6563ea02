import {expect} from 'chai';
import {appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {DynoOutput} from '../../../src/engine/engine.js';
import {OutputTail} from '../../../src/engine/process/output-tail.js';
import type {TailEffects} from '../../../src/engine/process/output-tail.js';
import {until} from '../../support/until.js';

const KIB = 1024;
const MIB = 1024 * KIB;

describe('output tail', () => {
  let directory: string;
  const file = (name: string) => join(directory, name);

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'dyno-tail-'));
    for (const stream of ['stdout', 'stderr']) writeFileSync(file(stream), '');
  });
  afterEach(() => rmSync(directory, {recursive: true}));

  it('gives the disk space back once in 16 MiB and keeps the last 64', async () => {
    truncateSync(file('stdout'), 100 * MIB);
    const {tail, machine} = tailOf(directory);
    await tail.start(null, () => undefined);
    await tail.end();
    const chunk = 64 * KIB;
    expect(machine.punches).to.deep.equal([
      [file('stdout'), 16 * MIB + chunk],
      [file('stdout'), 32 * MIB + 2 * chunk],
    ]);
  });

  it('reads the streams in turns, however much there is on one', async () => {
    appendFileSync(file('stdout'), Buffer.alloc(300 * KIB));
    appendFileSync(file('stderr'), 'help!\n');
    const {tail, output} = tailOf(directory);
    await tail.start(null, () => undefined);
    await tail.end();
    expect(output.order.slice(0, 3)).to.deep.equal(['stdout', 'stderr', 'stdout']);
    expect(output.text.stdout).to.have.length(300 * KIB);
  });

  it('sees output and exit where the kernel has no watch left', async () => {
    const {tail, output} = tailOf(directory, () => {
      throw Object.assign(new Error('System limit for number of file watchers reached'), {code: 'ENOSPC'});
    });
    let exits = 0;
    await tail.start(null, () => exits++);
    appendFileSync(file('stdout'), 'unwatched\n');
    await until('the output', () => output.text.stdout === 'unwatched\n' && exits > 0);
    await tail.end();
    expect(output.ends).to.equal(1);
  });

  for (const way of ['end', 'drop'] as const) {
    it(`${way}: lets go of all although it was still being started`, async () => {
      appendFileSync(file('stdout'), 'last words\n');
      const {tail, output, machine} = tailOf(directory);
      const started = tail.start(null, () => undefined);
      await tail[way]();
      await started;
      expect(machine.watches).to.equal(0);
      expect(output.text.stdout).to.equal(way === 'end' ? 'last words\n' : '');
      expect(output.ends).to.equal(way === 'end' ? 1 : 0);
    });
  }
});

/** A tail that watches by `watch`, and what it did: punches, watches that are open, and output. */
function tailOf(directory: string, watch: () => void = () => undefined) {
  const machine = {punches: [] as [string, number][], watches: 0};
  const effects: TailEffects = {
    watch: () => {
      watch();
      machine.watches++;
      return {close: () => void machine.watches--};
    },
    punch: (path, bytes) => void machine.punches.push([path, bytes]),
  };
  const output = new Heard();
  return {tail: new OutputTail(directory, output, effects), machine, output};
}

class Heard implements DynoOutput {
  readonly text = {stdout: '', stderr: ''};
  readonly order: string[] = [];
  ends = 0;

  write(chunk: Buffer, stream: 'stdout' | 'stderr'): void {
    this.order.push(stream);
    if (this.text[stream].length < MIB) this.text[stream] += chunk.toString('latin1');
  }

  end(): void {
    this.ends++;
  }
}
