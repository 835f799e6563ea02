import {expect} from 'chai';
import type Docker from 'dockerode';
import {Readable} from 'node:stream';
import {followLog} from '../../../src/engine/docker/follow.js';
import {Recorder} from '../contract/recorder.js';

const STAMP = '2026-11-22T06:17:02.000000000Z';

/** A Docker that answers looks at the dyno one after the other: running, ended, or refused. */
function dockerSaying(answers: ('running' | 'ended' | 'refused')[]): Docker {
  let logged = false;
  const docker = {
    getContainer: () => ({
      inspect: () => {
        const answer = answers.shift();
        return answer === undefined || answer === 'refused'
          ? Promise.reject(Object.assign(new Error('server error'), {statusCode: 500}))
          : Promise.resolve({State: {Running: answer === 'running'}});
      },
    }),
    modem: {
      dial: (_: unknown, done: (error: null, log: Readable) => void) => {
        const log = Readable.from(logged ? [] : [frame(`${STAMP} hello\n`)]);
        logged = true;
        done(null, log);
      },
    },
  };
  return docker as unknown as Docker;
}

function frame(text: string): Buffer {
  const head = Buffer.alloc(8);
  head[0] = 1;
  head.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([head, Buffer.from(text)]);
}

async function follow(docker: Docker): Promise<Recorder> {
  const output = new Recorder();
  await followLog({
    docker,
    engineId: 'd-1',
    cursor: null,
    output,
    clockOffset: () => 0,
    retry: () => Promise.resolve(),
    signal: new AbortController().signal,
  });
  return output;
}

const refused = (times: number) => Array.from({length: times}, () => 'refused' as const);

describe('a followed log that Docker refuses to read', () => {
  it('is tried again, however often that was needed before in the life of a dyno', async () => {
    const output = await follow(dockerSaying([...refused(5), 'running', ...refused(5), 'running', 'ended']));
    expect(output).to.deep.include({stdout: 'hello\n', losses: [], ends: 1});
  });

  it('is given up after too many in a row, and the loss is told since the last that came', async () => {
    const output = await follow(dockerSaying(['running', ...refused(6)]));
    expect(output).to.deep.include({stdout: 'hello\n', losses: [Date.parse(STAMP)], ends: 1});
  });
});
