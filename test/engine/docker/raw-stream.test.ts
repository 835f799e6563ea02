import {expect} from 'chai';
import {FrameReader} from '../../../src/engine/docker/raw-stream.js';

function frame(stream: number, text: string): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

describe('frames of an attached container', () => {
  const whole = Buffer.concat([frame(1, 'hello\n'), frame(2, 'oh no\n'), frame(1, ''), frame(1, 'ünd\n')]);

  for (const size of [1, 3, 8, 9, 1000]) {
    it(`are put together from chunks of ${size} bytes`, () => {
      const text = {stdout: '', stderr: ''};
      let ends = 0;
      const pieces = {stdout: [] as Buffer[], stderr: [] as Buffer[]};
      const reader = new FrameReader((piece, stream, last) => {
        pieces[stream].push(Buffer.from(piece));
        if (last) ends++;
      });
      for (let at = 0; at < whole.length; at += size) reader.read(whole.subarray(at, at + size));
      for (const stream of ['stdout', 'stderr'] as const) text[stream] = Buffer.concat(pieces[stream]).toString();
      expect(text).to.deep.equal({stdout: 'hello\nünd\n', stderr: 'oh no\n'});
      expect(ends).to.equal(3);
    });
  }
});
