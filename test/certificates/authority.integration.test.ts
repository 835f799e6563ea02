import {mkdtempSync, readFileSync, readdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect} from 'chai';
import {Authority} from '../../src/certificates/authority.js';

describe('the local authority', function () {
  this.timeout(60_000);
  let folder: string;
  let authority: Authority;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'dyno-authority-'));
    authority = new Authority(join(folder, 'ca'), Date.now);
  });
  afterEach(() => rmSync(folder, {recursive: true, force: true}));

  it('makes nothing for what is no host name, and no file outside of its folder', async () => {
    for (const name of ['../../../x.example.com', 'a/b.example.com', '', 'a\0b', 'x'.repeat(256)]) {
      const failure = await authority.certificateFor([name]).catch((error: Error) => error);
      expect(failure, name).to.be.instanceOf(Error);
      expect((failure as Error).message).to.include('no host name');
    }
    expect(readdirSync(folder)).to.deep.equal(['ca']);
    expect(readdirSync(join(folder, 'ca', 'hosts'))).to.deep.equal([]);
  });

  it('issues one certificate at a time, whoever asks', async function () {
    if (process.platform !== 'linux') this.skip();
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, issuers())), 2);
    await authority.ensure();
    await Promise.all(
      ['a.example.com', 'b.example.com', 'c.example.com'].map((name) => authority.certificateFor([name])),
    );
    clearInterval(watch);
    expect(most).to.equal(1);
    expect(readdirSync(join(folder, 'ca', 'hosts')).sort()).to.deep.equal([
      'a.example.com.pem',
      'b.example.com.pem',
      'c.example.com.pem',
    ]);
  });
});

/** Children of this process that make a certificate. */
function issuers(): number {
  const pids = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
  return pids.filter((pid) => commandOf(pid).includes('issuer.js')).length;
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
