import {createHash} from 'node:crypto';
import {mkdtemp, readFile, readdir, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {buffer} from 'node:stream/consumers';
import {gzipSync} from 'node:zlib';
import {expect} from 'chai';
import {pack as packTar} from 'tar-stream';
import type {Header} from 'tar-stream';
import {DynoError} from '../../src/model/error.js';
import {prepareSource} from '../../src/platform/builds/prepare-source.js';
import {readArchive} from '../../src/platform/builds/read-archive.js';

type Entry = Partial<Header> & {name: string; content?: string};

describe('preparing a source archive', () => {
  let folder: string;
  let path: string;
  const options = {unwrap: true, sizeLimit: 1024 * 1024};

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dyno-source-'));
    path = join(folder, 'source.tgz');
  });
  afterEach(() => rm(folder, {recursive: true, force: true}));

  async function archive(entries: Entry[]): Promise<Buffer> {
    const pack = packTar();
    for (const {content, ...header} of entries) pack.entry(header, content ?? '');
    pack.finalize();
    const tgz = gzipSync(await buffer(pack as unknown as AsyncIterable<Buffer>));
    await writeFile(path, tgz);
    return tgz;
  }

  async function contents(): Promise<Record<string, string>> {
    const found: Record<string, string> = {};
    await readArchive(path, async (header, content) => {
      const text = (await buffer(content)).toString();
      found[header.name] = header.type === 'file' ? text : `${header.type} ${header.linkname ?? ''}`.trim();
    });
    return found;
  }

  async function refusal(work: Promise<unknown>): Promise<DynoError> {
    const error = await work.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.instanceOf(DynoError);
    return error as DynoError;
  }

  it('leaves a plain one as it is, byte for byte', async () => {
    const before = await archive([
      {name: 'Procfile', content: 'web: x\n'},
      {name: 'lib/a.sh', content: 'x', mode: 0o755},
    ]);
    const tree = await prepareSource(path, options);
    expect(tree.texts).to.deep.equal({Procfile: 'web: x\n'});
    expect(tree.root).to.equal('');
    const digest = (data: Buffer) => createHash('sha256').update(data).digest('hex');
    expect(digest(await readFile(path))).to.equal(digest(before));
  });

  it('takes one root directory off, links included', async () => {
    await archive([
      {name: 'app-1a2b/', type: 'directory'},
      {name: 'app-1a2b/Procfile', content: 'web: x'},
      {name: 'app-1a2b/bin/run', content: '#!', mode: 0o755},
      {name: 'app-1a2b/run', type: 'symlink', linkname: 'bin/run'},
      {name: 'app-1a2b/hard', type: 'link', linkname: 'app-1a2b/bin/run'},
    ]);
    const tree = await prepareSource(path, options);
    expect(tree.texts.Procfile).to.equal('web: x');
    expect(await contents()).to.deep.equal({
      Procfile: 'web: x',
      'bin/run': '#!',
      run: 'symlink bin/run',
      hard: 'link bin/run',
    });
    expect(await readdir(folder)).to.deep.equal(['source.tgz']);
  });

  it('keeps a root directory that was packed with its root, or from git', async () => {
    await archive([
      {name: './', type: 'directory'},
      {name: './app/Procfile', content: 'web: x'},
    ]);
    expect(await prepareSource(path, options)).to.include({root: ''});
    expect(await contents()).to.deep.equal({'app/Procfile': 'web: x'});
    await archive([{name: 'app/x', content: ''}]);
    expect(await prepareSource(path, {...options, unwrap: false})).to.include({root: ''});
  });

  it('leaves out what .slugignore names', async () => {
    await archive([
      {name: '.slugignore', content: 'docs\n*.psd\n'},
      {name: 'docs/', type: 'directory'},
      {name: 'docs/a.md', content: 'a'},
      {name: 'logo.psd', content: 'b'},
      {name: 'index.js', content: 'c'},
    ]);
    await prepareSource(path, options);
    expect(Object.keys(await contents())).to.deep.equal(['.slugignore', 'index.js']);
  });

  it('refuses what leads out of it', async () => {
    for (const entry of [
      {name: '../x'},
      {name: 'a/../../x'},
      {name: '/etc/cron.d/x'},
      {name: 'x', type: 'symlink', linkname: '../../etc/passwd'},
      {name: 'x', type: 'symlink', linkname: '/etc/passwd'},
      {name: 'x', type: 'link', linkname: '../y'},
      {name: 'x', type: 'fifo'},
      {name: 'x', type: 'character-device'},
    ] satisfies Entry[]) {
      await archive([{name: 'Procfile', content: 'web: x'}, entry]);
      const error = await refusal(prepareSource(path, options));
      expect(error.code, JSON.stringify(entry)).to.equal('slug_invalid');
    }
  });

  it('refuses a file behind a symbolic link', async () => {
    await archive([
      {name: 'a', type: 'symlink', linkname: '/app'},
      {name: 'a/b', content: 'x'},
    ]);
    expect(await refusal(prepareSource(path, options))).to.include({code: 'slug_invalid'});
  });

  it('says why it cannot be read', async () => {
    const tgz = await archive([{name: 'big', content: 'x'.repeat(200_000)}]);
    for (const [data, reason] of [
      [Buffer.from('not a tarball'), 'not gzip'],
      [Buffer.alloc(0), 'ends too early'],
      [tgz.subarray(0, tgz.length - 20), 'ends too early'],
      [gzipSync(Buffer.alloc(4096, 'x')), 'not a tar'],
      [gzipSync(Buffer.alloc(1024)), 'nothing in it'],
    ] as const) {
      await writeFile(path, data);
      const error = await refusal(prepareSource(path, options));
      expect(error.code).to.equal('slug_invalid');
      expect(error.message).to.contain(reason);
    }
  });

  it('refuses more than the limit, however small it is packed', async () => {
    await archive([{name: 'zeros', content: '\0'.repeat(2 * 1024 * 1024)}]);
    expect((await refusal(prepareSource(path, options))).message).to.contain('more than 1 MB unpacked');
  });

  it('tells the line of a broken Procfile', async () => {
    await archive([{name: 'Procfile', content: 'web: x\n\nworker node y\n'}]);
    const error = await refusal(prepareSource(path, options));
    expect(error).to.include({code: 'procfile_invalid'});
    expect(error.details).to.deep.equal({line: 3, text: 'worker node y'});
  });
});
