import {expect} from 'chai';
import {WriteTurn} from '../../src/router/write-turn.js';

describe('write turn', () => {
  const endOfTurn = () => new Promise((resolve) => setImmediate(resolve));

  it('lets go at the end of the turn, in order, and of what is added meanwhile in the next', async () => {
    const sent: string[] = [];
    const turn = new WriteTurn(() => undefined);
    const sender = (name: string, more = () => undefined as void) => ({sendNow: () => void (sent.push(name), more())});
    turn.add(sender('first', () => turn.add(sender('third'))));
    turn.add(sender('second'));
    expect(sent).to.deep.equal([]);
    await endOfTurn();
    expect(sent).to.deep.equal(['first', 'second']);
    await endOfTurn();
    expect(sent).to.deep.equal(['first', 'second', 'third']);
  });

  it('one that fails is reported and hurts no other', async () => {
    const [reported, sent]: [unknown[], string[]] = [[], []];
    const turn = new WriteTurn((error) => reported.push(error));
    const mistake = new Error('a mistake');
    turn.add({
      sendNow: () => {
        throw mistake;
      },
    });
    turn.add({sendNow: () => void sent.push('other')});
    await endOfTurn();
    expect([reported, sent]).to.deep.equal([[mistake], ['other']]);
  });
});
