import {expect} from 'chai';
import {RequestRecord} from '../../src/router/request-record.js';
import {formatRouterLine, parseRouterLine} from '../../src/router/router-line.js';

function record(changes: Partial<RequestRecord> = {}): RequestRecord {
  return Object.assign(new RequestRecord(), {
    method: 'GET',
    target: '/x?y=1',
    host: 'app.example.com',
    requestId: '8601b555-6a83-4c12-8269-97c8e32cdb22',
    forwardedFor: '1.2.3.4',
    dyno: 'web.1',
    acceptedAt: 1000,
    connectedAt: 1001,
    endedAt: 1019,
    status: 200,
    bytes: 13,
    protocol: 'http1.1',
    ...changes,
  });
}

/** heroku-behaviour.md 3.10, byte for byte. */
describe('formatRouterLine', () => {
  const start =
    'method=GET path="/x?y=1" host=app.example.com request_id=8601b555-6a83-4c12-8269-97c8e32cdb22 fwd="1.2.3.4"';

  it('Router 2.0', () => {
    expect(formatRouterLine(record({tlsVersion: 'tls1.3'}), 'router2')).to.equal(
      `at=info ${start} dyno=web.1 connect=1ms service=18ms status=200 bytes=13 protocol=http1.1 tls=true tls_version=tls1.3`,
    );
    expect(formatRouterLine(record(), 'router2')).to.match(/ protocol=http1\.1 tls=false$/);
  });

  it('legacy', () => {
    expect(formatRouterLine(record({tlsVersion: 'tls1.2'}), 'legacy')).to.equal(
      `at=info ${start} dyno=web.1 connect=1ms service=18ms status=200 bytes=13 protocol=https`,
    );
    expect(formatRouterLine(record({target: '/a%20b'}), 'legacy')).to.include(' path="/a%20b" ');
  });

  it('tls_version: unknown on the built-in domain; in a space the legacy router tells it before the protocol', () => {
    const host = 'demo.localhost';
    expect(formatRouterLine(record({tlsVersion: 'tls1.3', host}), 'router2')).to.match(
      / tls=true tls_version=unknown$/,
    );
    expect(formatRouterLine(record({tlsVersion: 'tls1.2', inSpace: true}), 'legacy')).to.match(
      / bytes=13 tls_version=tls1\.2 protocol=https$/,
    );
    expect(formatRouterLine(record({inSpace: true}), 'legacy')).to.match(/ bytes=13 protocol=http$/);
  });

  it('is one log message, whatever a client sends', () => {
    for (const text of ['a', '\u0085', 'é', '\\', '%01', '%e2%82%ac']) {
      for (const style of ['router2', 'legacy'] as const) {
        const long = text.repeat(8000 / text.length);
        for (const forwardedFor of ['1.2.3.4', long.repeat(60)]) {
          const line = formatRouterLine(record({target: `/${long}`, forwardedFor}), style);
          expect(Buffer.byteLength(line)).to.be.at.most(10_000);
          expect(line).to.match(/ dyno=web\.1 connect=1ms service=18ms status=200 /);
          expect(parseRouterLine(line)).to.include({method: 'GET', dyno: 'web.1', status: '200'});
        }
      }
    }
  });

  it('cuts nothing that fits', () => {
    const target = `/${'a'.repeat(8000)}`;
    expect(formatRouterLine(record({target}), 'router2')).to.include(` path="${target}" `);
  });

  it('no dyno reached', () => {
    expect(
      formatRouterLine(record({code: 'H14', dyno: null, connectedAt: 0, status: 503, bytes: null}), 'router2'),
    ).to.equal(
      `at=error code=H14 desc="No web processes running" ${start} dyno= connect= service= status=503 bytes= protocol=http1.1 tls=false`,
    );
  });

  it('who broke it stands first', () => {
    expect(formatRouterLine(record({code: 'H27', status: 499}), 'router2')).to.match(
      /^sock=client at=warning code=H27 desc="Client Request Interrupted" method=/,
    );
    expect(formatRouterLine(record({code: 'H18'}), 'router2')).to.match(
      /^sock=backend at=error code=H18 desc="Server Request Interrupted" method=/,
    );
  });

  it('nothing that a client sends ends its value or the line', () => {
    const target = '/a%22%20code=H10%0d%0a"\\';
    const line = formatRouterLine(record({target, forwardedFor: 'x" code=H10, \u0085y'}), 'router2');
    expect(line).to.include(' path="/a\\" code=H10\\u000d\\u000a\\"\\\\" ');
    expect(line).to.include(' fwd="x\\" code=H10,\\u0085y" ');
    expect(line).not.to.match(/[\r\n]/);
  });

  it('a path that does not decode stays as it was', () => {
    expect(formatRouterLine(record({target: '/%zz%e9'}), 'router2')).to.include(' path="/%zz%e9" ');
    expect(formatRouterLine(record({target: '/%c3%a9'}), 'router2')).to.include(' path="/é" ');
  });
});
