import {expect} from 'chai';
import type {Rig} from './rig.js';
import {until} from '../../support/until.js';

export function signalChapter(rig: Rig): void {
  describe('signals', () => {
    it('SIGTERM reaches every process, one in its own session too, and each has its time to end', async () => {
      const {dyno, output} = await rig.start('bash family.sh');
      for (const member of ['main', 'child', 'grandchild']) await output.sees(`${member} ready`);
      await rig.engine.signalDyno(dyno.engineId, 'SIGTERM');
      await output.ended;
      for (const sign of ['child got TERM', 'grandchild got TERM', 'grandchild done'])
        expect(output.stdout).to.include(sign);
      expect((await rig.ended(dyno.engineId)).exit?.status).to.equal(143);
      await rig.engine.removeDyno(dyno.engineId);
    });

    it('keeps the exit status that the main process chose', async () => {
      const {dyno, output} = await rig.start('bash trapping.sh');
      await output.sees('main ready');
      await rig.engine.signalDyno(dyno.engineId, 'SIGTERM');
      expect((await rig.ended(dyno.engineId)).exit?.status).to.equal(3);
      await rig.engine.removeDyno(dyno.engineId);
    });

    it('is not lost on a dyno that has only just started', async () => {
      for (let turn = 0; turn < 5; turn++) {
        const {dyno} = await rig.start('sleep 3600');
        await rig.engine.signalDyno(dyno.engineId, 'SIGTERM');
        expect((await rig.ended(dyno.engineId)).exit?.status).to.equal(143);
        await rig.engine.removeDyno(dyno.engineId);
      }
    });

    it('SIGKILL ends whoever ignored SIGTERM, with status 137', async () => {
      const {dyno, output} = await rig.start('node stubborn.mjs');
      await output.sees('ready');
      await rig.engine.signalDyno(dyno.engineId, 'SIGTERM');
      await output.sees('ignoring SIGTERM');
      await rig.engine.signalDyno(dyno.engineId, 'SIGTERM');
      await until('a second SIGTERM', () => output.stdout.split('ignoring SIGTERM').length > 2 || undefined);
      expect((await rig.look(dyno.engineId))?.running).to.be.true;
      await rig.engine.signalDyno(dyno.engineId, 'SIGKILL');
      const ended = await rig.ended(dyno.engineId);
      await output.ended;
      expect(ended.exit).to.include({status: 137, outOfMemory: false});
      await rig.engine.removeDyno(dyno.engineId);
    });

    it('SIGHUP reaches every process and ends none that handles it', async () => {
      const {dyno, output} = await rig.start(
        'trap "echo main got HUP" HUP; source <(head -4 family.sh | grep -v "^exec"); while :; do sleep 0.05; done',
      );
      for (const member of ['child', 'grandchild']) await output.sees(`${member} ready`);
      await rig.engine.signalDyno(dyno.engineId, 'SIGHUP');
      for (const member of ['main', 'child', 'grandchild']) await output.sees(`${member} got HUP`);
      expect((await rig.look(dyno.engineId))?.running).to.be.true;
      await rig.engine.removeDyno(dyno.engineId);
    });

    it('SIGSTOP halts a dyno and SIGCONT lets it go on', async () => {
      const {dyno, output} = await rig.start('for ((i = 0; ; i++)); do echo tick $i; sleep 0.02; done');
      await output.sees('tick 3');
      await rig.engine.signalDyno(dyno.engineId, 'SIGSTOP');
      await until('silence', async () => {
        const before = output.stdout.length;
        await new Promise((resolve) => setTimeout(resolve, 250));
        return output.stdout.length === before || undefined;
      });
      expect((await rig.look(dyno.engineId))?.running).to.be.true;
      const halted = output.stdout.length;
      await rig.engine.signalDyno(dyno.engineId, 'SIGCONT');
      await until('more ticks', () => output.stdout.length > halted || undefined);

      await rig.engine.signalDyno(dyno.engineId, 'SIGSTOP');
      await rig.engine.signalDyno(dyno.engineId, 'SIGKILL');
      expect((await rig.ended(dyno.engineId)).exit?.status).to.equal(137);
      await rig.engine.removeDyno(dyno.engineId);
    });
  });
}
