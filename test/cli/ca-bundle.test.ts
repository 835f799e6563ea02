import {mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect} from 'chai';
import {bundleCertificates} from '../../src/cli/ca-bundle.js';

describe('a file of certificates', () => {
  let directory: string;
  before(() => void (directory = mkdtempSync(join(tmpdir(), 'dyno-bundle-'))));
  after(() => rmSync(directory, {recursive: true, force: true}));

  it('holds ours and those of another, as they are now, for their owner only', () => {
    const [ours, other] = [join(directory, 'ca.pem'), join(directory, 'corp.pem')];
    writeFileSync(ours, 'ours\n');
    const path = bundleCertificates(directory, ours, other);
    expect(readFileSync(path, 'utf8').trim()).to.equal('ours');
    writeFileSync(other, 'theirs\n');
    expect(bundleCertificates(directory, ours, other)).to.equal(path);
    expect(readFileSync(path, 'utf8').trim()).to.equal('ours\ntheirs');
    expect(statSync(path).mode & 0o777).to.equal(0o600);
  });
});
