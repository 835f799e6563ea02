import {expect} from 'chai';
import fc from 'fast-check';
import {HeaderNames} from '../../src/router/http1/header-names.js';
import {HeadReader} from '../../src/router/http1/head-reader.js';
import {parseRequestHead} from '../../src/router/http1/parse-request.js';
import {parseResponseHead} from '../../src/router/response-head.js';
import {routerLimits} from '../../src/router/router-limits.js';

const limits = routerLimits('common');
const names = new HeaderNames();
const token = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,20}$/);
const value = fc.stringMatching(/^([!-~]([ -~]{0,20}[!-~])?)?$/);

describe('HeadReader', () => {
  const bounds = {firstLineBytes: 100, lineBytes: 50, headBytes: 1000};

  it('finds the head however the bytes are cut', () => {
    const head = 'GET / HTTP/1.1\r\nHost: a\r\nB: c\r\n\r\n';
    fc.assert(
      fc.property(fc.array(fc.nat(head.length - 1), {maxLength: 8}), (places) => {
        const reader = new HeadReader(bounds);
        const cuts = [...new Set(places)].sort((a, b) => a - b);
        const bytes = Buffer.from(head + 'rest');
        let end = -1;
        let from = 0;
        for (const to of [...cuts, bytes.length]) {
          if (to === from) continue;
          end = reader.read(bytes.subarray(from, to), 0, to - from);
          if (end >= 0) break;
          from = to;
        }
        expect(from + end).to.equal(head.length);
        expect(reader.text).to.equal(head.slice(0, -2));
        expect(reader.started).to.equal(false);
      }),
    );
  });

  for (const [name, excess, bytes] of [
    ['an endless first line', 'first line too long', 'G'.repeat(200)],
    ['an endless line', 'line too long', `GET / HTTP/1.1\r\n${'h'.repeat(60)}`],
    ['a complete line that is too long', 'line too long', `GET / HTTP/1.1\r\n${'h'.repeat(60)}\r\nA`],
    ['an endless head', 'head too long', `GET / HTTP/1.1\r\n${'A: b\r\n'.repeat(200)}`],
    ['a bare LF', 'bare LF', 'GET / HTTP/1.1\nHost: a'],
  ] as const) {
    it(`gives up on ${name}`, () => {
      const reader = new HeadReader(bounds);
      let result = 0;
      for (const byte of Buffer.from(bytes)) {
        result = reader.read(Buffer.from([byte]), 0, 1);
        if (reader.excess !== null) break;
      }
      expect(result).to.equal(-1);
      expect(reader.excess).to.equal(excess);
    });
  }
});

describe('parseRequestHead', () => {
  it('passes every well-formed header line in its order', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(token, value), {maxLength: 20}), (fields) => {
        const own = fields.map(([name, text]) => [`X-${name}`, text] as const);
        const text = `GET /p?q HTTP/1.1\r\nHost: demo.localhost\r\n${own.map(([name, v]) => `${name}:${v}\r\n`).join('')}`;
        const head = parseRequestHead(text, limits, names);
        const train = (name: string) => name.toLowerCase().replace(/(^|-)([a-z])/g, (letters) => letters.toUpperCase());
        const kept = own.filter(([name]) => !/^x-(request-id|forwarded-(for|port|proto)|request-start)$/i.test(name));
        expect(head.fault).to.equal(null);
        expect(head.passed).to.equal(kept.map(([name, v]) => `${train(name)}: ${v}\r\n`).join(''));
      }),
    );
  });

  it('never throws, whatever it is given', () => {
    const text = fc.string({unit: 'binary-ascii', maxLength: 200});
    fc.assert(
      fc.property(text, text, (line, rest) => {
        parseRequestHead(`${line}\r\n`, limits, names);
        const head = parseRequestHead(`GET / HTTP/1.1\r\nHost: a\r\n${rest}\r\n`, limits, names);
        expect(head.passed).not.to.match(/[\0\x01-\x08]|[^\r]\n|\r[^\n]/);
        parseResponseHead(`${line}\r\n`, 'GET', limits, names);
        parseResponseHead(`HTTP/1.1 200 OK\r\n${rest}\r\n`, 'GET', limits, names);
      }),
    );
  });
});

describe('HeaderNames', () => {
  it('writes names in Train-Case and knows no name of Object', () => {
    expect(names.of('cUsToM-hEaDeR')).to.include({trainCase: 'Custom-Header', kind: 'other', asSent: false});
    expect(names.of('Custom-Header')).to.include({asSent: true});
    for (const name of ['constructor', '__proto__', 'toString']) expect(names.of(name)!.kind).to.equal('other');
    for (const name of ['', 'a b', 'a:', 'ä', 'a\0']) expect(names.of(name)).to.equal(null);
  });
});
