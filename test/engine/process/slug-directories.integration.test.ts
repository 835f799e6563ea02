import {spawnSync} from 'node:child_process';
import {appendFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect} from 'chai';
import {SlugDirectories} from '../../../src/engine/process/slug-directories.js';
import type {DynoError} from '../../../src/model/error.js';

describe('slugs of the process engine', () => {
  let directory: string;
  beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), 'dyno-slugs-'))));
  afterEach(() => rmSync(directory, {recursive: true, force: true}));

  it('are whole: what a process that is no more was making is swept, what another one makes is not', async () => {
    const gone = spawnSync(process.execPath, ['-e', '']).pid;
    for (const pid of [gone, process.ppid]) mkdirSync(join(directory, `draft-${pid}-x`, 'app'), {recursive: true});
    const slugs = new SlugDirectories(directory);
    await slugs.open();
    expect(readdirSync(directory)).to.deep.equal([`draft-${process.ppid}-x`]);
    expect(await slugs.list()).to.deep.equal([]);
  });

  it('are verified: files that were changed since the build are told, files that were mended are taken', async () => {
    const built = join(directory, 'built');
    mkdirSync(join(built, 'bin'), {recursive: true});
    writeFileSync(join(built, 'Procfile'), 'web: bin/hello\n');
    writeFileSync(join(built, 'bin/hello'), 'echo hello\n');
    const root = join(directory, 'slugs');
    const slugs = new SlugDirectories(root);
    await slugs.open();
    const {image, checksum} = await slugs.add('app-1', built);

    appendFileSync(join(root, image, 'app/bin/hello'), 'echo evil\n');
    const failure = await slugs.verify(image, 'demo', checksum).catch((error: DynoError) => error);
    expect(failure).to.have.property('code', 'checksum_mismatch');

    writeFileSync(join(root, image, 'app/bin/hello'), 'echo hello\n');
    await slugs.verify(image, 'demo', checksum);
    const other = await slugs.verify(image, 'demo', 'SHA256:0').catch((error: DynoError) => error);
    expect(other).to.have.property('code', 'checksum_mismatch');
  });
});
