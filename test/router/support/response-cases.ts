export interface ResponseCase {
  name: string;
  /** what the dyno sends for the request, in pieces; it closes after the last unless `open` */
  response: string | string[];
  open?: boolean;
  /** what the client sends; a plain GET */
  request?: string;
  method?: string;
  /** of the response that the client gets; 0: the connection ends without one */
  status: number;
  /** parts of what the client gets, to the end of the response or of the connection */
  client?: Array<string | RegExp>;
  notClient?: Array<string | RegExp>;
  /** a part of the router line */
  line?: string | RegExp;
  /** the connection to the client is closed */
  closes?: boolean;
}

const OK = 'HTTP/1.1 200 OK\r\n';
const GET10 = 'GET / HTTP/1.0\r\nHost: demo.localhost\r\n\r\n';
const GET10_KEEP = 'GET / HTTP/1.0\r\nHost: demo.localhost\r\nConnection: keep-alive\r\n\r\n';
const HEAD = 'HEAD / HTTP/1.1\r\nHost: demo.localhost\r\n\r\n';
const EXPECT = 'POST / HTTP/1.1\r\nHost: demo.localhost\r\nContent-Length: 0\r\n\r\n';

const relayed = (name: string, response: string | string[], ...client: Array<string | RegExp>): ResponseCase => ({
  name,
  response,
  open: true,
  status: 200,
  client,
  line: 'at=info method=',
});
const broken = (name: string, response: string | string[], code: string, status: number): ResponseCase => ({
  name,
  response,
  open: true,
  status,
  line: `code=${code} `,
});

const statusLines: ResponseCase[] = [
  relayed('200', `${OK}Content-Length: 2\r\n\r\nok`, 'HTTP/1.1 200 OK\r\n', '\r\n\r\nok'),
  {
    ...relayed(
      'a status and reason of its own',
      'HTTP/1.1 666 THE NUMBER OF THE BEAST\r\nContent-Length: 0\r\n\r\n',
      'HTTP/1.1 666 THE NUMBER OF THE BEAST\r\n',
    ),
    status: 666,
  },
  relayed('no reason', 'HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n', /^HTTP\/1\.1 200 \r\n/),
  relayed('an empty reason', 'HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n', /^HTTP\/1\.1 200 \r\n/),
  {...relayed('HTTP/1.0 becomes HTTP/1.1', 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok', 'HTTP/1.1 200 OK\r\n')},
  {
    ...relayed('404 of the app', 'HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnope', '\r\n\r\nnope'),
    status: 404,
  },
  {
    ...relayed(
      '503 of the app',
      'HTTP/1.1 503 Mine\r\nContent-Length: 4\r\n\r\nmine',
      'HTTP/1.1 503 Mine',
      '\r\n\r\nmine',
    ),
    status: 503,
    line: 'at=info',
  },
  broken('garbage', 'garbage\r\n\r\n', 'H17', 503),
  broken('garbage without end', 'SSH-2.0-OpenSSH', 'H17', 503),
  broken('a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n', 'H17', 503),
  broken('a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n', 'H17', 503),
  broken('a status of letters', 'HTTP/1.1 abc OK\r\n\r\n', 'H17', 503),
  broken('two blanks before the status', 'HTTP/1.1  200 OK\r\n\r\n', 'H17', 503),
  broken('HTTP/2 in the status line', 'HTTP/2.0 200 OK\r\n\r\n', 'H17', 503),
  broken('HTTP/1.2 in the status line', 'HTTP/1.2 200 OK\r\n\r\n', 'H17', 503),
  broken('a status line in lower case', 'http/1.1 200 OK\r\n\r\n', 'H17', 503),
  relayed(
    'a status line of 8192 bytes',
    `HTTP/1.1 200 ${'r'.repeat(8179)}\r\nContent-Length: 0\r\n\r\n`,
    'r'.repeat(8179),
  ),
  broken('a status line of 8193 bytes', `HTTP/1.1 200 ${'r'.repeat(8180)}\r\nContent-Length: 0\r\n\r\n`, 'H25', 502),
  broken('a status line without end', `HTTP/1.1 200 ${'r'.repeat(20_000)}`, 'H25', 502),
  broken('101 that nobody asked for', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n', 'H17', 503),
];

const headers: ResponseCase[] = [
  relayed('names in Train-Case', `${OK}x-fOO: 1\r\nContent-Length: 0\r\n\r\n`, 'X-Foo: 1\r\n'),
  relayed(
    'order and repeated headers',
    `${OK}B: 1\r\nA: 2\r\nB: 3\r\nContent-Length: 0\r\n\r\n`,
    'B: 1\r\nA: 2\r\nB: 3\r\n',
  ),
  relayed('Server is added', `${OK}Content-Length: 0\r\n\r\n`, 'Server: Heroku\r\n'),
  {
    ...relayed('Server of the app stays', `${OK}Server: mine\r\nContent-Length: 0\r\n\r\n`, 'Server: mine\r\n'),
    notClient: ['Heroku'],
  },
  relayed('Via is added', `${OK}Content-Length: 0\r\n\r\n`, 'Via: 1.1 heroku-router\r\n'),
  relayed('Via is appended', `${OK}Via: 1.0 x\r\nContent-Length: 0\r\n\r\n`, 'Via: 1.0 x, 1.1 heroku-router\r\n'),
  {
    ...relayed(
      'hop-by-hop headers',
      `${OK}Keep-Alive: timeout=5\r\nTE: x\r\nProxy-Authorization: y\r\nContent-Length: 0\r\n\r\n`,
    ),
    notClient: [/^(Keep-Alive|TE|Proxy-Authorization):/im],
  },
  relayed(
    "the client's connection stays open",
    `${OK}Connection: close\r\nContent-Length: 0\r\n\r\n`,
    'Connection: keep-alive\r\n',
  ),
  relayed(
    'cookies stay apart',
    `${OK}Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 0\r\n\r\n`,
    'Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n',
  ),
  relayed(
    'a cookie line of 8192 bytes',
    `${OK}Set-Cookie: ${'c'.repeat(8180)}\r\nContent-Length: 0\r\n\r\n`,
    'c'.repeat(8180),
  ),
  broken(
    'a cookie line of 8193 bytes',
    `${OK}Set-Cookie: ${'c'.repeat(8181)}\r\nContent-Length: 0\r\n\r\n`,
    'H25',
    502,
  ),
  relayed('a header line of 512 KB', `${OK}A: ${'v'.repeat(524_285)}\r\nContent-Length: 0\r\n\r\n`, 'v'.repeat(1000)),
  broken(
    'a header line of 512 KB and a byte',
    `${OK}A: ${'v'.repeat(524_286)}\r\nContent-Length: 0\r\n\r\n`,
    'H25',
    502,
  ),
  broken('a header line without end', `${OK}A: ${'v'.repeat(600_000)}`, 'H25', 502),
  broken('endless headers', `${OK}${`A: ${'v'.repeat(1000)}\r\n`.repeat(1100)}`, 'H25', 502),
  broken('1001 headers', `${OK}${'A: 1\r\n'.repeat(1001)}\r\n`, 'H25', 502),
  broken('a folded line', `${OK}A: 1\r\n 2\r\n\r\n`, 'H17', 503),
  broken('a line without colon', `${OK}A\r\n\r\n`, 'H17', 503),
  broken('a blank before the colon', `${OK}A : 1\r\n\r\n`, 'H17', 503),
  broken('lines that end in LF', 'HTTP/1.1 200 OK\nContent-Length: 0\n\n', 'H17', 503),
  broken('a bare CR in a value', `${OK}A: b\rSet-Cookie: x\r\n\r\n`, 'H17', 503),
  broken('a control character in a value', `${OK}A: b\x01c\r\n\r\n`, 'H17', 503),
  broken('an invalid Content-Length', `${OK}Content-Length: x\r\n\r\n`, 'H25', 502),
  broken('a negative Content-Length', `${OK}Content-Length: -1\r\n\r\n`, 'H25', 502),
  broken('a list of Content-Lengths', `${OK}Content-Length: 2, 2\r\n\r\nok`, 'H25', 502),
  broken('two different Content-Lengths', `${OK}Content-Length: 2\r\nContent-Length: 3\r\n\r\nok`, 'H25', 502),
  relayed(
    'Content-Length twice, the same',
    `${OK}Content-Length: 2\r\nContent-Length: 2\r\n\r\nok`,
    /Content-Length: 2\r\n/,
  ),
];

const bodies: ResponseCase[] = [
  relayed(
    'chunks as received',
    `${OK}Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\n\r\n`,
    'Transfer-Encoding: chunked\r\n',
    '\r\n\r\n3;x=y\r\nabc\r\n0\r\n\r\n',
  ),
  relayed(
    'chunks one byte at a time',
    [`${OK}Transfer-Encoding: chunked\r\n\r\n`, ...'3\r\nabc\r\n0\r\n\r\n'],
    '3\r\nabc\r\n0\r\n\r\n',
  ),
  {
    ...relayed(
      'bytes of chunks are content alone',
      `${OK}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n`,
    ),
    line: 'bytes=5 ',
  },
  relayed(
    'trailers',
    `${OK}Trailer: A\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: 1\r\n\r\n`,
    'Trailer: A\r\n',
    '0\r\nA: 1\r\n\r\n',
  ),
  {
    ...relayed(
      'Content-Length with chunked: chunks win',
      `${OK}Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ),
    notClient: ['Content-Length'],
  },
  {
    ...relayed('until closed', `${OK}\r\nsome text`, '\r\n\r\nsome text', 'Connection: close\r\n'),
    open: false,
    closes: true,
    line: 'bytes=9 ',
  },
  {
    ...relayed('until closed, in pieces', [`${OK}\r\nsome`, ' ', 'text'], '\r\n\r\nsome text'),
    open: false,
    closes: true,
  },
  {
    ...relayed('HEAD', `${OK}Content-Length: 999\r\n\r\n`, 'Content-Length: 999\r\n'),
    request: HEAD,
    method: 'HEAD',
    line: 'bytes=0 ',
  },
  {
    ...relayed('HEAD announcing chunks', `${OK}Transfer-Encoding: chunked\r\n\r\n`, 'Transfer-Encoding: chunked\r\n'),
    request: HEAD,
    method: 'HEAD',
  },
  {...relayed('204', 'HTTP/1.1 204 No Content\r\n\r\n', 'HTTP/1.1 204 No Content\r\n'), status: 204},
  {
    ...relayed(
      '204 that announces a body',
      'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n',
      'Content-Length: 5\r\n',
    ),
    status: 204,
  },
  {
    ...relayed(
      '304 that announces a body',
      'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\nETag: "x"\r\n\r\n',
      'Content-Length: 5\r\n',
      'Etag: "x"\r\n',
    ),
    status: 304,
    line: 'status=304 bytes=0 ',
  },
  {
    ...relayed(
      'HTTP/1.0 client: chunks are taken off',
      `${OK}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n`,
      'HTTP/1.1 200 OK',
      /\r\n\r\nabcde$/,
      'Connection: close',
    ),
    request: GET10,
    closes: true,
    notClient: ['Transfer-Encoding'],
    line: 'protocol=http1.0 ',
  },
  {
    ...relayed('HTTP/1.0 client: closed after a length', `${OK}Content-Length: 2\r\n\r\nok`, 'Connection: close'),
    request: GET10,
    closes: true,
  },
  {
    ...relayed('HTTP/1.0 client: kept where it asks', `${OK}Content-Length: 2\r\n\r\nok`, 'Connection: keep-alive'),
    request: GET10_KEEP,
  },
  {
    ...relayed(
      'HTTP/1.0 client: no interim response',
      `HTTP/1.1 100 Continue\r\n\r\n${OK}Content-Length: 2\r\n\r\nok`,
      /^HTTP\/1\.1 200/,
    ),
    request: GET10,
  },
  broken('an unfinished chunk size', `${OK}Transfer-Encoding: chunked\r\n\r\nxyz\r\n`, 'H17', 200),
  broken('a chunk longer than it says', `${OK}Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n`, 'H17', 200),
  broken('a blank in a chunk size', `${OK}Transfer-Encoding: chunked\r\n\r\n3 \r\nabc\r\n0\r\n\r\n`, 'H17', 200),
  broken('LF after a chunk size', `${OK}Transfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n`, 'H17', 200),
  broken('a chunk size too large', `${OK}Transfer-Encoding: chunked\r\n\r\n${'f'.repeat(20)}\r\n`, 'H17', 200),
  broken(
    'a Content-Length in the trailers',
    `${OK}Transfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 3\r\n\r\n`,
    'H17',
    200,
  ),
];

const interim: ResponseCase[] = [
  {
    ...relayed(
      '100 is forwarded without its headers',
      `HTTP/1.1 100 Continue\r\nX: y\r\n\r\n${OK}Content-Length: 2\r\n\r\nok`,
      /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/,
    ),
    request: EXPECT,
    status: 100,
  },
  {
    ...relayed(
      '103 is forwarded with its headers',
      `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${OK}Content-Length: 0\r\n\r\n`,
      /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a>\r\n\r\nHTTP\/1\.1 200 OK\r\n/,
    ),
    status: 103,
  },
  {
    ...broken('a second 100', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n', 'H17', 100),
    client: ['HTTP/1.1 502 Bad Gateway'],
    line: 'status=502 ',
  },
  {
    ...broken('endless interim responses', 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(40), 'H17', 102),
    client: ['HTTP/1.1 502 Bad Gateway'],
  },
];

const ends: ResponseCase[] = [
  {...broken('closed without a byte', [], 'H13', 503), open: false},
  {...broken('closed in the status line', 'HTTP/1.1 2', 'H18', 503), open: false},
  {...broken('closed in the head', `${OK}Content-`, 'H18', 503), open: false},
  {
    ...broken('closed in a body of known length', `${OK}Content-Length: 10\r\n\r\nhalf`, 'H18', 200),
    open: false,
    closes: true,
    client: [/half$/],
    line: /^sock=backend at=error code=H18 .* status=200 bytes=4 /,
  },
  {
    ...broken('closed in a chunk', `${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nhal`, 'H18', 200),
    open: false,
    closes: true,
  },
  {
    ...broken('closed before the last chunk', `${OK}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n`, 'H18', 200),
    open: false,
    closes: true,
  },
  {
    ...broken('closed after an interim response', 'HTTP/1.1 103 Early Hints\r\n\r\n', 'H13', 103),
    open: false,
    client: ['HTTP/1.1 503 '],
  },
  {
    ...relayed('closed after a complete response', `${OK}Content-Length: 2\r\n\r\nok`, 'Connection: keep-alive'),
    open: false,
  },
  relayed(
    'bytes after the response are not taken for the next',
    `${OK}Content-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil`,
    /\r\n\r\nok$/,
  ),
];

export const responseCases: Record<string, ResponseCase[]> = {
  'status lines': statusLines,
  headers,
  bodies,
  'interim responses': interim,
  'how connections end': ends,
};
