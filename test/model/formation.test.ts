import {expect} from 'chai';
import {DynoError} from '../../src/model/error.js';
import {changeFormation, parseScaleArgument, sizeForOneOff} from '../../src/model/formation.js';
import type {Formation, FormationChange} from '../../src/model/formation.js';

const types = ['web', 'worker', 'clock', 'my-type'];
const change = (formation: Formation, argument: string | FormationChange, runtime: 'common' | 'space' = 'common') =>
  changeFormation(formation, [typeof argument === 'string' ? parseScaleArgument(argument) : argument], {
    runtime,
    processTypes: types,
  });

function refusal(act: () => unknown): DynoError {
  try {
    act();
  } catch (error) {
    expect(error).to.be.instanceOf(DynoError);
    return error as DynoError;
  }
  throw new Error('not refused');
}

/** heroku-behaviour.md 2.12 */
describe('formation', () => {
  describe('scale arguments', () => {
    const cases: [string, FormationChange][] = [
      ['web=3', {type: 'web', quantity: 3}],
      ['worker+1', {type: 'worker', quantity: {by: 1}}],
      ['clock-2', {type: 'clock', quantity: {by: -2}}],
      ['web=2:standard-2x', {type: 'web', quantity: 2, size: 'standard-2x'}],
      ['my-type=1', {type: 'my-type', quantity: 1}],
      ['my-type-1', {type: 'my-type', quantity: {by: -1}}],
      ['web=0', {type: 'web', quantity: 0}],
    ];
    for (const [argument, expected] of cases) {
      it(argument, () => expect(parseScaleArgument(argument)).to.deep.equal(expected));
    }

    for (const nonsense of ['web', 'web=', 'web=-1', 'web=1.5', 'web=x', '=3', 'web 3', 'web=3:', 'web=1e3', '']) {
      it(`refuses ${JSON.stringify(nonsense)}`, () => {
        const error = refusal(() => parseScaleArgument(nonsense));
        expect(error.code).to.equal('formation_invalid');
        expect(error.message.startsWith(nonsense)).to.equal(true);
      });
    }
  });

  describe('changes', () => {
    it('start from nothing at the default size', () => {
      expect(change({}, 'web=3')).to.deep.equal({web: {quantity: 3, size: 'Standard-1X'}});
      expect(change({}, 'web=3', 'space')).to.deep.equal({web: {quantity: 3, size: 'Private-S'}});
    });

    it('add and take away, never below 0', () => {
      const formation = {worker: {quantity: 2, size: 'Standard-1X'}};
      expect(change(formation, 'worker+3')['worker']!.quantity).to.equal(5);
      expect(change(formation, 'worker-9')['worker']!.quantity).to.equal(0);
    });

    it('keep what they do not name', () => {
      const formation = {web: {quantity: 2, size: 'Standard-2X'}};
      expect(change(formation, {type: 'web', size: 'performance-m'})).to.deep.equal({
        web: {quantity: 2, size: 'Performance-M'},
      });
      expect(formation.web.size).to.equal('Standard-2X');
    });

    it('give a new type the size of an eco or basic app', () => {
      expect(change({web: {quantity: 1, size: 'Basic'}}, 'worker=1')['worker']!.size).to.equal('Basic');
      expect(change({web: {quantity: 1, size: 'Performance-M'}}, 'worker=1')['worker']!.size).to.equal('Standard-1X');
    });

    it('give a type that is started the size of the app, where its own does not mix with that', () => {
      const was = (size: string) => ({worker: {quantity: 0, size}});
      const sizeOf = (web: string, own: string) =>
        change({web: {quantity: 1, size: web}, ...was(own)}, 'worker=1')['worker']!.size;
      expect(sizeOf('Eco', 'Standard-1X')).to.equal('Eco');
      expect(sizeOf('Standard-2X', 'Basic')).to.equal('Standard-2X');
      expect(sizeOf('Standard-1X', 'Performance-L')).to.equal('Performance-L');
      expect(change(was('Basic'), 'worker=1')['worker']!.size).to.equal('Basic');
    });

    it('may take an app from one tier to another as a whole', () => {
      const eco = {web: {quantity: 1, size: 'Eco'}, worker: {quantity: 1, size: 'Eco'}};
      const changes = [
        {type: 'web', size: 'standard-1x'},
        {type: 'worker', size: 'standard-1x'},
      ];
      const after = changeFormation(eco, changes, {runtime: 'common', processTypes: types});
      expect(Object.values(after).map(({size}) => size)).to.deep.equal(['Standard-1X', 'Standard-1X']);
    });
  });

  describe('refuses, and says why', () => {
    const eco = {web: {quantity: 1, size: 'Eco'}};
    const cases: [string, () => unknown, RegExp][] = [
      ['more than 100 dynos', () => change({}, 'web=101'), /Cannot update to more than 100 /],
      [
        'more than 100 dynos in all',
        () => change({web: {quantity: 60, size: 'Standard-1X'}}, 'worker=41'),
        /Cannot update to more than 100 dynos per app/,
      ],
      ['two eco dynos of a type', () => change(eco, 'web=2'), /more than 1 Eco size dynos per process type/],
      [
        'three eco dynos',
        () => change({...eco, worker: {quantity: 1, size: 'Eco'}}, 'clock=1'),
        /more than 2 Eco size dynos/,
      ],
      ['eco and standard', () => change(eco, 'worker=1:standard-1x'), /Cannot mix Eco and Standard-1X dynos/],
      [
        'basic and performance',
        () => change({web: {quantity: 1, size: 'Performance-M'}}, 'worker=1:basic'),
        /Cannot mix/,
      ],
      ['eco and basic', () => change(eco, 'worker=1:basic'), /Cannot mix/],
      ['an unknown size', () => change({}, 'web=1:huge'), /There is no dyno size huge.*standard-1x/],
      [
        'a private size outside a space',
        () => change({}, 'web=1:private-s'),
        /Private-S dynos do not run in the Common/,
      ],
      ['a common size in a space', () => change({}, 'web=1:standard-1x', 'space'), /do not run in a private space/],
      ['eleven of a large size', () => change({}, 'web=11:performance-l'), /more than 10 Performance-L size dynos/],
      ['an unknown process type', () => change({}, 'bot=1'), /Couldn't find that process type \(bot\)/],
      ['half a dyno', () => change({}, {type: 'web', quantity: 1.5}), /whole number/],
      ['fewer than none', () => change({}, {type: 'web', quantity: -1}), /whole number/],
    ];
    for (const [what, act, message] of cases) it(what, () => expect(refusal(act).message).to.match(message));

    it('anything of an app without code', () => {
      const act = () => changeFormation({}, [{type: 'web', quantity: 1}], {runtime: 'common', processTypes: null});
      expect(refusal(act).code).to.equal('process_type_unknown');
    });
  });

  it('one-off dynos: standard-1x, or the size of an eco or basic app', () => {
    expect(sizeForOneOff({web: {quantity: 1, size: 'Performance-L'}}, 'common')).to.equal('Standard-1X');
    expect(sizeForOneOff({web: {quantity: 0, size: 'Eco'}}, 'common')).to.equal('Eco');
    expect(sizeForOneOff({}, 'space')).to.equal('Private-S');
  });
});
