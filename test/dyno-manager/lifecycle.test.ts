import {expect} from 'chai';
import {canHappen, isStaying, transition} from '../../src/dyno-manager/lifecycle.js';
import type {Happening, Phase} from '../../src/dyno-manager/lifecycle.js';

const phases: Phase[] = ['launching', 'withdrawn', 'starting', 'up', 'draining', 'stopping', 'killing', 'ended'];

describe('phases of a dyno', () => {
  const path = (...happenings: Happening[]) => happenings.reduce<Phase>(transition, 'launching');

  it('an ordinary life', () => {
    expect(path('launched', 'bound', 'retired', 'drained', 'exited')).to.equal('ended');
  });

  it('boot timeout, exit timeout, a launch that fails, a launch that nobody wants any more', () => {
    expect(path('launched', 'killed', 'exited')).to.equal('ended');
    expect(path('launched', 'bound', 'terminated', 'killed')).to.equal('killing');
    expect(path('failed')).to.equal('ended');
    expect(path('retired', 'launched')).to.equal('stopping');
  });

  it('whatever has a process can exit, and nothing comes after the end', () => {
    for (const phase of phases) expect(canHappen(phase, 'exited')).to.equal(phase !== 'ended');
    const all: Happening[] = ['launched', 'failed', 'bound', 'retired', 'drained', 'terminated', 'killed', 'exited'];
    for (const happening of all) expect(() => transition('ended', happening)).to.throw(/ended cannot be/);
  });

  it('refuses nonsense', () => {
    expect(() => transition('launching', 'bound')).to.throw('A dyno that is launching cannot be bound');
    expect(() => transition('stopping', 'bound')).to.throw();
    expect(() => transition('up', 'launched')).to.throw();
  });

  it('stays until it is told to go', () => {
    expect(phases.filter(isStaying)).to.deep.equal(['launching', 'starting', 'up']);
  });
});
