import {expect} from 'chai';
import fc from 'fast-check';
import {BodyReader} from '../../src/router/http1/body-reader.js';

function readAll(kind: 'length' | 'chunked' | 'close', length: number, pieces: Buffer[]) {
  const body = new BodyReader(1000);
  body.start(kind, length);
  let content = '';
  let taken = 0;
  for (const piece of pieces) {
    taken += body.read(piece, 0, piece.length, (from, to) => (content += piece.toString('latin1', from, to)));
  }
  return {done: body.done, failed: body.failed, content, taken, payload: body.payload, trailers: body.trailers};
}

/** Cuts `bytes` at the given places. */
function cut(bytes: Buffer, places: number[]): Buffer[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...ends].map((from, index) => bytes.subarray(from, ends[index] ?? bytes.length));
}

const content = fc.array(fc.uint8Array({minLength: 1, maxLength: 40}), {maxLength: 6});
const places = fc.array(fc.nat(500), {maxLength: 12});

describe('BodyReader', () => {
  it('finds the same content and end however the bytes are cut', () => {
    fc.assert(
      fc.property(content, places, fc.boolean(), (chunks, cuts, withTrailer) => {
        const framed = Buffer.concat([
          ...chunks.flatMap((chunk) => [
            Buffer.from(`${chunk.length.toString(16)};x=y\r\n`),
            chunk,
            Buffer.from('\r\n'),
          ]),
          Buffer.from(withTrailer ? '0\r\nX-Sum: 1\r\n\r\n' : '0\r\n\r\n'),
        ]);
        const behind = Buffer.from('GET / HTTP/1.1\r\n');
        const result = readAll('chunked', 0, cut(Buffer.concat([framed, behind]), cuts));
        const expected = Buffer.concat(chunks).toString('latin1');
        expect(result).to.deep.equal({
          done: true,
          failed: false,
          content: expected,
          taken: framed.length,
          payload: expected.length,
          trailers: withTrailer ? ['X-Sum: 1'] : [],
        });
      }),
    );
  });

  it('takes exactly the announced length', () => {
    const result = readAll('length', 5, [Buffer.from('he'), Buffer.from('llo, and more')]);
    expect(result).to.include({done: true, content: 'hello', taken: 5});
    expect(readAll('length', 5, [Buffer.from('he')]).done).to.equal(false);
  });

  it('takes all there is until the end', () => {
    expect(readAll('close', 0, [Buffer.from('a'), Buffer.from('b')])).to.include({
      done: false,
      content: 'ab',
      taken: 2,
    });
  });

  for (const bad of [
    'x\r\n',
    '\r\n',
    ' 3\r\nabc\r\n',
    '3 \r\nabc\r\n',
    '+3\r\nabc\r\n',
    '0x3\r\nabc\r\n',
    '-1\r\n',
    '3\nabc\r\n',
    '3\r\nabcd\r\n',
    '3\r\nabc\n',
    '3\r\r\nabc\r\n',
    '3;a\nb\r\nabc\r\n',
    '3;a\0b\r\nabc\r\n',
    `3;${'e'.repeat(2000)}\r\n`,
    'fffffffffffffff\r\n',
    '00000000000000000003\r\nabc\r\n',
    '0\r\nX-Sum: 1\n\r\n',
    '0\r\n folded\r\n\r\n',
    '0\r\nno colon\r\n\r\n',
    '0\r\nX : y\r\n\r\n',
    '0\r\nContent-Length: 5\r\n\r\n',
    '0\r\nTransfer-Encoding: chunked\r\n\r\n',
    '0\r\nHost: evil\r\n\r\n',
    `0\r\n${'X: y\r\n'.repeat(300)}\r\n`,
  ]) {
    it(`refuses ${JSON.stringify(bad.slice(0, 40))}`, () => {
      const whole = Buffer.from(bad, 'latin1');
      expect(readAll('chunked', 0, [whole]).failed, 'whole').to.equal(true);
      expect(
        readAll(
          'chunked',
          0,
          [...whole].map((byte) => Buffer.from([byte])),
        ).failed,
        'byte by byte',
      ).to.equal(true);
    });
  }
});
