import {expect} from 'chai';
import {RequestRecord} from '../../src/router/request-record.js';
import {RequestRecords} from '../../src/router/request-records.js';
import {timelineOfLine} from '../../src/router/request-timeline.js';
import {formatRouterLine} from '../../src/router/router-line.js';

describe('request records', () => {
  let records: RequestRecords;

  beforeEach(() => {
    records = new RequestRecords(3);
  });

  function begin(requestId: string): RequestRecord {
    const record = new RequestRecord();
    Object.assign(record, {requestId, appId: 'app-1', method: 'GET', target: `/${requestId}`, host: 'demo.localhost'});
    Object.assign(record, {forwardedFor: '10.0.0.9, 127.0.0.1', protocol: 'http1.1', acceptedAt: 1000});
    records.begin(record);
    return record;
  }

  function end(record: RequestRecord): void {
    Object.assign(record, {dyno: 'web.1', connectedAt: 1001, sentAt: 1002, firstByteAt: 1003, endedAt: 1004});
    Object.assign(record, {status: 200, bytes: 5});
    records.end(record, formatRouterLine(record, 'router2'));
  }

  it('knows a request in progress: not answered yet', () => {
    begin('first');
    begin('second').note(1001, 'web.1 refused the connection; quarantined');
    expect(records.timelineOf('app-1', 'second')).to.deep.include({
      request_id: 'second',
      status: null,
      dyno: null,
      events: [
        {at: '1970-01-01T00:00:01.000Z', text: 'GET /second accepted from 10.0.0.9, 127.0.0.1'},
        {at: '1970-01-01T00:00:01.001Z', text: 'web.1 refused the connection; quarantined'},
      ],
    });
  });

  it('knows one that has ended, by its line and its times', () => {
    end(begin('only'));
    expect(records.timelineOf('app-1', 'only')).to.deep.equal({
      request_id: 'only',
      app_id: 'app-1',
      method: 'GET',
      path: '/only',
      host: 'demo.localhost',
      fwd: '10.0.0.9,127.0.0.1',
      protocol: 'http1.1',
      dyno: 'web.1',
      status: 200,
      code: null,
      bytes: 5,
      events: [
        {at: '1970-01-01T00:00:01.000Z', text: 'GET /only accepted from 10.0.0.9,127.0.0.1'},
        {at: '1970-01-01T00:00:01.001Z', text: 'connected to web.1'},
        {at: '1970-01-01T00:00:01.002Z', text: 'request sent completely'},
        {at: '1970-01-01T00:00:01.003Z', text: 'first byte of the response'},
        {at: '1970-01-01T00:00:01.004Z', text: 'status 200'},
      ],
    });
  });

  it('keeps what is in progress, in whatever order requests end', () => {
    const all = ['a', 'b', 'c', 'd'].map(begin);
    end(all[1]!);
    end(all[3]!);
    expect(['a', 'b', 'c', 'd'].map((id) => records.timelineOf('app-1', id)?.status)).to.deep.equal([
      null,
      200,
      null,
      200,
    ]);
    end(all[0]!);
    end(all[2]!);
    expect(['a', 'b', 'c', 'd'].map((id) => records.timelineOf('app-1', id)?.status)).to.deep.equal([
      200,
      undefined,
      200,
      200,
    ]);
  });

  it('is not misled by what a client writes into its path', () => {
    const record = begin('real');
    record.target = '/" request_id=forged dyno=web.9 \\';
    end(record);
    expect(records.timelineOf('app-1', 'forged')).to.equal(undefined);
    expect(records.timelineOf('app-1', 'real')).to.include({path: record.target, dyno: 'web.1'});
  });

  it('forgotten, its line in the log still tells when it was connected and answered', () => {
    const line =
      'at=error code=H12 desc="Request timeout" method=GET path="/slow" host=demo.localhost request_id=gone ' +
      'fwd="127.0.0.1" dyno=web.1 connect=5ms service=30000ms status=503 bytes=0 protocol=http1.1 tls=false';
    expect(timelineOfLine('app-1', line, 40_000)).to.deep.include({
      code: 'H12',
      status: 503,
      events: [
        {at: '1970-01-01T00:00:09.995Z', text: 'GET /slow accepted from 127.0.0.1'},
        {at: '1970-01-01T00:00:10.000Z', text: 'connected to web.1'},
        {at: '1970-01-01T00:00:40.000Z', text: 'ended with H12, status 503'},
      ],
    });
  });

  it('is known to its own app alone', () => {
    end(begin('mine'));
    expect(records.timelineOf('app-2', 'mine')).to.equal(undefined);
  });
});
