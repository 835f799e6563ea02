import {expect} from 'chai';
import {LogplexFrameReader, parseLogplexBody, parseLogplexMessage} from '../../src/model/logplex-frame.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const https = '73 <190>1 2026-11-22T06:11:32.244000+00:00 host app web.1 - Grüße, 世界\n';
const syslog = '70 <158>1 2026-11-22T06:11:32.244000+00:00 d.1 heroku router - - at=info\n';

describe('LogplexFrameReader', () => {
  it('reads both formats', () => {
    expect(parseLogplexBody(bytes(https))).to.deep.equal([
      {
        pri: 190,
        time: '2026-11-22T06:11:32.244000+00:00',
        host: 'host',
        source: 'app',
        process: 'web.1',
        message: 'Grüße, 世界\n',
      },
    ]);
    expect(parseLogplexBody(bytes(syslog))).to.deep.equal([
      {
        pri: 158,
        time: '2026-11-22T06:11:32.244000+00:00',
        host: 'd.1',
        source: 'heroku',
        process: 'router',
        message: 'at=info\n',
      },
    ]);
  });

  it('reads frames however they are cut', () => {
    const whole = bytes(https + syslog + https);
    for (let size = 1; size < whole.length; size += 7) {
      const reader = new LogplexFrameReader();
      const frames = [];
      for (let at = 0; at < whole.length; at += size) frames.push(...reader.read(whole.subarray(at, at + size)));
      expect(frames.map(({process}) => process)).to.deep.equal(['web.1', 'router', 'web.1']);
      expect(reader.pendingBytes).to.equal(0);
    }
  });

  it('keeps a message that begins with a dash, and an empty one', () => {
    expect(parseLogplexMessage('<190>1 t host app web.1 - - list item').message).to.equal('- list item');
    expect(parseLogplexMessage('<190>1 t d.1 app web.1 - - - list item').message).to.equal('- list item');
    expect(parseLogplexMessage('<190>1 t host app web.1 - ').message).to.equal('');
  });

  for (const text of ['GET / HTTP/1.1\r\n', ' 12 x', '12345678 x', '5 hello', `${https}12`, `${https}9 x`]) {
    it(`refuses ${JSON.stringify(text.slice(-20))}`, () => {
      expect(() => parseLogplexBody(bytes(text))).to.throw(SyntaxError);
    });
  }
});
