import {execFileSync, spawnSync} from 'node:child_process';
import {mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect} from 'chai';
import {startPlatform} from '../../src/client/platform-process.js';
import {DynoError} from '../../src/model/error.js';
import {homeLayout} from '../../src/model/home-layout.js';
import {freePortBase} from '../support/free-port.js';
import {tempHome} from '../support/temp-home.js';

describe('a platform on a full disk', function () {
  this.timeout(60_000);

  it('does not start, and says why', async function () {
    const {path, remove} = await tempHome();
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', path]).status === 0;
    try {
      if (!mounted) return this.skip();
      const home = homeLayout(join(path, 'home'));
      mkdirSync(home.root);
      fill(join(path, 'filling'));
      const error = await startPlatform(home, await freePortBase(), process.env).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(DynoError).with.property('code', 'disk_full');
      rmSync(join(path, 'filling'));
    } finally {
      if (mounted) execFileSync('umount', ['--lazy', path]);
      await remove();
    }
  });
});

function fill(path: string): void {
  try {
    for (;;) writeFileSync(path, Buffer.alloc(4096), {flag: 'a'});
  } catch (error) {
    expect((error as NodeJS.ErrnoException).code).to.equal('ENOSPC');
  }
}
