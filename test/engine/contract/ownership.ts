import {expect} from 'chai';
import {Recorder} from './recorder.js';
import type {Rig} from './rig.js';

export function ownershipChapter(rig: Rig): void {
  describe('ownership', () => {
    it('lets a second engine object adopt what the first one left running', async () => {
      const first = rig.another();
      await first.open();
      const {dyno, output} = await rig.start(
        'node server.mjs',
        {name: 'web.7', port: 31_501, timeToLiveMs: 3_600_000},
        first,
      );
      await output.sees('listening');
      await first.close();

      const second = rig.another();
      await second.open();
      const adopted = await rig.look(dyno.engineId, second);
      expect(adopted).to.deep.equal(dyno).and.include({timeToLiveMs: 3_600_000});
      const answer = await fetch(`http://${adopted!.endpoint!.host}:${adopted!.endpoint!.port}/`);
      expect(await answer.text()).to.equal('dyno web.7\n');
      expect(await second.isBound(dyno.engineId)).to.be.true;
      expect((await second.usageOf(dyno.engineId))!.rss).to.be.greaterThan(0);

      const late = new Recorder();
      await second.followDyno(dyno.engineId, output.cursor, late);
      await second.signalDyno(dyno.engineId, 'SIGTERM');
      await late.ended;
      expect(output.stdout + late.stdout).to.equal('listening\nserver got SIGTERM\n');
      expect((await rig.ended(dyno.engineId, second)).exit).to.include({status: 0});
      await second.removeDyno(dyno.engineId);
      await second.close();
    });

    it('settles a dyno that ended while nobody looked', async () => {
      const first = rig.another();
      await first.open();
      const {dyno} = await rig.start('sleep 0.3; echo last words; exit 11', {}, first);
      await first.close();
      const ended = await rig.ended(dyno.engineId);
      expect(ended.exit?.status).to.equal(11);
      const late = new Recorder();
      await rig.engine.followDyno(dyno.engineId, null, late);
      await late.ended;
      expect(late.stdout).to.equal('last words\n');
      await rig.engine.removeDyno(dyno.engineId);
    });

    it('sees only dynos of its own owner and runtime; images of all runtimes of the owner', async () => {
      const {dyno} = await rig.start('sleep 3600');
      const stranger = rig.another({owner: `${rig.owner}-stranger`});
      const neighbour = rig.another({runtime: 'eu'});
      for (const other of [stranger, neighbour]) {
        await other.open();
        expect(await other.listDynos()).to.deep.equal([]);
      }
      expect((await neighbour.listImages()).map(({image}) => image)).to.include(rig.image);
      expect(await stranger.listImages()).to.deep.equal([]);
      expect((await rig.look(dyno.engineId))?.running).to.be.true;
      await rig.engine.removeDyno(dyno.engineId);
      for (const other of [stranger, neighbour]) await other.close();
    });
  });
}
