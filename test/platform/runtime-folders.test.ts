import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {expect} from 'chai';
import {homeLayout, type RuntimeLayout} from '../../src/model/home-layout.js';
import {makeRuntimeFolders, removeRuntimeFolders} from '../../src/platform/runtimes/runtime-folders.js';

describe('folders of a runtime', () => {
  let base: string;

  beforeEach(() => (base = mkdtempSync(join(tmpdir(), 'dyno-folders-'))));
  afterEach(() => rmSync(base, {recursive: true, force: true}));

  /** Of a home whose own path is too long for a socket, and where that is instead. */
  const longLayout = (): RuntimeLayout & {folder: string} => {
    const layout = homeLayout(join(base, 'long'.repeat(40))).runtime('us');
    return {...layout, folder: dirname(layout.socket)};
  };

  it('are open to this user alone, and go with all that is in them', () => {
    for (const layout of [homeLayout(base).runtime('us'), longLayout()]) {
      makeRuntimeFolders(layout);
      makeRuntimeFolders(layout);
      writeFileSync(layout.socket, '');
      for (const path of [layout.root, dirname(layout.socket)]) expect(statSync(path).mode & 0o777).to.equal(0o700);
      removeRuntimeFolders(layout);
      expect(existsSync(layout.root)).to.equal(false);
      expect(existsSync(dirname(layout.socket))).to.equal(false);
    }
  });

  it('are none that somebody else may have made at a place which can be guessed', () => {
    const {folder, ...layout} = longLayout();
    const refusal = () => {
      try {
        makeRuntimeFolders(layout);
        return 'taken';
      } catch (error) {
        return (error as Error).message.replace(folder, 'FOLDER');
      } finally {
        rmSync(folder, {recursive: true, force: true});
      }
    };
    const said = (reason: string) => `FOLDER is to be a folder of this user's alone, but ${reason}. Remove it.`;
    mkdirSync(folder);
    chmodSync(folder, 0o755);
    expect(refusal()).to.equal(said('others can open it'));
    symlinkSync(base, folder);
    expect(refusal()).to.equal(said('it is no folder'));
    if (process.getuid!() !== 0) return;
    mkdirSync(folder, {mode: 0o700});
    chownSync(folder, 4711, 4711);
    expect(refusal()).to.equal(said('it belongs to another user'));
  });

  it('that are not ours are not removed either', () => {
    const {folder, ...layout} = longLayout();
    mkdirSync(folder);
    chmodSync(folder, 0o755);
    try {
      removeRuntimeFolders(layout);
      expect(existsSync(folder)).to.equal(true);
    } finally {
      rmSync(folder, {recursive: true, force: true});
    }
  });
});
