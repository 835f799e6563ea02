import {spawn} from 'node:child_process';
import type {ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect} from 'chai';
import {homeLayout} from '../../src/model/home-layout.js';
import {takeLock} from '../../src/platform/lock.js';
import {wordsOf} from '../../src/platform/process-words.js';
import {runtimeProcesses} from '../../src/platform/runtimes/runtime-process.js';

describe('a pid that a file has from before a reboot', () => {
  let root: string;
  let home: ReturnType<typeof homeLayout>;
  const children: ChildProcess[] = [];

  before(() => {
    root = mkdtempSync(join(tmpdir(), 'dyno-words-'));
    home = homeLayout(root);
  });
  after(() => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(root, {recursive: true, force: true});
  });

  /** Writes a script of that name and runs it for as long as the test lasts. */
  const run = async (script: string, ...words: string[]): Promise<number> => {
    const path = join(root, script);
    writeFileSync(path, "console.log('up'); setInterval(() => undefined, 1000);\n");
    const child = spawn(process.execPath, [path, ...words], {stdio: ['ignore', 'pipe', 'ignore']});
    children.push(child);
    await once(child.stdout!, 'data');
    return child.pid!;
  };
  const holderOfLock = (pid: number): number | null => {
    writeFileSync(home.platformLock, `${pid}\n`);
    const lock = takeLock(home.platformLock);
    if ('holder' in lock) return lock.holder;
    lock.release();
    return null;
  };

  it('tells its words, in /proc and by ps alike', async () => {
    const pid = await run('any.js', 'us', '--flag');
    const words = [process.execPath, join(root, 'any.js'), 'us', '--flag'];
    if (process.platform === 'linux') expect(wordsOf(pid, 'linux')).to.deep.equal(words);
    expect(wordsOf(pid, 'darwin')).to.deep.equal(words);
    const child = children.at(-1)!;
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(wordsOf(pid)).to.equal(null);
    expect(wordsOf(pid, 'darwin')).to.equal(null);
  });

  it('holds the lock only when it is a platform', async () => {
    const stranger = await run('browser.js', '--ozone-platform=x11');
    const platform = await run('platform.js');
    expect(holderOfLock(stranger)).to.equal(null);
    expect(holderOfLock(platform)).to.equal(platform);
  });

  it('is ended in the place of a runtime only when it is that', async () => {
    const processes = runtimeProcesses(home, join(root, 'runtime.js'), process.env);
    const {pid: file, root: folder} = home.runtime('us');
    mkdirSync(folder, {recursive: true});
    const pidOf = (pid: number): number | null => {
      writeFileSync(file, `${pid}\n`);
      return processes.pidOf('us');
    };
    const stranger = await run('mail.js', 'us');
    expect(pidOf(stranger)).to.equal(null);
    processes.kill('us');
    expect(wordsOf(stranger)).not.to.equal(null);
    expect(pidOf(await run('runtime.js', 'eu'))).to.equal(null);
    const runtime = await run('runtime.js', 'us', '{}');
    expect(pidOf(runtime)).to.equal(runtime);
  });
});
