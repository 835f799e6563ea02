import {expect} from 'chai';
import {spawn} from 'node:child_process';
import http from 'node:http';
import net from 'node:net';
import {join} from 'node:path';
import tls from 'node:tls';
import {openDrainSink} from '../../../src/cli/drain-sink/drain-sink.js';
import type {DrainSink} from '../../../src/cli/drain-sink/drain-sink.js';
import type {SinkBatch, SinkOptions} from '../../../src/cli/drain-sink/sink-options.js';
import {DynoError} from '../../../src/model/error.js';
import type {LogplexFrame} from '../../../src/model/logplex-frame.js';
import {makeCertificate} from '../../logplex/certificates.js';
import {checkout} from '../../support/installation.js';
import {until} from '../../support/until.js';

const frame = '59 <190>1 2026-11-22T06:11:32.244000+00:00 host app web.1 - a\n';

describe('openDrainSink', function () {
  this.timeout(30_000);
  let sinks: DrainSink[];
  let frames: LogplexFrame[];
  let batches: SinkBatch[];
  let malformed: Error[];

  beforeEach(() => {
    [sinks, frames, batches, malformed] = [[], [], [], []];
  });

  afterEach(() => Promise.all(sinks.map((sink) => sink.close())));

  async function open(options: Partial<SinkOptions> & {kind: SinkOptions['kind']}): Promise<DrainSink> {
    const sink = await openDrainSink({
      port: 0,
      onFrames: (got, batch) => {
        frames.push(...got);
        batches.push(batch);
      },
      onMalformed: (error) => malformed.push(error),
      ...options,
    });
    sinks.push(sink);
    return sink;
  }

  /** Status of the answer, or the code of the failure. */
  function post(port: number, body: string): Promise<number | string | undefined> {
    return new Promise((resolve) => {
      const headers = {'Logplex-Msg-Count': '1', 'Content-Type': 'application/logplex-1'};
      const request = http.request({host: '127.0.0.1', port, method: 'POST', headers, agent: false}, (response) => {
        response.resume();
        response.once('end', () => resolve(response.statusCode));
      });
      request.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
      request.end(body);
    });
  }

  it('http: shows the frames with their headers, and answers 204', async () => {
    const {port, url} = await open({kind: 'http'});
    expect(url).to.equal(`http://localhost:${port}`);
    expect(await post(port, frame + frame)).to.equal(204);
    expect(frames.map(({process, message}) => [process, message])).to.deep.equal([
      ['web.1', 'a\n'],
      ['web.1', 'a\n'],
    ]);
    expect(batches[0]!.status).to.equal(204);
    expect(batches[0]!.headers).to.deep.include(['Logplex-Msg-Count', '1']);
  });

  it('http: errs, slows down and closes as told', async () => {
    const erring = await open({kind: 'http', behaviour: {kind: 'status', status: 503}});
    expect(await post(erring.port, frame)).to.equal(503);
    const slow = await open({kind: 'http', behaviour: {kind: 'slow', delayMs: 20}});
    expect(await post(slow.port, frame)).to.equal(204);
    const closing = await open({kind: 'http', behaviour: {kind: 'close'}});
    expect(await post(closing.port, frame)).to.equal('ECONNRESET');
    expect(batches.map(({status}) => status)).to.deep.equal([503, 204]);
  });

  it('http: never answers when told to hang, and closes all the same', async () => {
    const hanging = await open({kind: 'http', behaviour: {kind: 'hang'}});
    const answer = post(hanging.port, frame);
    await until('the frame', () => frames.length === 1);
    expect(batches[0]!.status).to.equal(null);
    await hanging.close();
    sinks = [];
    expect(await answer).to.equal('ECONNRESET');
  });

  it('says what is no drain’s', async () => {
    const {port} = await open({kind: 'http'});
    expect(await post(port, 'hello')).to.equal(204);
    const syslog = await open({kind: 'syslog'});
    const socket = net.connect(
      syslog.port,
      '127.0.0.1',
      () => void socket.write('<34>Oct 11 22:14:15 host su: hello\n'),
    );
    await new Promise((resolve) => socket.once('close', resolve));
    expect(malformed).to.have.length(2);
    expect(frames).to.deep.equal([]);
  });

  it('syslog and syslog+tls: reads a stream of frames', async () => {
    const certificate = await makeCertificate();
    const plain = await open({kind: 'syslog'});
    const secure = await open({kind: 'syslog+tls', certificate});
    const sockets = [
      net.connect(plain.port, '127.0.0.1'),
      tls.connect({port: secure.port, host: 'localhost', ca: certificate.certificateChain}),
    ];
    for (const socket of sockets) socket.end(frame + frame);
    await until('all frames', () => frames.length === 4);
  });

  it('ends when nobody reads what it prints', async () => {
    const args = [join(checkout, 'bin/run.js'), 'drains:sink'];
    const child = spawn(process.execPath, args, {stdio: ['ignore', 'pipe', 'pipe']});
    try {
      let said = '';
      child.stderr.on('data', (text: Buffer) => (said += text.toString()));
      const port = await until('its port', () => /http:\/\/localhost:(\d+) /.exec(said)?.[1]);
      child.stdout.destroy();
      await until('its end', async () => {
        if (child.exitCode === null) await post(Number(port), frame);
        return child.exitCode !== null;
      });
      expect([child.exitCode, said.split('\n').length]).to.deep.equal([0, 2]);
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('tells of a port that is taken', async () => {
    const {port} = await open({kind: 'http'});
    const error = await open({kind: 'syslog', port}).then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(DynoError);
    expect((error as DynoError).code).to.equal('port_in_use');
  });
});
