import {expect} from 'chai';
import {spawn} from 'node:child_process';
import type {ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {ProcessTable, signalProcess} from '../../../src/engine/process/process-table.js';

/** Nobody's: a user that this machine needs not know. */
const STRANGER = 54_321;

describe('process table', function () {
  const children: ChildProcess[] = [];
  const groups: number[] = [];
  const table = new ProcessTable();

  before(function () {
    if (process.platform !== 'linux') this.skip();
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    for (const group of groups.splice(0)) process.kill(-group, 'SIGKILL');
  });

  it('finds the session that an init led, while it leads it and afterwards', async () => {
    const leader = start('bash', ['-c', 'sleep 3600 & echo $!; read line'], {detached: true});
    const [line] = (await once(leader.stdout!, 'data')) as [Buffer];
    const member = Number(line.toString());
    const init = {pid: leader.pid!, identity: (await table.identityOf(leader.pid!))!};
    expect(await table.processesOf('nobody', init)).to.have.members([leader.pid!, member]);

    groups.push(leader.pid!);
    leader.stdin!.end();
    await once(leader, 'exit');
    expect(await table.processesOf('nobody', init)).to.deep.equal([member]);
  });

  it('takes nobody for a dyno who only got the pid of its init, before or after a reboot', async () => {
    const stranger = start('sleep', ['3600'], {detached: true});
    const identity = (await table.identityOf(stranger.pid!))!;
    const [boot, startedAt] = identity.split('.');
    const strangers = (of: string) => table.processesOf('nobody', {pid: stranger.pid!, identity: of});
    expect(await strangers(identity)).to.deep.equal([stranger.pid]);
    expect(await strangers(`${boot}.${Number(startedAt) - 1}`)).to.deep.equal([]);
    expect(await strangers(`00000000-0000-0000-0000-000000000000.${startedAt}`)).to.deep.equal([]);
    expect(await strangers('ended')).to.deep.equal([]);
  });

  it("leaves another user's process alone, without an error", async function () {
    if (process.geteuid?.() !== 0) return this.skip();
    const theirs = start('sleep', ['3600'], {detached: true, uid: STRANGER});
    const init = {pid: theirs.pid!, identity: (await table.identityOf(theirs.pid!))!};
    expect(await table.processesOf('nobody', init)).to.deep.equal([theirs.pid]);
    const looking = table.processesOf('nobody', init);
    process.seteuid!(STRANGER + 1);
    try {
      signalProcess(theirs.pid!, 'SIGKILL');
      expect(await looking).to.deep.equal([]);
    } finally {
      process.seteuid!(0);
    }
    expect(await table.identityOf(theirs.pid!)).to.equal(init.identity);
  });

  function start(file: string, args: string[], options: {detached: boolean; uid?: number}): ChildProcess {
    const child = spawn(file, args, {...options, stdio: ['pipe', 'pipe', 'ignore']});
    children.push(child);
    return child;
  }
});
