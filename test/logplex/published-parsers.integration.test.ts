import {expect} from 'chai';
import type {IncomingMessage} from 'node:http';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {createRequire} from 'node:module';
import {openLogplex} from './open-logplex.js';
import {APP} from './open-logplex.js';
import {entry} from './messages.js';
import {until} from '../support/until.js';

type Parsed = Record<string, unknown>;
type Middleware = (request: object, response: object, next: (error?: Error) => void) => void;

const require = createRequire(import.meta.url);
/** Both are plain JavaScript without declarations. */
const logfmt = require('logfmt') as {bodyParser: () => Middleware};
const {Parse: glossy} = require('glossy') as {Parse: {parse: (message: string) => Parsed}};

/** An express app's way to logfmt.bodyParser(), which reads `application/logplex-1` bodies. */
function parseBody(request: IncomingMessage): Promise<Parsed[]> {
  const header = (name: string) => request.headers[name];
  const shown = Object.assign(request, {header}) as unknown as {body: Parsed[]};
  return new Promise((resolve, reject) => {
    logfmt.bodyParser()(shown, {}, (error) => (error ? reject(error) : resolve(shown.body)));
  });
}

describe('an HTTP receiver made of published parsers', function () {
  this.timeout(60_000);

  it('accepts every batch of 20,000 router lines: logfmt reads the pairs, glossy each message', async () => {
    const total = 20_000;
    const seen = new Set<string>();
    let [batches, parsed, counted] = [0, 0, 0];
    const problems: string[] = [];
    const server = createServer((request, response) => {
      const raw: Buffer[] = [];
      request.on('data', (chunk) => raw.push(Buffer.from(chunk as string)));
      parseBody(request).then(
        (lines) => {
          batches++;
          parsed += lines.length;
          counted += Number(request.headers['logplex-msg-count']);
          if (lines.length !== Number(request.headers['logplex-msg-count'])) problems.push(`count of batch ${batches}`);
          for (const line of lines) seen.add(String(line['request_id']));
          const first = Buffer.concat(raw).toString().split('\n')[0]!;
          const message = glossy.parse(first.slice(first.indexOf(' ') + 1));
          if (message['appName'] !== 'heroku' || message['pid'] !== 'router' || message['facility'] !== 'local3') {
            problems.push(JSON.stringify(message));
          }
          response.writeHead(200).end();
        },
        (error: Error) => {
          problems.push(error.message);
          response.writeHead(400).end();
        },
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const {port} = server.address() as AddressInfo;
    const {logplex, statusOf, close} = await openLogplex({drain: `http://localhost:${port}/logs`});
    try {
      for (let n = 0; n < total; n += 500) {
        const lines = Array.from({length: 500}, (_, i) =>
          entry(`at=info method=GET path="/" request_id=r${n + i} status=200 bytes=5`, {
            source: 'heroku',
            process: 'router',
            pri: 158,
          }),
        );
        logplex.write(APP, lines);
        await until('the drain to keep up', () => n - statusOf('drain').delivered <= 500);
      }
      await until('the drain to deliver', () => statusOf('drain').delivered === total);
      expect(problems).to.deep.equal([]);
      expect([parsed, counted, seen.size]).to.deep.equal([total, total, total]);
      expect(seen.has('r0') && seen.has(`r${total - 1}`)).to.equal(true);
    } finally {
      await close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
