import {expect} from 'chai';
import {Semaphore} from '../../../src/engine/docker/semaphore.js';
import {settle} from '../../support/virtual-clock.js';

describe('semaphore', () => {
  it('lets so many run at a time, in order, and goes on after a failure', async () => {
    const semaphore = new Semaphore(2);
    const started: number[] = [];
    const finish: ((error?: Error) => void)[] = [];
    const jobs = [0, 1, 2, 3].map((n) =>
      semaphore.run(
        () =>
          new Promise<number>((resolve, reject) => {
            started.push(n);
            finish[n] = (error) => (error ? reject(error) : resolve(n));
          }),
      ),
    );
    await settle();
    expect(started).to.deep.equal([0, 1]);
    finish[1]!(new Error('failed'));
    expect(await jobs[1]!.catch((error: Error) => error.message)).to.equal('failed');
    await settle();
    expect(started).to.deep.equal([0, 1, 2]);
    finish[0]!();
    finish[2]!();
    await settle();
    finish[3]!();
    expect(await Promise.all([jobs[0], jobs[2], jobs[3]])).to.deep.equal([0, 2, 3]);
  });
});
