import {expect} from 'chai';
import {formatDuration, parseDuration} from '../../src/cli/duration.js';
import {joinCommand, parseEnv} from '../../src/cli/run-command.js';
import {formatAgo} from '../../src/cli/time.js';
import {parseSince} from '../../src/cli/views/log-lines.js';
import {layoutFrame, sinkBehaviour} from '../../src/cli/views/sink.js';
import {trustNotes, trustSteps, trustStoreOf} from '../../src/cli/views/trust.js';

const now = Date.parse('2026-11-22T06:17:02Z');

describe('times as the official CLI prints them', () => {
  const zone = process.env.TZ;
  before(() => (process.env.TZ = 'UTC'));
  after(() => {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  });
  for (const [seconds, text] of [
    [0, '2026/11/22 06:17:02 +0000 (~ 0s ago)'],
    [60, '2026/11/22 06:16:02 +0000 (~ 60s ago)'],
    [61, '2026/11/22 06:16:01 +0000 (~ 1m ago)'],
    [3600, '2026/11/22 05:17:02 +0000 (~ 60m ago)'],
    [25 * 3600, '2026/11/21 05:17:02 +0000 (~ 25h ago)'],
    [26 * 3600, '2026/11/21 04:17:02 +0000'],
    [-5, '2026/11/22 06:17:07 +0000 (~ 0s ago)'],
  ] as const) {
    it(`${seconds} s ago`, () => expect(formatAgo(new Date(now - seconds * 1000), now)).to.equal(text));
  }
});

describe('what users type', () => {
  it('durations', () => {
    expect(['90s', '25h', '1d12h', '500ms'].map(parseDuration)).to.deep.equal([90_000, 90_000_000, 129_600_000, 500]);
    expect(parseDuration('366d')).to.equal(366 * 24 * 3_600_000);
    for (const text of ['', '5', 'h', '1.5h', '0s', '-1h', '1h 2m', '367d']) {
      expect(() => parseDuration(text), text).to.throw(/is no duration|is out of range/);
    }
    expect([0, 61_000, 90_000_000].map(formatDuration)).to.deep.equal(['0s', '1m 1s', '1d 1h']);
  });

  it('times to look back to', () => {
    expect(parseSince('10m', now)).to.equal(now - 600_000);
    expect(parseSince('2026-11-22T06:00:00Z', now)).to.equal(Date.parse('2026-11-22T06:00:00Z'));
  });

  it('commands of one-off dynos, joined as the official CLI joins them', () => {
    expect(joinCommand(['node -e "1 + 1"'])).to.equal('node -e "1 + 1"');
    expect(joinCommand(['node', '-e', 'a "b"', 'c'])).to.equal('node -e "a \\"b\\"" c');
    expect(() => joinCommand([])).to.throw('Usage: dyno run COMMAND\n\nExample: dyno run bash');
  });

  it('environments of one-off dynos', () => {
    expect(parseEnv(['A=1;B=two words', 'C=x=y'])).to.deep.equal({A: '1', B: 'two words', C: 'x=y'});
    expect(() => parseEnv(['A'])).to.throw('A is no config var: write KEY=VALUE.');
  });

  it('answers of a drain sink', () => {
    expect(['accept', 'hang', 'close', '503', 'slow:1.5'].map(sinkBehaviour)).to.deep.equal([
      {kind: 'accept'},
      {kind: 'hang'},
      {kind: 'close'},
      {kind: 'status', status: 503},
      {kind: 'slow', delayMs: 1500},
    ]);
    for (const text of ['99', '600', 'slow', 'slow:x'])
      expect(() => sinkBehaviour(text), text).to.throw('is no answer');
  });
});

describe('other texts', () => {
  it('a frame without its length, on one line', () => {
    const frame = {pri: 190, time: 'T', host: 'host', source: 'app', process: 'web.1', message: 'hi\n'};
    expect(layoutFrame(frame)).to.equal('<190>1 T host app web.1 - hi');
    expect(layoutFrame({...frame, host: 'd.1'})).to.equal('<190>1 T d.1 app web.1 - - hi');
  });

  it('steps to trust a certificate authority, safe for a shell', () => {
    expect(trustSteps('linux', "/home/o'neil/ca.pem")[0]).to.equal(
      `sudo cp '/home/o'\\''neil/ca.pem' /usr/local/share/ca-certificates/dyno-local.crt`,
    );
    expect(trustSteps('darwin', '/x')[0]).to.match(/^sudo security add-trusted-cert/);
    expect(trustSteps('win32', 'C:\\x')[0]).to.match(/^certutil/);
    expect(trustSteps('linux', '/x', {isRoot: true})).to.deep.equal([
      "cp '/x' /usr/local/share/ca-certificates/dyno-local.crt",
      'update-ca-certificates',
    ]);
  });

  it('steps for the store that a Linux machine has', () => {
    const steps = (program: string) =>
      trustSteps('linux', '/x', {store: trustStoreOf((name) => name === program)}).at(-1);
    expect(steps('update-ca-certificates')).to.equal('sudo update-ca-certificates');
    expect(steps('update-ca-trust')).to.equal('sudo update-ca-trust');
    expect(steps('trust')).to.equal("sudo trust anchor --store '/x'");
    expect(steps('none of them')).to.equal('sudo update-ca-certificates');
  });

  it('browsers keep stores of their own', () => {
    expect(trustNotes('linux', '/x').join()).to.match(/certutil -d sql:.* -i '\/x'.*Firefox: .* Import \/x/);
    expect(trustNotes('darwin', '/x').join()).to.include('enterprise_roots');
  });
});
