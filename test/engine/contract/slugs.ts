import {createHash, randomUUID} from 'node:crypto';
import {Readable} from 'node:stream';
import {text} from 'node:stream/consumers';
import {expect} from 'chai';
import type {DynoError} from '../../../src/model/error.js';
import type {Rig} from './rig.js';

export function slugChapter(rig: Rig): void {
  describe('slugs', () => {
    it('makes a release image of a slug and tells what is in it', async () => {
      const tgz = rig.packSlug({Procfile: 'web: bin/hello\n', 'bin/hello': '#!/usr/bin/env bash\necho hi\n'});
      const slug = {id: randomUUID(), appId: rig.appId, app: 'probe', stack: rig.stack};
      const result = await rig.engine.importSlug(slug, Readable.from([tgz]));
      expect(result).to.include({procfile: 'web: bin/hello\n', size: tgz.length});
      if (result.checksum) expect(result.checksum).to.equal(`SHA256:${createHash('sha256').update(tgz).digest('hex')}`);
      const listed = (await rig.engine.listImages()).find(({image}) => image === result.image);
      expect(listed).to.include({appId: rig.appId});

      const {output} = await rig.run('bin/hello', {image: result.image});
      expect(output.stdout).to.equal('hi\n');

      await rig.engine.removeImage(result.image);
      await rig.engine.removeImage(result.image);
      expect((await rig.engine.listImages()).map(({image}) => image)).to.not.include(result.image);
    });

    it('starts dynos of one slug that do not see what the others change', async () => {
      const {dyno, output} = await rig.start('echo mine >Procfile; rm bin/hello; echo done; sleep 3600');
      await output.sees('done');
      const other = await rig.run('bin/hello; echo its >>Procfile');
      expect(other.output.stdout).to.equal('hello from the slug\n');
      const inside = await rig.engine.execDyno(dyno.engineId, {command: 'cat Procfile; ls bin', env: {}, tty: null});
      expect(await text(inside.output)).to.equal('mine\n');
      await rig.engine.removeDyno(dyno.engineId);
    });

    it('lets a dyno run on whose release image is removed, and keeps nothing of that image after it', async () => {
      const tgz = rig.packSlug({Procfile: 'web: x\n', note: 'still here\n'});
      const slug = {id: randomUUID(), appId: rig.appId, app: 'probe', stack: rig.stack};
      const {image} = await rig.engine.importSlug(slug, Readable.from([tgz]));
      const {dyno, output} = await rig.start('until [ -e go ]; do sleep 0.02; done; cat note', {image});
      await rig.engine.removeImage(image);
      expect((await rig.engine.listImages()).map((listed) => listed.image)).to.not.include(image);
      const session = await rig.engine.execDyno(dyno.engineId, {command: 'touch go', env: {}, tty: null});
      await session.exited;
      await output.ended;
      expect(output.stdout).to.equal('still here\n');
      await rig.engine.removeDyno(dyno.engineId);
    });

    it('reads a slug back in the form it came in', async () => {
      const pieces: Buffer[] = [];
      for await (const piece of await rig.engine.exportSlug(rig.image)) pieces.push(piece as Buffer);
      const again = await rig.engine.importSlug(
        {id: randomUUID(), appId: rig.appId, app: 'probe', stack: rig.stack},
        Readable.from(pieces),
      );
      const {output} = await rig.run('bin/hello; echo $PROFILE_ORDER', {image: again.image});
      expect(output.stdout).to.equal('hello from the slug\n12ap\n');
      await rig.engine.removeImage(again.image);
    });

    it('a slug that is not what was built does not start', async () => {
      const slug = {id: randomUUID(), appId: rig.appId, app: 'probe', stack: rig.stack};
      const packed = rig.packSlug({Procfile: 'web: x\n'});
      const {image, checksum} = await rig.engine.importSlug(slug, Readable.from([packed]));
      expect((await rig.run('cat Procfile', {image, checksum: checksum!})).output.stdout).to.equal('web: x\n');
      const wrong = `SHA256:${'0'.repeat(64)}`;
      const failure = await rig.start('true', {image, checksum: wrong}).then(
        () => undefined,
        (error: DynoError) => error,
      );
      expect(failure?.code).to.equal('checksum_mismatch');
      expect(failure?.details).to.deep.include({expected: wrong, actual: checksum});
      await rig.engine.removeImage(image);
    });

    it('refuses what is no slug, and keeps nothing of it', async () => {
      const before = (await rig.engine.listImages()).length;
      for (const rubbish of [Buffer.from('this is no archive'), rig.packSlug(largeApp()).subarray(0, 700)]) {
        const failure = await rig.engine
          .importSlug({id: randomUUID(), appId: rig.appId, app: 'probe', stack: rig.stack}, Readable.from([rubbish]))
          .then(
            () => undefined,
            (error: unknown) => error,
          );
        expect(failure).to.have.property('code', 'slug_invalid');
      }
      expect(await rig.engine.listImages()).to.have.length(before);
    });
  });
}

function largeApp(): Record<string, string> {
  const text = Array.from({length: 3000}, () => randomUUID()).join('\n');
  return {Procfile: 'web: true\n', 'data.txt': text};
}
