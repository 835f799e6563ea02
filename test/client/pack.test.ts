import {once} from 'node:events';
import {execFileSync} from 'node:child_process';
import {chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {createGunzip} from 'node:zlib';
import {expect} from 'chai';
import {extract} from 'tar-stream';
import {packDirectory} from '../../src/client/pack.js';

interface Entry {
  type: string;
  mode: number;
  content: string;
  linkname?: string | null;
}

async function unpack(directory: string): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>();
  const reader = packDirectory(directory).archive.pipe(createGunzip()).pipe(extract());
  for await (const entry of reader) {
    let content = '';
    for await (const chunk of entry) content += String(chunk);
    const {name, type, mode, linkname} = entry.header;
    entries.set(name, {type: type!, mode: mode! & 0o777, content, linkname});
  }
  return entries;
}

describe('packing a directory', () => {
  let root: string;
  const write = (path: string, content = '') => {
    mkdirSync(dirname(join(root, path)), {recursive: true});
    writeFileSync(join(root, path), content);
  };
  const files = async () =>
    [...(await unpack(root))]
      .filter(([, {type}]) => type === 'file')
      .map(([name]) => name)
      .sort();
  beforeEach(() => (root = realpathSync(mkdtempSync(join(tmpdir(), 'dyno-pack-')))));
  afterEach(() => rmSync(root, {recursive: true, force: true}));

  it('keeps contents, modes, links and empty folders', async () => {
    write('Procfile', 'web: ./run\n');
    write('run', '#!/bin/sh\n');
    chmodSync(join(root, 'run'), 0o755);
    symlinkSync('Procfile', join(root, 'link'));
    mkdirSync(join(root, 'empty'));
    const entries = await unpack(root);
    expect(entries.get('Procfile')).to.include({type: 'file', content: 'web: ./run\n'});
    expect(entries.get('run')!.mode).to.equal(0o755);
    expect(entries.get('link')).to.include({type: 'symlink', linkname: 'Procfile'});
    expect(entries.get('empty')).to.include({type: 'directory'});
  });

  it('leaves out what git ignores, nested files and negations too, and .git itself', async () => {
    write('.gitignore', '*.log\n/build\n!keep.log\nnode_modules/\n');
    write('sub/.gitignore', 'secret\n!*.log\n');
    for (const path of ['a.log', 'keep.log', 'build/x', 'sub/build/y', 'sub/b.log', 'sub/secret', 'sub/deep/secret'])
      write(path);
    write('node_modules/m/index.js');
    write('sub/node_modules/m/index.js');
    write('.git/config');
    write('app.js');
    expect(await files()).to.deep.equal([
      '.gitignore',
      'app.js',
      'keep.log',
      'sub/.gitignore',
      'sub/b.log',
      'sub/build/y',
    ]);
  });

  it('agrees with git about the same tree', async () => {
    write('.gitignore', 'target\n*.tmp\n!important.tmp\ndocs/**/draft-*\n/top\n\\#odd\n');
    write('lib/.gitignore', '*.js\n!index.js\n');
    for (const path of [
      'target/a',
      'x.tmp',
      'important.tmp',
      'docs/a/b/draft-1',
      'docs/final',
      'top',
      'lib/top',
      '#odd',
      'lib/a.js',
      'lib/index.js',
      'lib/deep/b.js',
    ])
      write(path);
    execFileSync('git', ['init', '-q'], {cwd: root});
    const listed = execFileSync('git', ['ls-files', '--others', '--exclude-standard', '-z'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(await files()).to.deep.equal(listed.split('\0').filter(Boolean).sort());
  });

  it('leaves out what .slugignore names, which knows no negation', async () => {
    write('.slugignore', '# big\n/test\n*.psd\n!logo.psd\n');
    for (const path of ['test/a', 'lib/test/b', 'logo.psd', 'app.js']) write(path);
    expect(await files()).to.deep.equal(['.slugignore', 'app.js', 'lib/test/b']);
  });

  it('packs node_modules unless it is ignored, as a commit would', async () => {
    write('node_modules/m/index.js');
    expect(await files()).to.deep.equal(['node_modules/m/index.js']);
  });

  it('skips sockets', async () => {
    write('app.js');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(root, 'socket'), resolve));
    try {
      expect(await files()).to.deep.equal(['app.js']);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('counts what it packed', async () => {
    write('one', 'x'.repeat(5000));
    write('two');
    const packing = packDirectory(root);
    let bytes = 0;
    for await (const chunk of packing.archive) bytes += (chunk as Buffer).length;
    expect(packing.files).to.equal(2);
    expect(packing.bytes).to.equal(bytes);
  });

  it('says why a directory cannot be read', () => {
    write('file');
    expect(() => packDirectory(join(root, 'none'))).to.throw(`Cannot read ${root}/none: ${root}/none does not exist.`);
    expect(() => packDirectory(join(root, 'file'))).to.throw(`Cannot read ${root}/file: it is not a directory.`);
  });

  it('fails with the file that cannot be read', async () => {
    write('secret');
    chmodSync(join(root, 'secret'), 0);
    chmodSync(root, 0o755);
    // Root reads everything: for this test nobody tries.
    const isRoot = process.getuid?.() === 0;
    if (isRoot) process.seteuid!(65534);
    let reason = '';
    try {
      const {archive} = packDirectory(root);
      // It fails before anybody reads it, as it may while the platform is being asked for a place.
      await once(archive, 'close');
      for await (const _ of archive);
    } catch (error) {
      reason = (error as Error).message;
    } finally {
      if (isRoot) process.seteuid!(0);
    }
    expect(reason).to.equal(`Cannot read ${root}: permission denied on ${root}/secret.`);
  });
});
