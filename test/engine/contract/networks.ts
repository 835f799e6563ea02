import {expect} from 'chai';
import type {Rig} from './rig.js';

export function networkChapter(rig: Rig): void {
  describe('networks', () => {
    it('ensures a network that is there and removes one that is not', async () => {
      await rig.engine.ensureNetwork({name: rig.network, kind: 'common'});
      await rig.engine.removeNetwork(`${rig.network}-absent`);
    });

    it('keeps dynos of the Common Runtime apart', async function () {
      if (!rig.has('dyno-isolation')) return this.skip();
      const web = await rig.start('node server.mjs', {name: 'web.1', port: 31_401});
      await web.output.sees('listening');
      const {output} = await rig.run(
        `timeout 3 bash -c 'exec 3<>/dev/tcp/${web.dyno.address}/31401' && echo reached || echo refused`,
      );
      expect(output.stdout).to.equal('refused\n');
      await rig.engine.removeDyno(web.dyno.engineId);
    });

    it('gives a space a network of its own, with names', async function () {
      const space = {name: `${rig.network}-space`, kind: 'space' as const, subnet: '10.213.87.0/24'};
      if (!rig.has('spaces')) {
        const failure = await rig.engine.ensureNetwork(space).then(
          () => undefined,
          (error: unknown) => error,
        );
        expect(failure).to.have.property('code', 'unsupported');
        return;
      }
      await rig.engine.ensureNetwork(space);
      await rig.engine.ensureNetwork(space);
      const web = await rig.start('node server.mjs', {
        name: 'web.1',
        port: 31_402,
        network: space.name,
        aliases: ['1.web.probe.app.localspace', 'web.probe.app.localspace'],
      });
      await web.output.sees('listening');
      expect(web.dyno.address).to.match(/^10\.213\.87\./);
      const ask = (host: string, seconds: number) =>
        `timeout ${seconds} node -e '${fetchText}' http://${host}:31402 || echo unreachable`;
      const inside = await rig.run(ask('1.web.probe.app.localspace', 30), {network: space.name});
      expect(inside.output.stdout).to.equal('dyno web.1\n');
      const outside = await rig.run(ask(web.dyno.address!, 3));
      expect(outside.output.stdout).to.equal('unreachable\n');
      await rig.engine.removeDyno(web.dyno.engineId);
      await rig.engine.removeNetwork(space.name);
      await rig.engine.removeNetwork(space.name);
    });
  });
}

const fetchText =
  'fetch(process.argv[1]).then((answer) => answer.text()).then((text) => process.stdout.write(text), () => process.exit(1))';
