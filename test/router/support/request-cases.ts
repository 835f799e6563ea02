export interface RequestCase {
  name: string;
  /** pieces are sent one after the other */
  request: string | string[];
  /** of the response; anything but 200 must not reach the dyno */
  status: number;
  /** of the request, where it decides how the response ends */
  method?: string;
  /** parts of what the dyno got */
  dyno?: Array<string | RegExp>;
  notDyno?: Array<string | RegExp>;
  /** a part of the router line; null: the app's log has none */
  line?: string | null;
  /** the router closes the connection */
  closes?: boolean;
}

const HOST = 'Host: demo.localhost\r\n';
const get = (headers: string, target = '/') => `GET ${target} HTTP/1.1\r\n${HOST}${headers}\r\n`;
const post = (headers: string, body = '') => `POST / HTTP/1.1\r\n${HOST}${headers}\r\n${body}`;

const refused = (name: string, request: string | string[]): RequestCase => ({
  name,
  request,
  status: 400,
  line: null,
  closes: true,
});
/** refused after the app is known: Router 2.0 logs it without a code */
const refusedInApp = (name: string, request: string | string[], status = 400): RequestCase => ({
  name,
  request,
  status,
  line: `at=info method=`,
  closes: true,
});
const passes = (name: string, request: string | string[], ...dyno: Array<string | RegExp>): RequestCase => ({
  name,
  request,
  status: 200,
  dyno,
});

const longId = 'a'.repeat(200);

const requestLine: RequestCase[] = [
  passes('GET', get(''), 'GET / HTTP/1.1\r\n'),
  passes('OPTIONS *', `OPTIONS * HTTP/1.1\r\n${HOST}\r\n`, 'OPTIONS * HTTP/1.1\r\n', 'Content-Length: 0\r\n'),
  passes('any token as method', `PURGE-it! / HTTP/1.1\r\n${HOST}\r\n`, 'PURGE-it! / HTTP/1.1\r\n'),
  passes('a method of 127 characters', `${'M'.repeat(127)} / HTTP/1.1\r\n${HOST}\r\n`, 'M'.repeat(127)),
  refused('a method of 128 characters', `${'M'.repeat(128)} / HTTP/1.1\r\n${HOST}\r\n`),
  refused('CONNECT', 'CONNECT demo.localhost:80 HTTP/1.1\r\nHost: demo.localhost\r\n\r\n'),
  refused('a method that is no token', `GE(T / HTTP/1.1\r\n${HOST}\r\n`),
  refused('no method', ` / HTTP/1.1\r\n${HOST}\r\n`),
  refused('two blanks after the method', `GET  / HTTP/1.1\r\n${HOST}\r\n`),
  refused('two blanks before the version', `GET /  HTTP/1.1\r\n${HOST}\r\n`),
  refused('a tab for a blank', `GET\t/ HTTP/1.1\r\n${HOST}\r\n`),
  refused('a blank after the version', `GET / HTTP/1.1 \r\n${HOST}\r\n`),
  refused('no version', `GET /\r\n${HOST}\r\n`),
  refused('a version in lower case', `GET / http/1.1\r\n${HOST}\r\n`),
  refused('a version of two digits', `GET / HTTP/1.10\r\n${HOST}\r\n`),
  {name: 'HTTP/2.0 without TLS', request: `GET / HTTP/2.0\r\n${HOST}\r\n`, status: 505, line: null, closes: true},
  {name: 'HTTP/0.9', request: `GET / HTTP/0.9\r\n${HOST}\r\n`, status: 505, line: null, closes: true},
  {name: 'the HTTP/2 preface', request: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', status: 505, line: null, closes: true},
  passes('a request line of 8192 bytes', get('', `/${'p'.repeat(8192 - 14)}`), 'p'.repeat(8178)),
  refused('a request line of 8193 bytes', get('', `/${'p'.repeat(8193 - 14)}`)),
  refused('a request line without end', `GET /${'p'.repeat(9000)}`),
  refused('a control character in the target', get('', '/a\x01b')),
  refused('a NUL in the target', get('', '/a\x00b')),
  refused('a fragment in the target', get('', '/a#b')),
  refused('a target without slash', get('', 'a')),
  refused('an asterisk for another method than OPTIONS', get('', '*')),
  passes('path and query untouched', get('', '/a//b/../c%2f%zz;x?y=1&&z'), 'GET /a//b/../c%2f%zz;x?y=1&&z HTTP/1.1'),
  passes('bytes above 127 in the target', get('', '/\xc3\xa9'), 'GET /\xc3\xa9 HTTP/1.1'),
  passes('empty lines before the request', `\r\n\r\n${get('')}`, /^GET \/ HTTP/),
];

const host: RequestCase[] = [
  passes('Host without its port', 'GET / HTTP/1.1\r\nHost: demo.localhost:7780\r\n\r\n', 'Host: demo.localhost\r\n'),
  passes('Host in any case', 'GET / HTTP/1.1\r\nHost: DeMo.LocalHost\r\n\r\n', 'Host: demo.localhost\r\n'),
  passes('Host first', get('A: b\r\n'), /^GET \/ HTTP\/1\.1\r\nHost: demo\.localhost\r\n/),
  passes('Host with a final dot', 'GET / HTTP/1.1\r\nHost: demo.localhost.\r\n\r\n', 'Host: demo.localhost\r\n'),
  passes('an empty port', 'GET / HTTP/1.1\r\nHost: demo.localhost:\r\n\r\n', 'Host: demo.localhost\r\n'),
  passes('a wildcard host', 'GET / HTTP/1.1\r\nHost: a.wild.example\r\n\r\n', 'Host: a.wild.example\r\n'),
  passes('a wildcard host, two labels', 'GET / HTTP/1.1\r\nHost: a.b.wild.example\r\n\r\n', 'Host: a.b.wild.example'),
  {name: 'the wildcard alone', request: 'GET / HTTP/1.1\r\nHost: wild.example\r\n\r\n', status: 404, line: null},
  {name: 'an unknown host', request: 'GET / HTTP/1.1\r\nHost: other.localhost\r\n\r\n', status: 404, line: null},
  {name: 'an address as host', request: 'GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n', status: 404, line: null},
  refused('no Host', 'GET / HTTP/1.1\r\n\r\n'),
  refused('no Host in HTTP/1.0', 'GET / HTTP/1.0\r\n\r\n'),
  refused('an empty Host', 'GET / HTTP/1.1\r\nHost: \r\n\r\n'),
  refused('two Hosts', get('Host: other.localhost\r\n')),
  refused('two equal Hosts', get(HOST)),
  refused('a list in Host', 'GET / HTTP/1.1\r\nHost: demo.localhost, demo.localhost\r\n\r\n'),
  refused('a blank in Host', 'GET / HTTP/1.1\r\nHost: demo.localhost x\r\n\r\n'),
  refused('a path in Host', 'GET / HTTP/1.1\r\nHost: demo.localhost/a\r\n\r\n'),
  refused('a user in Host', 'GET / HTTP/1.1\r\nHost: user@demo.localhost\r\n\r\n'),
  refused('a port that is no number', 'GET / HTTP/1.1\r\nHost: demo.localhost:80a\r\n\r\n'),
];

const headers: RequestCase[] = [
  passes('names in Train-Case', get('cUsToM-hEaDeR: 1\r\nx_y: 2\r\n'), 'Custom-Header: 1\r\n', 'X_y: 2\r\n'),
  passes('order and repeated headers', get('B: 1\r\nA: 2\r\nB: 3\r\n'), 'B: 1\r\nA: 2\r\nB: 3\r\n'),
  passes('blanks around a value', get('A: \t 1 2 \t \r\n'), 'A: 1 2\r\n'),
  passes('an empty value', get('A:\r\n'), 'A: \r\n'),
  passes('bytes above 127 in a value', get('A: \xe9\r\n'), 'A: \xe9\r\n'),
  passes('a colon in a value', get('A: b:c\r\n'), 'A: b:c\r\n'),
  passes('a header line of 8192 bytes', get(`A: ${'v'.repeat(8189)}\r\n`), 'v'.repeat(8189)),
  refused('a header line of 8193 bytes', get(`A: ${'v'.repeat(8190)}\r\n`)),
  refused('a header line without end', [`GET / HTTP/1.1\r\n${HOST}A: ${'v'.repeat(5000)}`, 'v'.repeat(5000)]),
  passes('a header name of 1000 bytes', get(`${'n'.repeat(1000)}: 1\r\n`), `N${'n'.repeat(999)}: 1\r\n`),
  refused('a header name of 1001 bytes', get(`${'n'.repeat(1001)}: 1\r\n`)),
  passes('1000 headers', get('A: 1\r\n'.repeat(999)), 'A: 1\r\n'.repeat(999)),
  refused('1001 headers', get('A: 1\r\n'.repeat(1000))),
  refused('a head of more than a megabyte', get(`A: ${'v'.repeat(8000)}\r\n`.repeat(140))),
  refused('a folded line', get('A: 1\r\n folded\r\n')),
  refused('a line folded with a tab', get('A: 1\r\n\tfolded\r\n')),
  refused('a folded first line', `GET / HTTP/1.1\r\n ${HOST}\r\n`),
  refused('a blank before the colon', get('A : 1\r\n')),
  refused('a line without colon', get('A 1\r\n')),
  refused('an empty name', get(': 1\r\n')),
  refused('a name that is no token', get('A(b): 1\r\n')),
  refused('a control character in a value', get('A: b\x07c\r\n')),
  refused('a NUL in a value', get('A: b\x00c\r\n')),
  refused('a DEL in a value', get('A: b\x7fc\r\n')),
  {
    ...passes('hop-by-hop headers', get('TE: trailers\r\nKeep-Alive: 5\r\nProxy-Authorization: x\r\n')),
    notDyno: [/^(TE|Keep-Alive|Proxy-Authorization):/im],
  },
  passes(
    'Upgrade without Connection passes',
    get('Upgrade: h2c\r\n'),
    'Upgrade: h2c\r\n',
    'Connection: keep-alive\r\n',
  ),
  passes(
    'Trailer passes',
    post('Trailer: A\r\nTransfer-Encoding: chunked\r\n', '0\r\nA: 1\r\n\r\n'),
    'Trailer: A\r\n',
    '0\r\nA: 1\r\n\r\n',
  ),
  {...passes('Connection: close', get('Connection: close\r\n'), 'Connection: keep-alive\r\n'), closes: true},
  refusedInApp('an unparsable Connection', get('Connection: @\r\n')),
  refusedInApp('an empty list in Connection', get('Connection: ,\r\n')),
  refusedInApp('Connection: upgrade without Upgrade', get('Connection: upgrade\r\n')),
];

const added: RequestCase[] = [
  passes(
    'a request id of 20 characters',
    get(`X-Request-Id: ${'a'.repeat(20)}\r\n`),
    `X-Request-Id: ${'a'.repeat(20)}\r\n`,
  ),
  passes('a request id of 200 characters', get(`X-Request-Id: ${longId}\r\n`), `X-Request-Id: ${longId}\r\n`),
  passes('a request id of 19 characters', get(`X-Request-Id: ${'a'.repeat(19)}\r\n`), /X-Request-Id: [0-9a-f]{8}-/),
  passes('a request id of 201 characters', get(`X-Request-Id: ${longId}a\r\n`), /X-Request-Id: [0-9a-f]{8}-/),
  passes(
    'a request id with odd characters',
    get('X-Request-Id: testid??testid??testid??\r\n'),
    /X-Request-Id: [0-9a-f]{8}-/,
  ),
  passes(
    'a request id of all kinds of characters',
    get('X-Request-Id: AZaz09+/=-AZaz09+/=-\r\n'),
    'X-Request-Id: AZaz09+/=-AZaz09+/=-\r\n',
  ),
  passes(
    'no request id',
    get(''),
    /X-Request-Id: [0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\r\n/,
  ),
  passes('X-Forwarded-For set', get(''), 'X-Forwarded-For: 127.0.0.1\r\n'),
  passes(
    'X-Forwarded-For appended',
    get('X-Forwarded-For: 192.0.2.7\r\n'),
    'X-Forwarded-For: 192.0.2.7, 127.0.0.1\r\n',
  ),
  refused(
    'X-Forwarded-For of lines that are too long together',
    get(`X-Forwarded-For: ${'1'.repeat(5000)}\r\n`.repeat(2)),
  ),
  refused('Via of lines that are too long together', get(`Via: ${'1'.repeat(5000)}\r\n`.repeat(2))),
  refused(
    'Transfer-Encoding of lines that are too long together',
    post(
      'Transfer-Encoding: gzip\r\n'.repeat(900) +
        'Transfer-Encoding: ' +
        'a'.repeat(7000) +
        '\r\nTransfer-Encoding: chunked\r\n',
    ),
  ),
  refused('Host longer than a name can be', `GET / HTTP/1.1\r\nHost: ${'a'.repeat(256)}\r\n\r\n`),
  passes(
    'X-Forwarded-For of two lines',
    get('X-Forwarded-For: a\r\nX-Forwarded-For: b\r\n'),
    'X-Forwarded-For: a, b, 127.0.0.1\r\n',
  ),
  {
    ...passes('X-Forwarded-Proto replaced', get('X-Forwarded-Proto: https\r\n'), 'X-Forwarded-Proto: http\r\n'),
    notDyno: ['https'],
  },
  {
    ...passes('X-Forwarded-Port replaced', get('X-Forwarded-Port: 1\r\n'), 'X-Forwarded-Port: 80\r\n'),
    notDyno: [/X-Forwarded-Port: 1\r/],
  },
  passes('Via set', get(''), 'Via: 1.1 heroku-router\r\n'),
  passes('Via appended', get('Via: 1.1 a\r\n'), 'Via: 1.1 a, 1.1 heroku-router\r\n'),
  {
    ...passes(
      'timing headers replaced',
      get('Connect-Time: x\r\nX-Request-Start: x\r\nTotal-Route-Time: x\r\n'),
      /Connect-Time: \d+\r\n/,
      /X-Request-Start: \d{13}\r\n/,
      /Total-Route-Time: \d+\r\n/,
    ),
    notDyno: [': x\r\n'],
  },
  {...passes('cookies pass', get('Cookie: a=b; c=d\r\n'), 'Cookie: a=b; c=d\r\n')},
];

const bodies: RequestCase[] = [
  {...passes('GET without body', get('')), notDyno: ['Content-Length', 'Transfer-Encoding']},
  {...passes('GET with Content-Length: 0', get('Content-Length: 0\r\n')), notDyno: ['Content-Length']},
  {
    ...passes('HEAD without body', `HEAD / HTTP/1.1\r\n${HOST}\r\n`, /^HEAD/),
    method: 'HEAD',
    notDyno: ['Content-Length'],
  },
  passes('POST without body', post(''), 'Content-Length: 0\r\n'),
  passes('DELETE without body', `DELETE / HTTP/1.1\r\n${HOST}\r\n`, 'Content-Length: 0\r\n'),
  passes('GET with a body', get('Content-Length: 3\r\n') + 'abc', 'Content-Length: 3\r\n', /\r\n\r\nabc$/),
  passes('POST of known length', post('Content-Length: 5\r\n', 'hello'), 'Content-Length: 5\r\n', /\r\n\r\nhello$/),
  passes('Content-Length is rebuilt', post('Content-Length: 0005\r\n', 'hello'), 'Content-Length: 5\r\n'),
  passes('a body in pieces', [post('Content-Length: 5\r\n'), 'he', 'l', 'lo'], /\r\n\r\nhello$/),
  passes(
    'Content-Length twice, the same',
    post('Content-Length: 5\r\nContent-Length: 5\r\n', 'hello'),
    /Content-Length: 5\r\n\r\nhello$/,
  ),
  passes(
    'chunks as received',
    post('Transfer-Encoding: chunked\r\n', '3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n'),
    'Transfer-Encoding: chunked\r\n',
    '\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n',
  ),
  passes(
    'chunks one byte at a time',
    [post('Transfer-Encoding: chunked\r\n'), ...'3\r\nabc\r\n0\r\n\r\n'],
    '3\r\nabc\r\n0\r\n\r\n',
  ),
  passes(
    'chunk extensions',
    post('Transfer-Encoding: chunked\r\n', '3;a=b;c="d"\r\nabc\r\n0\r\n\r\n'),
    '3;a=b;c="d"\r\nabc',
  ),
  passes(
    'trailers',
    post('Transfer-Encoding: chunked\r\n', '3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n'),
    '0\r\nX-Sum: 1\r\n\r\n',
  ),
  passes(
    'a coding before chunked',
    post('Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n'),
    'Transfer-Encoding: gzip, chunked\r\n',
  ),
  passes('HTTP/1.0', `GET / HTTP/1.0\r\n${HOST}\r\n`, 'GET / HTTP/1.1\r\n'),
];

const expectations: RequestCase[] = [
  {
    ...passes(
      '100-continue is answered by the router',
      [post('Expect: 100-continue\r\nContent-Length: 2\r\n'), 'ab'],
      /\r\n\r\nab$/,
    ),
    status: 100,
    notDyno: ['Expect'],
  },
  {...passes('100-continue in any case', [post('Expect: 100-CONTINUE\r\nContent-Length: 0\r\n')]), status: 100},
  refusedInApp('another expectation', post('Expect: 200-ok\r\n'), 417),
  refusedInApp('a list of expectations', post('Expect: 100-continue, x\r\n'), 417),
  refusedInApp('two expectations', post('Expect: 100-continue\r\nExpect: 100-continue\r\n'), 417),
  refusedInApp('an unparsable expectation', post('Expect: ;;\r\n'), 417),
  {...passes('an empty Expect is ignored', post('Expect: \r\n')), notDyno: ['Expect']},
  {
    ...passes(
      'HTTP/1.0 expects nothing',
      `POST / HTTP/1.0\r\n${HOST}Expect: 100-continue\r\nContent-Length: 0\r\n\r\n`,
    ),
  },
];

export const requestCases: RequestCase[] = [requestLine, host, headers, added, bodies, expectations].flat();

/** What front ends and back ends are known to read differently. */
export const smugglingCases: RequestCase[] = [
  {
    ...passes(
      'Content-Length and chunked: chunks win',
      post('Content-Length: 3\r\nTransfer-Encoding: chunked\r\n', '3\r\nabc\r\n0\r\n\r\n'),
      'Transfer-Encoding: chunked\r\n',
    ),
    notDyno: ['Content-Length'],
  },
  {
    ...passes(
      'chunked before Content-Length',
      post('Transfer-Encoding: chunked\r\nContent-Length: 300\r\n', '0\r\n\r\n'),
    ),
    notDyno: ['Content-Length'],
  },
  refusedInApp('two different Content-Lengths', post('Content-Length: 5\r\nContent-Length: 6\r\n', 'hello')),
  refusedInApp('a list of Content-Lengths', post('Content-Length: 5, 5\r\n', 'hello')),
  refusedInApp('a negative Content-Length', post('Content-Length: -1\r\n')),
  refusedInApp('a signed Content-Length', post('Content-Length: +5\r\n', 'hello')),
  refusedInApp('a hexadecimal Content-Length', post('Content-Length: 0x5\r\n', 'hello')),
  refusedInApp('an empty Content-Length', post('Content-Length: \r\n')),
  refusedInApp('a Content-Length with a blank inside', post('Content-Length: 1 1\r\n', 'hello')),
  refusedInApp('an endless Content-Length', post(`Content-Length: ${'9'.repeat(30)}\r\n`)),
  refusedInApp('an unparsable Transfer-Encoding', post('Transfer-Encoding: ,\r\n', '0\r\n\r\n')),
  refusedInApp('an empty Transfer-Encoding', post('Transfer-Encoding:\r\n', '0\r\n\r\n')),
  refusedInApp('Transfer-Encoding: identity', post('Transfer-Encoding: identity\r\nContent-Length: 5\r\n', 'hello')),
  refusedInApp('Transfer-Encoding: xchunked', post('Transfer-Encoding: xchunked\r\n', '0\r\n\r\n')),
  refusedInApp('chunked is not the last coding', post('Transfer-Encoding: chunked, gzip\r\n', '0\r\n\r\n')),
  refusedInApp('chunked twice', post('Transfer-Encoding: chunked, chunked\r\n', '0\r\n\r\n')),
  refusedInApp(
    'chunked in two lines',
    post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'),
  ),
  refusedInApp(
    'chunked, then identity',
    post('Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n', '0\r\n\r\n'),
  ),
  refusedInApp('quoted chunked', post('Transfer-Encoding: "chunked"\r\n', '0\r\n\r\n')),
  refused('Transfer-Encoding behind a vertical tab', post('Transfer-Encoding: \x0bchunked\r\n', '0\r\n\r\n')),
  refused('a blank before the colon of Transfer-Encoding', post('Transfer-Encoding : chunked\r\n', '0\r\n\r\n')),
  refused('a folded Transfer-Encoding', post('Transfer-Encoding:\r\n chunked\r\n', '0\r\n\r\n')),
  refusedInApp('chunked in HTTP/1.0', `POST / HTTP/1.0\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`),
  {
    ...passes(
      'CHUNKED in capitals is normalised',
      post('Transfer-Encoding: CHUNKED\r\n', '0\r\n\r\n'),
      'Transfer-Encoding: chunked\r\n',
    ),
  },
  {
    ...passes(
      'blanks around chunked are normalised',
      post('Transfer-Encoding: \t chunked \r\n', '0\r\n\r\n'),
      'Transfer-Encoding: chunked\r\n',
    ),
  },
  refused('lines that end in LF', `GET / HTTP/1.1\n${HOST}\r\n\r\n`),
  refused('a head that ends in LF LF', 'GET / HTTP/1.1\nHost: demo.localhost\n\n'),
  refused('a bare LF in a value', get('A: b\nHost: evil\r\n')),
  refused('a bare CR in a value', get('A: b\rHost: evil\r\n')),
  refused('a bare CR before the line end', get('A: b\r\r\n')),
  refused('a bare CR in the request line', `GET /\r HTTP/1.1\r\n${HOST}\r\n`),
  refused('a header injected through Host', 'GET / HTTP/1.1\r\nHost: demo.localhost\nX: y\r\n\r\n'),
  refused('a host injected into the target', 'GET @evil.example/ HTTP/1.1\r\nHost: demo.localhost\r\n\r\n'),
  passes(
    'an absolute target of the same host',
    'GET http://demo.localhost/a?b HTTP/1.1\r\nHost: demo.localhost\r\n\r\n',
    'GET /a?b HTTP/1.1\r\n',
  ),
  passes(
    'an absolute target without path',
    'GET http://demo.localhost HTTP/1.1\r\nHost: demo.localhost\r\n\r\n',
    'GET / HTTP/1.1\r\n',
  ),
  refused('an absolute target of another host', 'GET http://evil.example/ HTTP/1.1\r\nHost: demo.localhost\r\n\r\n'),
  refused('an absolute target with a user', 'GET http://a@demo.localhost/ HTTP/1.1\r\nHost: demo.localhost\r\n\r\n'),
  refused('an absolute target of another scheme', 'GET ftp://demo.localhost/ HTTP/1.1\r\nHost: demo.localhost\r\n\r\n'),
  refused('an authority as target', 'GET demo.localhost:80 HTTP/1.1\r\nHost: demo.localhost\r\n\r\n'),
  {
    name: 'h2c by prior knowledge',
    request: 'PRI * HTTP/2.0\r\nHost: demo.localhost\r\n\r\n',
    status: 505,
    line: null,
    closes: true,
  },
  refused('a PROXY line of somebody unnamed', `PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n${get('')}`),
];
