import {expect} from 'chai';
import fc from 'fast-check';
import {LineAssembler} from '../../src/logplex/line-assembler.js';

type Line = [text: string, unterminated: boolean];

function assemble(chunks: (string | Buffer)[], {end = true} = {}): Line[] {
  const lines: Line[] = [];
  const assembler = new LineAssembler();
  const onLine = (text: string, unterminated: boolean) => void lines.push([text, unterminated]);
  for (const chunk of chunks) assembler.write(Buffer.from(chunk), onLine);
  if (end) assembler.end(onLine);
  return lines;
}

describe('LineAssembler', () => {
  it('makes a message of each line, empty ones too', () => {
    expect(assemble(['one\n\ntwo\n'])).to.deep.equal([
      ['one', false],
      ['', false],
      ['two', false],
    ]);
  });

  it('joins what comes in pieces, and keeps a carriage return', () => {
    expect(assemble(['on', 'e', '\r\ntw', 'o\nthree\n'])).to.deep.equal([
      ['one\r', false],
      ['two', false],
      ['three', false],
    ]);
  });

  it('waits for the newline; the last words come with the end', () => {
    expect(assemble(['half'], {end: false})).to.deep.equal([]);
    expect(assemble(['half'])).to.deep.equal([['half', true]]);
  });

  it('leaves a line of 10,000 bytes whole and cuts a longer one; inner pieces have no newline of their own', () => {
    expect(assemble(['x'.repeat(10_000) + '\n'])).to.deep.equal([['x'.repeat(10_000), false]]);
    expect(assemble(['x'.repeat(10_001) + '\n'])).to.deep.equal([
      ['x'.repeat(10_000), true],
      ['x', false],
    ]);
    expect(
      assemble(['a'.repeat(10_000), 'b'.repeat(10_000), 'c\nd\n']).map(([text, open]) => [text.length, open]),
    ).to.deep.equal([
      [10_000, true],
      [10_000, true],
      [1, false],
      [1, false],
    ]);
  });

  it('cuts no UTF-8 character, at the limit or at the end of a chunk', () => {
    const line = Buffer.from('x'.repeat(9_998) + '🦊' + 'é\n');
    const whole = [
      ['x'.repeat(9_998), true],
      ['🦊é', false],
    ];
    expect(assemble([line])).to.deep.equal(whole);
    for (const at of [9_999, 10_000, 10_001, 10_003]) {
      expect(assemble([line.subarray(0, at), line.subarray(at)])).to.deep.equal(whole);
    }
  });

  it('cuts what is no UTF-8 at the limit', () => {
    const lines = assemble([Buffer.alloc(10_004, 0x80), '\n']);
    expect(lines.map(([, open]) => open)).to.deep.equal([true, false]);
    expect(lines[0]![0]).to.have.length(10_000);
  });

  it('gives the same lines however the bytes are cut into chunks', () => {
    const text = fc
      .array(
        fc.oneof(
          fc.string({unit: 'grapheme', maxLength: 40}),
          fc.integer({min: 9_990, max: 20_010}).map((n) => 'é'.repeat(n)),
        ),
        {
          maxLength: 6,
        },
      )
      .map((lines) => Buffer.from(lines.map((line) => line.replaceAll('\n', '') + '\n').join('')));
    fc.assert(
      fc.property(text, fc.array(fc.nat({max: 60_000}), {maxLength: 8}), (bytes, cuts) => {
        const points = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
        const chunks = points.slice(1).map((point, i) => bytes.subarray(points[i], point));
        const lines = assemble(chunks);
        expect(lines).to.deep.equal(assemble([bytes]));
        expect(lines.map(([line, open]) => (open ? line : `${line}\n`)).join('')).to.equal(bytes.toString());
        for (const [line] of lines) expect(Buffer.byteLength(line)).to.be.at.most(10_000);
      }),
      {numRuns: 60},
    );
  });

  it('goes on with the unfinished line of an earlier process', () => {
    const lines: Line[] = [];
    const assembler = new LineAssembler(Buffer.from('hel'));
    assembler.write(Buffer.from('lo\n'), (text, unterminated) => void lines.push([text, unterminated]));
    expect(lines).to.deep.equal([['hello', false]]);
  });

  it('does not hold on to the engine’s chunk', () => {
    const assembler = new LineAssembler();
    const chunk = Buffer.from('abc');
    assembler.write(chunk, () => undefined);
    chunk.fill('x');
    expect(assembler.rest!.toString()).to.equal('abc');
  });
});
