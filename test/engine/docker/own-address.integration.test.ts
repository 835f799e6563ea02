import {execFileSync} from 'node:child_process';
import {expect} from 'chai';
import {isOwnAddress} from '../../../src/engine/docker/own-address.js';

describe('an address of this machine', () => {
  it('is one that can be listened on', async () => {
    expect(await isOwnAddress('127.0.0.1')).to.equal(true);
    expect(await isOwnAddress('203.0.113.1')).to.equal(false);
  });

  it("is that of a bridge without carrier too, such as Docker's before its first container", async function () {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) return this.skip();
    const bridge = `dyno-t${process.pid}`.slice(0, 15);
    execFileSync('ip', ['link', 'add', bridge, 'type', 'bridge']);
    try {
      execFileSync('ip', ['addr', 'add', '198.18.201.1/24', 'dev', bridge]);
      execFileSync('ip', ['link', 'set', bridge, 'up']);
      expect(await isOwnAddress('198.18.201.1')).to.equal(true);
    } finally {
      execFileSync('ip', ['link', 'del', bridge]);
    }
    expect(await isOwnAddress('198.18.201.1')).to.equal(false);
  });
});
