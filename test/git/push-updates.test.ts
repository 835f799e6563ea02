import {expect} from 'chai';
import {decidePush, parseUpdates} from '../../src/platform/git/push-updates.js';

const zero = '0'.repeat(40);
const one = '1'.repeat(40);
const two = '2'.repeat(40);
const decide = (...lines: string[]) => decidePush(parseUpdates(lines.map((line) => `${line}\n`).join('')));

describe('what a push means', () => {
  it('is a build of main or master', () => {
    expect(decide(`${zero} ${one} refs/heads/main`)).to.deep.equal({
      kind: 'build',
      ref: 'refs/heads/main',
      commit: one,
      old: zero,
    });
    expect(decide(`${one} ${two} refs/heads/master`, `${zero} ${one} refs/heads/topic`)).to.deep.equal({
      kind: 'build',
      ref: 'refs/heads/master',
      commit: two,
      old: one,
    });
  });

  it('is nothing for other branches and for tags', () => {
    const decision = decide(`${zero} ${one} refs/heads/feature/x`);
    expect(decision).to.have.property('kind', 'accept');
    expect(decision).to.have.property(
      'text',
      'Pushed to non-main branch, skipping build.\nTo deploy this branch to your app, run: git push <remote> feature/x:main\n',
    );
    expect(decide(`${zero} ${one} refs/tags/v1`)).to.deep.equal({kind: 'accept', text: ''});
    expect(decide(`${one} ${zero} refs/heads/topic`)).to.deep.equal({kind: 'accept', text: ''});
  });

  it('is refused for both branches at once, and for their end', () => {
    expect(decide(`${zero} ${one} refs/heads/main`, `${zero} ${one} refs/heads/master`)).to.have.property(
      'kind',
      'reject',
    );
    expect(decide(`${one} ${zero} refs/heads/main`)).to.have.property('kind', 'reject');
  });
});
