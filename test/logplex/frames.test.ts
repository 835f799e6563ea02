import {expect} from 'chai';
import {httpsFrame, httpsLossFrame, syslogFrameFor, syslogLossFrame} from '../../src/logplex/frames.js';
import {MessageHead} from '../../src/logplex/message.js';
import {priority} from '../../src/model/log.js';
import type {LogEntry} from '../../src/model/log.js';
import {TIME} from './messages.js';

const TOKEN = 'd.9f0d3b2c-1111-4222-8333-444455556666';

/** Every producer of 5.2: what it writes, and what its drains send. */
const producers: {
  name: string;
  source: LogEntry['source'];
  process: string;
  pri: number;
  text: string;
  https: string;
  syslog: string;
}[] = [
  {
    name: 'a dyno',
    source: 'app',
    process: 'web.1',
    pri: priority.dyno,
    text: 'Grüße, 世界',
    https: '73 <190>1 2026-11-22T06:11:32.244000+00:00 host app web.1 - Grüße, 世界\n',
    syslog: `109 <190>1 2026-11-22T06:11:32.244000+00:00 ${TOKEN} app web.1 - - Grüße, 世界\n`,
  },
  {
    name: 'the router',
    source: 'heroku',
    process: 'router',
    pri: priority.router,
    text: 'at=info method=GET path="/" host=demo.localhost',
    https:
      '109 <158>1 2026-11-22T06:11:32.244000+00:00 host heroku router - at=info method=GET path="/" host=demo.localhost\n',
    syslog: `145 <158>1 2026-11-22T06:11:32.244000+00:00 ${TOKEN} heroku router - - at=info method=GET path="/" host=demo.localhost\n`,
  },
  {
    name: 'the dyno manager',
    source: 'heroku',
    process: 'web.1',
    pri: priority.dynoManager,
    text: 'State changed from starting to up',
    https: '94 <134>1 2026-11-22T06:11:32.244000+00:00 host heroku web.1 - State changed from starting to up\n',
    syslog: `130 <134>1 2026-11-22T06:11:32.244000+00:00 ${TOKEN} heroku web.1 - - State changed from starting to up\n`,
  },
  {
    name: 'runtime metrics',
    source: 'heroku',
    process: 'worker.1',
    pri: priority.dynoManager,
    text: 'source=worker.1 sample#load_avg_1m=0.00',
    https:
      '103 <134>1 2026-11-22T06:11:32.244000+00:00 host heroku worker.1 - source=worker.1 sample#load_avg_1m=0.00\n',
    syslog: `139 <134>1 2026-11-22T06:11:32.244000+00:00 ${TOKEN} heroku worker.1 - - source=worker.1 sample#load_avg_1m=0.00\n`,
  },
  {
    name: 'the API',
    source: 'app',
    process: 'api',
    pri: priority.api,
    text: 'Release v3 created by user dev@example.test',
    https: '99 <133>1 2026-11-22T06:11:32.244000+00:00 host app api - Release v3 created by user dev@example.test\n',
    syslog: `135 <133>1 2026-11-22T06:11:32.244000+00:00 ${TOKEN} app api - - Release v3 created by user dev@example.test\n`,
  },
  {
    name: 'an add-on',
    source: 'app',
    process: 'heroku-postgres',
    pri: priority.addon,
    text: 'source=DATABASE sample#active-connections=4',
    https:
      '111 <134>1 2026-11-22T06:11:32.244000+00:00 host app heroku-postgres - source=DATABASE sample#active-connections=4\n',
    syslog: `147 <134>1 2026-11-22T06:11:32.244000+00:00 ${TOKEN} app heroku-postgres - - source=DATABASE sample#active-connections=4\n`,
  },
];

describe('frames', () => {
  for (const {name, source, process, pri, text, https, syslog} of producers) {
    const head = new MessageHead(TIME, source, process, pri);
    it(`of ${name}, byte for byte`, () => {
      expect(httpsFrame({seq: 1, head, text, unterminated: false})).to.equal(https);
      expect(syslogFrameFor(TOKEN)({seq: 1, head, text, unterminated: false})).to.equal(syslog);
    });

    it(`of ${name} count their bytes`, () => {
      for (const frame of [https, syslog]) {
        const [length, rest] = [frame.slice(0, frame.indexOf(' ')), frame.slice(frame.indexOf(' ') + 1)];
        expect(Buffer.byteLength(rest)).to.equal(Number(length));
      }
    });
  }

  it('of a piece of a long line: no newline over https, always one over syslog', () => {
    const piece = {seq: 1, head: new MessageHead(TIME, 'app', 'web.1', priority.dyno), text: 'xx', unterminated: true};
    expect(httpsFrame(piece)).to.equal('59 <190>1 2026-11-22T06:11:32.244000+00:00 host app web.1 - xx');
    expect(syslogFrameFor(TOKEN)(piece)).to.equal(
      `96 <190>1 2026-11-22T06:11:32.244000+00:00 ${TOKEN} app web.1 - - xx\n`,
    );
  });

  it('of an empty message', () => {
    const empty = {seq: 1, head: new MessageHead(TIME, 'app', 'web.1', priority.dyno), text: '', unterminated: false};
    expect(httpsFrame(empty)).to.equal('58 <190>1 2026-11-22T06:11:32.244000+00:00 host app web.1 - \n');
  });

  it('of L10, in whole seconds; without a newline over https', () => {
    const since = TIME - 5000;
    expect(httpsLossFrame(7, since, TIME)).to.equal(
      '142 <172>1 2026-11-22T06:11:32+00:00 host heroku logplex - ' +
        'Error L10 (output buffer overflow): 7 messages dropped since 2026-11-22T06:11:27+00:00.',
    );
    expect(syslogLossFrame(TOKEN, 7, since, TIME)).to.equal(
      `179 <172>1 2026-11-22T06:11:32+00:00 ${TOKEN} heroku logplex - - ` +
        'Error L10 (output buffer overflow): 7 messages dropped since 2026-11-22T06:11:27+00:00.\n',
    );
  });
});
