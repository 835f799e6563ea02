import {expect} from 'chai';
import {mkdtempSync, readdirSync, readlinkSync, rmSync, symlinkSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {DrainPosition} from '../../src/logplex/drain-position.js';
import type {DrainProgress} from '../../src/logplex/drain-position.js';

const progress = (next: number): DrainProgress => ({
  ...{next, frame: null, delivered: next - 1, dropped: 0, untold: 0, untoldSince: 0},
});

describe('DrainPosition', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'dyno-position-'));
  });
  afterEach(() => rmSync(directory, {recursive: true, force: true}));

  it('is read back as it was saved last', async () => {
    const position = new DrainPosition(join(directory, 'drain-1'));
    expect(await position.load()).to.equal(null);
    await position.save(progress(7));
    await position.save(progress(8));
    await position.close();
    expect(await new DrainPosition(join(directory, 'drain-1')).load()).to.deep.equal(progress(8));
    await position.remove();
    expect(readdirSync(directory)).to.deep.equal([]);
  });

  it('leaves no file open on a disk that is full, and goes on when there is room again', async function () {
    if (process.platform !== 'linux') return this.skip();
    const position = new DrainPosition(join(directory, 'drain-1'));
    const draft = join(directory, 'new-drain-1');
    symlinkSync('/dev/full', draft);
    const refusal = await position.save(progress(7)).catch((error: NodeJS.ErrnoException) => error.code);
    expect(refusal).to.equal('ENOSPC');
    expect(openFiles()).not.to.include('/dev/full');
    rmSync(draft);
    await position.save(progress(8));
    await position.close();
    expect(await position.load()).to.deep.equal(progress(8));
  });
});

function openFiles(): string[] {
  return readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return '';
    }
  });
}
