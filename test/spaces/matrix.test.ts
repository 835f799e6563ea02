import {expect} from 'chai';
import {readFileSync} from 'node:fs';
import {cells, expected, expectedExit, exitTable, matrixTable, parties} from './expected.js';

const page = readFileSync(new URL('../../../docs/isolation.md', import.meta.url), 'utf8');

/** Columns are aligned by the formatter. */
const plain = (text: string) => text.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---');

describe('docs/isolation.md', () => {
  it('shows the tables that the isolation matrix asserts', () => {
    expect(plain(page)).to.include(plain(matrixTable(expected)));
    expect(plain(page)).to.include(plain(exitTable(expectedExit)));
  });
});

describe('the isolation matrix', () => {
  it('allows nothing between runtimes, and nothing into any from outside', () => {
    const inward = cells().filter(({from, to}) => from.kind !== 'host' && from.runtime !== to.runtime);
    expect(inward.length).to.be.greaterThan(120);
    expect(inward.filter(({verdict}) => verdict === 'allowed')).to.deep.equal([]);
  });

  it('has every kind of party', () => {
    expect(new Set(parties.map(({kind}) => kind))).to.deep.equal(
      new Set(['common', 'space', 'data', 'outside', 'host']),
    );
  });
});
