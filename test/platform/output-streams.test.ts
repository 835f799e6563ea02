import {mkdtempSync, readdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect} from 'chai';
import {OutputStreams} from '../../src/platform/streams/output-streams.js';

const TRUNCATED = '\n !     Output truncated: of more than 1 MB the beginning is not kept.\n';

describe('output of builds and release commands', () => {
  let folder: string;
  let streams: OutputStreams;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'dyno-streams-'));
    streams = new OutputStreams(folder, 20);
  });
  afterEach(() => rmSync(folder, {recursive: true, force: true}));

  async function all(id: string): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of streams.read(id)) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  }

  it('is read while it grows, from where the reader is, and whole when it has ended', async () => {
    const id = streams.create();
    streams.append(id, 'one ');
    const reading = all(id);
    await new Promise(setImmediate);
    streams.append(id, 'two');
    streams.end(id);
    expect(await reading).to.equal('one two');
    expect(await all(id)).to.equal('one two');
  });

  it('keeps the end of what is too long, in steps of half of the limit, and says so', async () => {
    const id = streams.create();
    for (const digit of '1234') streams.append(id, digit.repeat(10));
    streams.end(id);
    expect(await all(id)).to.equal(`${TRUNCATED}${'3'.repeat(10)}${TRUNCATED}${'4'.repeat(10)}`);
    expect(readdirSync(folder)).to.have.length(2);
    streams.delete(id);
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it('up to its limit it is whole', async () => {
    const id = streams.create();
    for (const digit of '12') streams.append(id, digit.repeat(10));
    streams.end(id);
    expect(await all(id)).to.equal('1'.repeat(10) + '2'.repeat(10));
  });

  it('whoever follows it gets all of it, also what is not kept', async () => {
    const id = streams.create();
    let text = '';
    const following = (async () => {
      for await (const chunk of streams.read(id)) text += chunk.toString();
    })();
    let expected = '';
    for (const digit of '123456') {
      streams.append(id, digit.repeat(10));
      expected += (digit > '2' ? TRUNCATED : '') + digit.repeat(10);
      while (text !== expected) await new Promise(setImmediate);
    }
    streams.end(id);
    await following;
    expect(text).to.equal(expected);
  });
});
