import {expect} from 'chai';
import {GET, RouterFixture, masked} from './support/router-fixture.js';
import {OK} from './support/raw-dyno.js';
import {requestCases, smugglingCases} from './support/request-cases.js';
import type {RequestCase} from './support/request-cases.js';

/** heroku-behaviour.md 3.2 and 3.3 over real sockets on both sides. */
describe('requests on the wire', () => {
  let fixture: RouterFixture;

  before(async () => (fixture = await new RouterFixture({app: {hosts: ['demo.localhost', '*.wild.example']}}).open()));
  after(() => fixture.close());
  beforeEach(() => {
    fixture.lines.length = 0;
    fixture.dyno.requests.length = 0;
    fixture.dyno.answer = ({send}) => send(OK);
  });

  async function run(example: RequestCase): Promise<void> {
    const client = await fixture.client();
    for (const piece of [example.request].flat()) {
      client.send(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const response = await client.response(example.method);
    expect(response.slice(9, 12), response.slice(0, 300)).to.equal(String(example.status));
    const [request = ''] = fixture.dyno.requests;
    if (example.status >= 400) expect(fixture.dyno.requests, 'what the dyno got').to.deep.equal([]);
    for (const part of example.dyno ?? []) {
      if (typeof part === 'string') expect(request).to.include(part);
      else expect(request).to.match(part);
    }
    for (const part of example.notDyno ?? []) {
      if (typeof part === 'string') expect(request).not.to.include(part);
      else expect(request).not.to.match(part);
    }
    if (example.line === null) expect(fixture.lines).to.deep.equal([]);
    else if (example.line !== undefined) expect(await fixture.line()).to.include(example.line);
    if (example.closes) await client.toEnd();
    client.close();
  }

  describe('rules of 3.2 and 3.3', () => {
    for (const example of requestCases) it(example.name, () => run(example));
  });

  describe('smuggling', () => {
    for (const example of smugglingCases) it(example.name, () => run(example));
  });

  it('sends the head of a request exactly so', async () => {
    await fixture.ask(
      'GET /a?b HTTP/1.1\r\nhost: DEMO.localhost:7780\r\ncUsToM-hEaDeR:  x \r\nX-Request-Id: 01234567890123456789\r\n\r\n',
    );
    const fixed = fixture.dyno.requests[0]!.replace(/Start: \d{13}/, 'Start: <ms>').replace(/Time: \d+/g, 'Time: <n>');
    expect(fixed).to.equal(
      'GET /a?b HTTP/1.1\r\nHost: demo.localhost\r\nConnection: keep-alive\r\nCustom-Header: x\r\n' +
        'X-Request-Id: 01234567890123456789\r\nX-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: http\r\n' +
        'X-Forwarded-Port: 80\r\nVia: 1.1 heroku-router\r\nConnect-Time: <n>\r\nX-Request-Start: <ms>\r\n' +
        'Total-Route-Time: <n>\r\n\r\n',
    );
  });

  it('answers pipelined requests in their order, one at a time', async () => {
    const client = await fixture.client();
    client.send(GET.replace('/ ', '/1 ') + GET.replace('/ ', '/2 ') + GET.replace('/ ', '/3 '));
    for (let index = 0; index < 3; index++) expect(await client.response()).to.match(/^HTTP\/1\.1 200 OK/);
    expect(fixture.dyno.requests.map((text) => text.slice(4, 6))).to.deep.equal(['/1', '/2', '/3']);
    client.close();
  });

  it('takes a head that comes one byte at a time', async () => {
    const client = await fixture.client();
    for (const character of 'POST /slow HTTP/1.1\r\nHost: demo.localhost\r\nContent-Length: 5\r\n\r\nhello') {
      client.send(character);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await client.response()).to.match(/^HTTP\/1\.1 200/);
    expect(fixture.dyno.requests[0]).to.match(/\r\n\r\nhello$/);
    client.close();
  });

  it('logs a request that went well', async () => {
    await fixture.ask(
      'GET /x%20y?q=%22a%0ab HTTP/1.1\r\nHost: demo.localhost:99\r\nX-Forwarded-For: 192.0.2.1, 192.0.2.2\r\n\r\n',
    );
    expect(masked(await fixture.line())).to.equal(
      'at=info method=GET path="/x y?q=\\"a\\u000ab" host=demo.localhost request_id=<id> ' +
        'fwd="192.0.2.1,192.0.2.2,127.0.0.1" dyno=web.1 connect=<n>ms service=<n>ms status=200 bytes=2 protocol=http1.1 tls=false',
    );
  });
});
