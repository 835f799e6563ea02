import {expect} from 'chai';
import {limitsOf} from '../../src/model/app-limits.js';
import {limits} from '../../src/model/limits.js';

describe('limits of an app', () => {
  it('are the table', () => {
    expect(limitsOf(undefined)).to.equal(limits);
    expect(limitsOf({})).to.equal(limits);
  });

  it('with its overrides, in the unit of the table', () => {
    const own = limitsOf({bootTimeoutMs: 90_000, nonsense: 1});
    expect(own.bootTimeoutMs).to.equal(90_000);
    expect(own.exitTimeoutMs).to.equal(limits.exitTimeoutMs);
    expect(own).not.to.have.property('nonsense');
  });

  it('where a number caps a list', () => {
    expect(limitsOf({crashBackoffMs: 5000}).crashBackoffMs).to.deep.equal([0, 5000, 5000, 5000, 5000, 5000]);
  });
});
