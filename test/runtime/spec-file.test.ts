import {readFileSync, readdirSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect} from 'chai';
import type {RuntimeSpec} from '../../src/model/spec.js';
import {SpecFile} from '../../src/runtime/spec-file.js';
import {tempHome} from '../support/temp-home.js';
import type {TempHome} from '../support/temp-home.js';

const spec = (port: number): RuntimeSpec => ({
  name: 'us',
  kind: 'common',
  router: {host: '127.0.0.1', httpPort: port},
  apps: [],
});

describe('SpecFile', () => {
  let home: TempHome;
  beforeEach(async () => (home = await tempHome()));
  afterEach(() => home.remove());

  it('has nothing at first, and nothing of what it cannot read', async () => {
    const path = join(home.path, 'spec.json');
    expect(await new SpecFile(path).read()).to.equal(null);
    writeFileSync(path, '{"name": "us", ');
    expect(await new SpecFile(path).read()).to.equal(null);
  });

  it('keeps the newest of many, 0600, with no draft left', async () => {
    const path = join(home.path, 'runtimes/us/spec.json');
    const file = new SpecFile(path);
    await Promise.all([1, 2, 3, 4, 5].map((port) => file.write(spec(port))));
    expect(JSON.parse(readFileSync(path, 'utf8'))).to.deep.equal(spec(5));
    await file.write(spec(6));
    expect(await new SpecFile(path).read()).to.deep.equal(spec(6));
    expect(statSync(path).mode & 0o777).to.equal(0o600);
    expect(readdirSync(join(home.path, 'runtimes/us'))).to.deep.equal(['spec.json']);
  });
});
