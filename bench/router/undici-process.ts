import {createServer} from 'node:http';
import {Pool} from 'undici';

/**
 * The first design of the hot path, for comparison: node:http towards clients, undici's dispatch towards dynos, with the
 * least that a router has to do (headers, one line). `undici-process.js PORT BACKEND_PORT`.
 */
const [port, backendPort] = process.argv.slice(2).map(Number) as [number, number];
const pool = new Pool(`http://127.0.0.1:${backendPort}`, {connections: 128, pipelining: 1, keepAliveTimeout: 90_000});
const history: string[] = new Array<string>(1500).fill('');
let lines = 0;

createServer((request, response) => {
  const acceptedAt = Date.now();
  const headers = request.rawHeaders.filter((_, index, all) => !/^(host|connection)$/i.test(all[index & ~1]!));
  headers.push('host', String(request.headers.host).replace(/:\d+$/, ''), 'x-request-id', crypto.randomUUID());
  headers.push(
    'x-forwarded-for',
    request.socket.remoteAddress ?? '',
    'x-forwarded-proto',
    'http',
    'via',
    '1.1 heroku-router',
  );
  let status = 0;
  let bytes = 0;
  pool.dispatch(
    {path: request.url!, method: request.method as 'GET', headers, body: request.method === 'GET' ? null : request},
    {
      onConnect: () => undefined,
      onHeaders: (code, raw, resume) => {
        status = code;
        response.writeHead(code, raw.map(String));
        response.on('drain', resume);
        return true;
      },
      onData: (chunk) => {
        bytes += chunk.length;
        return response.write(chunk);
      },
      onComplete: () => {
        response.end();
        const service = Date.now() - acceptedAt;
        history[lines++ % history.length] =
          `at=info method=${request.method} path="${request.url}" dyno=web.1 connect=0ms service=${service}ms status=${status} bytes=${bytes}`;
      },
      onError: () => response.destroy(),
    },
  );
}).listen(port, '127.0.0.1');
