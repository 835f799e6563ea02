import {expect} from 'chai';
import {byGuard, proveApart} from '../../../src/engine/docker/space/common-guard.js';
import type {AbilityFact} from '../../../src/engine/engine.js';

/** An engine that does not keep dynos apart by itself. `loaded`: the guard is there from before. */
function openEngine(loaded: boolean) {
  const steps: string[] = [];
  return {
    steps,
    probe: (): Promise<AbilityFact> => {
      steps.push('probe');
      return Promise.resolve(loaded ? {holds: true} : {holds: false, why: 'reached'});
    },
    guard: () => {
      steps.push('guard');
      loaded = true;
      return Promise.resolve();
    },
  };
}

describe("guard of a Common Runtime, and the probe's word", () => {
  it('is tried where the probe says no', async () => {
    const {probe, guard, steps} = openEngine(false);
    expect(byGuard(await proveApart(probe, guard))).to.equal(true);
    expect(steps).to.deep.equal(['probe', 'guard', 'probe']);
  });

  it('goes first where it was needed before: while it is still loaded the probe would praise the engine', async () => {
    const {probe, guard, steps} = openEngine(true);
    expect(byGuard(await proveApart(probe, guard, true))).to.equal(true);
    expect(steps).to.deep.equal(['guard', 'probe']);
  });

  it('is missed aloud where it was needed and cannot be loaded', async () => {
    const {probe} = openEngine(true);
    const fact = await proveApart(probe, () => Promise.reject(new Error('no nft here')), true);
    expect(fact).to.deep.equal({holds: false, why: 'Dynos may reach each other: no nft here'});
  });
});
