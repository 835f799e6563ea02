import {Readable} from 'node:stream';
import {expect} from 'chai';
import {readLines, readServerSentEvents} from '../../src/client/streams.js';

const stream = (...chunks: (Buffer | string)[]) =>
  Readable.from(
    chunks.map((chunk) => Buffer.from(chunk)),
    {objectMode: false},
  );

async function all<Item>(batches: AsyncIterable<Item[]>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const items of batches) found.push(...items);
  return found;
}

describe('streams', () => {
  it('splits lines wherever chunks end, also inside a character', async () => {
    const bytes = Buffer.from('grün\r\nrot\n\nlast');
    const chunks = [...bytes].map((byte) => Buffer.from([byte]));
    expect(await all(readLines(stream(...chunks)))).to.deep.equal(['grün', 'rot', '', 'last']);
  });

  it('gives the lines of a chunk at once', async () => {
    const batches: string[][] = [];
    for await (const lines of readLines(stream('a\nb\nc', 'd\n', 'e'))) batches.push(lines);
    expect(batches).to.deep.equal([['a', 'b'], ['cd'], ['e']]);
  });

  it('reads server-sent events', async () => {
    const text = ': hello\nid: 1\ndata: one\n\ndata:two\ndata: lines\n\nevent: x\n\nid\ndata\n\nid: 9\ndata: end';
    expect(await all(readServerSentEvents(stream(text)))).to.deep.equal([
      {id: '1', data: 'one'},
      {id: '1', data: 'two\nlines'},
      {id: '', data: ''},
      {id: '9', data: 'end'},
    ]);
  });
});
