import {expect} from 'chai';
import {followLog} from '../../src/cli/follow-log.js';
import {Api} from '../../src/client/api.js';
import {Connection} from '../../src/client/connection.js';
import {DynoError} from '../../src/model/error.js';
import {FixtureApi, text, type Responder} from '../commands/support/fixture-api.js';

const STREAM = 'GET /log-sessions/s1';
const event = (id: number) => `id: ${id}\ndata: line ${id}\n\n`;

describe('followLog', function () {
  this.timeout(30_000);
  let fixture: FixtureApi;
  let api: Api;

  beforeEach(async () => {
    fixture = await FixtureApi.start();
    const {port} = fixture;
    fixture.on(
      'POST /apps/demo/log-sessions',
      {id: 's1', logplex_url: `http://localhost:${port}/log-sessions/s1`},
      201,
    );
    api = new Api(new Connection({port, token: () => 'a-token'}));
  });
  afterEach(async () => {
    api.close();
    await fixture.close();
  });

  /** What came, and the error it ended with. */
  async function follow(request: {tail: boolean}, patienceMs: number): Promise<{lines: string[]; error: unknown}> {
    const lines: string[] = [];
    try {
      for await (const some of followLog(api, 'demo', request, patienceMs)) lines.push(...some);
      return {lines, error: null};
    } catch (error) {
      return {lines, error};
    }
  }

  it('gives a tail up whose every connection is accepted, and ends without a line', async () => {
    fixture.on(STREAM, text('', 'text/event-stream'));
    const {error} = await follow({tail: true}, 300);
    expect(error).to.be.instanceOf(DynoError);
    expect((error as DynoError).message).to.equal('The platform does not answer: it ends every stream');
  });

  it('gives a tail up whose runtime does not come back, and says which', async () => {
    const refusal = {id: 'runtime_unavailable', message: 'Runtime us does not answer: it does not start'};
    fixture.on(STREAM, refusal, 503);
    const {error} = await follow({tail: true}, 300);
    expect((error as DynoError).message).to.equal(refusal.message);
  });

  it('goes on with a tail as long as lines come', async () => {
    let opened = 0;
    const answer: Responder = (request, response) => {
      opened++;
      if (opened <= 3) return text(event(opened), 'text/event-stream')(request, response);
      response.writeHead(404, {'content-type': 'application/json'}).end('{"id": "not_found", "message": "gone"}');
    };
    fixture.on(STREAM, answer);
    const {lines, error} = await follow({tail: true}, 100);
    expect(lines).to.deep.equal(['line 1', 'line 2', 'line 3']);
    expect((error as DynoError).message).to.equal('gone');
  });

  it('does not take a history that breaks off for a whole one', async () => {
    fixture.on(STREAM, ((_request, response) => {
      response.writeHead(200, {'content-type': 'text/event-stream'});
      response.write(event(1), () => response.destroy());
    }) satisfies Responder);
    const {error} = await follow({tail: false}, 300);
    expect(error).to.be.instanceOf(DynoError);
    expect((error as DynoError).code).to.equal('platform_unavailable');
  });
});
