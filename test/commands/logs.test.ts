import {expect} from 'chai';
import Logs from '../../commands/logs.js';
import RunDetached from '../../commands/run/detached.js';
import {logLineJson} from '../../src/cli/views/log-lines.js';
import {text, type Responder} from './support/fixture-api.js';
import {CommandBench} from './support/run-command.js';

const lines = [
  '2026-11-22T06:11:32.244000+00:00 app[web.1]: Listening',
  '2026-11-22T06:12:00.000000+00:00 heroku[router]: at=error code=H12 desc="Request timeout" method=GET path="/"',
  '2026-11-22T06:13:00.000000+00:00 heroku[web.1]: Error R14 (Memory quota exceeded)',
];
const events = lines.map((line, at) => `id: ${at + 1}\ndata: ${line}\n\n`);

describe('dyno logs', () => {
  let bench: CommandBench;
  beforeEach(async () => {
    bench = await CommandBench.open();
    const logplex_url = `http://localhost:${bench.api.port}/log-sessions/s1?srv=1`;
    bench.api
      .on('POST /apps/demo/log-sessions', {id: 's1', logplex_url}, 201)
      .on('GET /log-sessions/s1?srv=1', text(events.join(''), 'text/event-stream'));
  });
  afterEach(() => bench.close());

  it('prints lines as they came, a hundred unless told', async () => {
    const {stdout, stderr} = await bench.run(Logs, '-a', 'demo');
    expect(stdout).to.equal(lines.map((line) => `${line}\n`).join(''));
    expect(stderr).to.equal('');
    expect(bench.api.bodyOf('POST /apps/demo/log-sessions')).to.deep.equal({lines: 100, tail: false});
    expect(bench.api.requests[1]!.headers.accept).to.equal('text/event-stream');
  });

  it('passes the filters of the API on', async () => {
    await bench.run(Logs, '-a', 'demo', '-n', '5', '-s', 'heroku', '-d', 'web.1');
    expect(bench.api.bodyOf('POST /apps/demo/log-sessions')).to.deep.equal({
      lines: 5,
      tail: false,
      source: 'heroku',
      dyno: 'web.1',
    });
  });

  it('sends a process type as the dyno, also under its old name', async () => {
    await bench.run(Logs, '-a', 'demo', '--ps', 'web');
    expect(bench.api.bodyOf('POST /apps/demo/log-sessions')).to.include({dyno: 'web'});
  });

  for (const [code, at] of [
    ['h12', 1],
    ['R14', 2],
  ] as const) {
    it(`finds ${code} in the whole history`, async () => {
      expect((await bench.run(Logs, '-a', 'demo', '--code', code)).stdout).to.equal(`${lines[at]}\n`);
      expect(bench.api.bodyOf('POST /apps/demo/log-sessions')).to.include({lines: 1500});
    });
  }

  it('leaves out what is older than --since', async () => {
    const {stdout} = await bench.run(Logs, '-a', 'demo', '--since', '2026-11-22T06:12:30Z');
    expect(stdout).to.equal(`${lines[2]}\n`);
  });

  it('shows what a tail has lost whatever the filter', async () => {
    const loss =
      '2026-11-22T06:11:33.000000+00:00 heroku[logplex]: Error L11 (Tail buffer overflow) -> This tail session dropped 7 messages since 2026-11-22T06:11:33+00:00.';
    bench.api.on(
      'GET /log-sessions/s1?srv=1',
      text([...events, `id: 4\ndata: ${loss}\n\n`].join(''), 'text/event-stream'),
    );
    const {stdout} = await bench.run(Logs, '-a', 'demo', '--code', 'H12', '--since', '2026-11-22T06:00:00Z');
    expect(stdout).to.equal(`${lines[1]}\n${loss}\n`);
  });

  it('prints an object a line with --json', async () => {
    const {stdout} = await bench.run(Logs, '-a', 'demo', '--json');
    expect(JSON.parse(stdout.split('\n')[0]!)).to.deep.equal({
      time: '2026-11-22T06:11:32.244000+00:00',
      source: 'app',
      process: 'web.1',
      message: 'Listening',
    });
  });

  it('colours each process, and errors, when asked to', async () => {
    bench.env = {NO_COLOR: undefined, FORCE_COLOR: '1'};
    const {stdout} = await bench.run(Logs, '-a', 'demo');
    const [first, second] = stdout.split('\n');
    expect(first).to.equal('\u001b[36m2026-11-22T06:11:32.244000+00:00 app[web.1]:\u001b[39m Listening');
    expect(second).to.include('\u001b[31mat=error code=H12');
    expect((await bench.run(Logs, '-a', 'demo', '--no-color')).stdout).not.to.include('\u001b');
    bench.env['HEROKU_LOGS_COLOR'] = '0';
    expect((await bench.run(Logs, '-a', 'demo')).stdout).not.to.include('\u001b');
  });

  it('goes on after the last line when a tail is cut off, and ends with its app', async () => {
    let opened = 0;
    const resumed: string[] = [];
    const answer: Responder = (request, response) => {
      opened++;
      if (opened === 1) return text(events[0]!, 'text/event-stream')(request, response);
      resumed.push(String(request.headers['last-event-id']));
      if (opened === 2) return text(events[1]!, 'text/event-stream')(request, response);
      response.writeHead(404, {'content-type': 'application/json'});
      response.end(JSON.stringify({id: 'not_found', message: "Couldn't find that log session."}));
    };
    bench.api.on('GET /log-sessions/s1?srv=1', answer);
    const {stdout, stderr, exitCode} = await bench.run(Logs, '-a', 'demo', '--tail');
    expect(stdout).to.equal(`${lines[0]}\n${lines[1]}\n`);
    expect(stderr).to.equal("Error: Couldn't find that log session.\n");
    expect(exitCode).to.equal(1);
    expect(resumed).to.deep.equal(['1', '2']);
  });

  for (const [argv, message] of [
    [['--since', 'yesterday'], 'yesterday is no time: write 90s, 10m, 2h, 1d or 2026-11-22T06:00:00Z.'],
    [['--since', '10'], '10 is no time: write 90s, 10m, 2h, 1d or 2026-11-22T06:00:00Z.'],
    [['--code', 'X9'], "X9 is no code of Heroku's: write H12, R14 or L10, for example."],
  ] as const) {
    it(`refuses ${argv.join(' ')}`, async () => {
      const {stderr, exitCode} = await bench.run(Logs, '-a', 'demo', ...argv);
      expect(stderr).to.equal(`Error: ${message}\n`);
      expect(exitCode).to.equal(2);
      expect(bench.api.calls).to.deep.equal([]);
    });
  }

  it('run:detached --tail prints the log of its dyno, with --json an object a line, and nothing else', async () => {
    bench.api.on('POST /apps/demo/dynos', {id: 'd1', name: 'run.4711', command: 'ls', state: 'starting'}, 201);
    for (const [flags, first] of [
      [[], lines[0]],
      [['--json'], logLineJson(lines[0]!)],
    ] as const) {
      let opened = 0;
      bench.api.on('GET /log-sessions/s1?srv=1', ((request, response) => {
        opened++;
        if (opened === 1) return text(events.join(''), 'text/event-stream')(request, response);
        response.writeHead(404, {'content-type': 'application/json'}).end('{"id": "not_found", "message": "gone"}');
      }) satisfies Responder);
      const {stdout} = await bench.run(RunDetached, '-a', 'demo', '--tail', ...flags, 'ls');
      expect(stdout.split('\n')).to.have.length(4);
      expect(stdout.split('\n')[0]).to.equal(first);
    }
    expect(bench.api.bodyOf('POST /apps/demo/log-sessions')).to.deep.equal({dyno: 'run.4711', tail: true});
  });

  it('refuses a number of lines that the history cannot have', async () => {
    expect((await bench.run(Logs, '-a', 'demo', '-n', '1501')).exitCode).to.equal(2);
    expect((await bench.run(Logs, '-a', 'demo', '-n', 'many')).exitCode).to.equal(2);
  });
});
