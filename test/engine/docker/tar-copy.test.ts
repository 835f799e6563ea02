import {buffer} from 'node:stream/consumers';
import {PassThrough, Readable} from 'node:stream';
import {expect} from 'chai';
import {extract, type Header, pack} from 'tar-stream';
import {copyTar, type Rename} from '../../../src/engine/docker/tar-copy.js';

type Given = Partial<Header> & {name: string; text?: string};

function tar(entries: Given[]): Readable {
  const archive = pack();
  for (const {text, ...header} of entries) {
    if (text === undefined) archive.entry(header);
    else archive.entry(header, text);
  }
  archive.finalize();
  return archive.pipe(new PassThrough()) as PassThrough;
}

async function read(archive: Readable): Promise<(Given & {text: string})[]> {
  const reading = extract();
  Readable.from([await buffer(archive)]).pipe(reading);
  const entries: (Given & {text: string})[] = [];
  for await (const entry of reading) {
    const pieces: Buffer[] = [];
    for await (const piece of entry) pieces.push(piece as Buffer);
    const {name, type, mode, uid, gid, linkname} = entry.header;
    entries.push({name, type, mode, uid, gid, linkname, text: Buffer.concat(pieces).toString()});
  }
  return entries;
}

describe('copy of a tar', () => {
  const rename: Rename = (name) => (name === 'drop' ? null : `app/${name}`);

  it('has other names and one owner; what its owner could not read he can', async () => {
    const peek = new Map([['app/Procfile', '']]);
    const source = tar([
      {name: './dir', type: 'directory', mode: 0o555, uid: 5, gid: 6},
      {name: './dir/bin', mode: 0o111, text: 'program', uid: 0},
      {name: 'Procfile', text: 'web: x\n'},
      {name: 'drop', text: 'dropped'},
      {name: 'link', type: 'symlink', linkname: '../outside'},
      {name: 'hard', type: 'link', linkname: './dir/bin'},
      {name: 'pipe', type: 'fifo'},
      {name: `${'long/'.repeat(40)}näme`, text: 'deep'},
    ]);
    const copied = await read(copyTar(source, {uid: 1000, rename, peek}));
    expect(
      copied.map(({name, type, mode, text, linkname}) => [name, type, mode, linkname ?? null, text]),
    ).to.deep.equal([
      ['app/dir/', 'directory', 0o755, null, ''],
      ['app/dir/bin', 'file', 0o511, null, 'program'],
      ['app/Procfile', 'file', 0o644, null, 'web: x\n'],
      ['app/link', 'symlink', 0o644, '../outside', ''],
      ['app/hard', 'link', 0o644, 'app/dir/bin', ''],
      [`app/${'long/'.repeat(40)}näme`, 'file', 0o644, null, 'deep'],
    ]);
    expect(copied.every(({uid, gid}) => uid === 1000 && gid === 1000)).to.be.true;
    expect(peek.get('app/Procfile')).to.equal('web: x\n');
  });

  it('carries big files without holding them', async () => {
    const text = 'x'.repeat(3 << 20);
    const copied = await read(copyTar(tar([{name: 'big', text}]), {uid: 1, rename}));
    expect(copied[0]!.text === text).to.be.true;
  });

  for (const name of ['../evil', 'a/../../evil', '/etc/passwd']) {
    it(`fails on ${name}`, async () => {
      const failure = await read(copyTar(tar([{name, text: ''}]), {uid: 1, rename})).then(
        () => undefined,
        (error: Error) => error.message,
      );
      expect(failure).to.match(/leads out of the archive/);
    });
  }

  it('fails with what its source failed with', async () => {
    const source = new PassThrough();
    const copied = read(copyTar(source, {uid: 1, rename}));
    source.destroy(new Error('the disk is gone'));
    const failure = await copied.then(
      () => undefined,
      (error: Error) => error.message,
    );
    expect(failure).to.equal('the disk is gone');
  });
});
