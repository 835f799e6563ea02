import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect} from 'chai';
import {caPath, readCaBundle} from '../../../src/engine/docker/ca-bundle.js';

describe('certificate authorities of this machine', () => {
  let folder: string;
  const file = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  before(() => void (folder = mkdtempSync(join(tmpdir(), 'dyno-ca-'))));
  after(() => rmSync(folder, {recursive: true}));

  it('are none without a variable, or with one that points nowhere', () => {
    expect(readCaBundle({})).to.equal(null);
    expect(readCaBundle({NODE_EXTRA_CA_CERTS: join(folder, 'absent')})).to.equal(null);
  });

  it('that only add reach the variable that adds', () => {
    const bundle = readCaBundle({NODE_EXTRA_CA_CERTS: file('extra', 'EXTRA')});
    expect(bundle).to.deep.equal({
      text: 'EXTRA',
      dynoEnvironment: {NODE_EXTRA_CA_CERTS: caPath},
      buildEnvironment: {NODE_EXTRA_CA_CERTS: caPath},
    });
  });

  it('that replace reach what replaces, together with those that add', () => {
    const bundle = readCaBundle({NODE_EXTRA_CA_CERTS: file('extra', 'EXTRA'), SSL_CERT_FILE: file('whole', 'WHOLE')})!;
    expect(bundle.text).to.equal('WHOLE\nEXTRA');
    expect(Object.keys(bundle.dynoEnvironment)).to.deep.equal(['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE']);
    expect(bundle.buildEnvironment).to.include({CURL_CA_BUNDLE: caPath, GIT_SSL_CAINFO: caPath});
  });
});
