import {expect} from 'chai';
import {layoutFields, layoutObject, layoutTable, quoteForShell} from '../../src/cli/layout.js';
import {maskCredentials} from '../../src/cli/mask.js';
import {formatSize} from '../../src/cli/size.js';

describe('layout', () => {
  it('aligns keys, sorts them or not, leaves out what is empty', () => {
    const values = {Zone: 'z', 'A long key': ['one', 'two'], None: null, Empty: [], Off: false, Text: ''};
    expect(layoutFields(values)).to.deep.equal([
      'Zone:       z',
      'A long key: one',
      '            two',
      'Off:        false',
      'Text:       ',
    ]);
    expect(layoutObject({b: 1, a: 2})).to.deep.equal(['a: 2', 'b: 1']);
  });

  it('pads columns by what a terminal shows', () => {
    const rows = [
      {name: '\u001b[35mweb\u001b[39m', size: 'Größe'},
      {name: 'worker', size: 'x'},
    ];
    const columns = [
      {head: 'Name', cell: (row: (typeof rows)[number]) => row.name},
      {head: 'Size', cell: (row: (typeof rows)[number]) => row.size},
    ];
    expect(layoutTable(rows, columns)).to.deep.equal([
      'Name    Size',
      '──────  ─────',
      '\u001b[35mweb\u001b[39m     Größe',
      'worker  x',
    ]);
    expect(layoutTable([], columns)).to.deep.equal(['Name  Size', '────  ────']);
  });

  it('quotes for a shell only what needs it', () => {
    expect(['plain-1.2', 'two words', "it's", ''].map(quoteForShell)).to.deep.equal([
      'plain-1.2',
      "'two words'",
      `'it'\\''s'`,
      "''",
    ]);
  });

  it('names sizes as the official CLI does', () => {
    expect([0, 1023, 1024, 38_400_000, 5 * 1024 ** 3].map(formatSize)).to.deep.equal([
      '0 B',
      '1023 B',
      '1 KB',
      '37 MB',
      '5 GB',
    ]);
  });

  it('hides credentials, whatever they hold', () => {
    expect(maskCredentials('https://user:p@ss@host/x?a=b@c')).to.equal('https://****@host/x?a=b@c');
    expect(maskCredentials('syslog+tls://token@host:6514')).to.equal('syslog+tls://****@host:6514');
    expect(maskCredentials('https://host/me@home')).to.equal('https://host/me@home');
  });
});
