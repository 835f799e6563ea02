import {Readable} from 'node:stream';
import {expect} from 'chai';
import {encodeLogChunk, readLogChunks} from '../../src/runtime/log-chunks.js';

const chunks = [
  {lastId: '7', text: 'one\ntwo\n'},
  {lastId: '1008', text: 'Grüße 世界\n'.repeat(50)},
  {lastId: '1009', text: '\n'},
];
const whole = Buffer.concat(chunks.map(({lastId, text}) => encodeLogChunk({lastId, text: Buffer.from(text)})));

async function readIn(pieceBytes: number, bytes = whole): Promise<{lastId: string; text: string}[]> {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) pieces.push(bytes.subarray(at, at + pieceBytes));
  const found = [];
  for await (const {lastId, text} of readLogChunks(Readable.from(pieces) as AsyncIterable<Buffer>))
    found.push({lastId, text: Buffer.from(text).toString()});
  return found;
}

describe('log chunks', () => {
  it('are the id of their last message, their bytes, and their text', () => {
    expect(encodeLogChunk({lastId: '12', text: Buffer.from('a\n')}).toString()).to.equal('12 2\na\n');
  });

  for (const size of [1, 2, 3, 7, 64, whole.length]) {
    it(`are read from pieces of ${size} bytes`, async () => {
      expect(await readIn(size)).to.deep.equal(chunks);
    });
  }

  it('are whole: what is cut off by the end of the stream is not passed on', async () => {
    expect(await readIn(20, whole.subarray(0, -2))).to.deep.equal(chunks.slice(0, 2));
  });
});
