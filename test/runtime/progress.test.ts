import {expect} from 'chai';
import {DynoError} from '../../src/model/error.js';
import {readLines} from '../../src/runtime/ndjson.js';
import {progressOf} from '../../src/runtime/progress.js';
import {settle} from '../support/virtual-clock.js';

interface Event {
  output?: string;
  done?: unknown;
  error?: {code: string};
}

async function eventsOf(source: AsyncIterable<Buffer>): Promise<Event[]> {
  const events: Event[] = [];
  for await (const line of readLines(source)) events.push(JSON.parse(line) as Event);
  return events;
}

describe('progressOf', () => {
  it('answers output as it comes, then the result or the error', async () => {
    const done = progressOf(async (onOutput) => {
      onOutput('one\n');
      onOutput('two\n');
      return {status: 0};
    });
    expect(await eventsOf(done.source)).to.deep.equal([{output: 'one\n'}, {output: 'two\n'}, {done: {status: 0}}]);
    const failed = progressOf(() => Promise.reject(new DynoError('no_code', {app: 'demo'})));
    expect((await eventsOf(failed.source))[0]!.error!.code).to.equal('no_code');
  });

  it('holds little for a reader that is slow, and says what was lost', async () => {
    const chunk = 'x'.repeat(1024 * 1024);
    const {source} = progressOf(async (onOutput) => {
      for (let i = 0; i < 60; i++) onOutput(chunk);
      return {status: 0};
    });
    await settle();
    expect(source.readableLength).to.be.below(34 * 1024 * 1024);
    const events = await eventsOf(source);
    const kept = events.filter(({output}) => output === chunk).length;
    expect(kept).to.be.within(32, 33);
    expect(events.slice(kept)).to.deep.equal([
      {output: `\n !     ${(60 - kept) * chunk.length} characters were lost: they came too fast.\n`},
      {done: {status: 0}},
    ]);
  });

  it('says what was lost before output that finds room again', async () => {
    const chunk = 'x'.repeat(33 * 1024 * 1024);
    let onOutput!: (text: string) => void;
    let end!: (result: object) => void;
    const {source} = progressOf((write) => ((onOutput = write), new Promise<object>((resolve) => (end = resolve))));
    onOutput(chunk);
    onOutput('lost\n');
    const events = eventsOf(source);
    await settle();
    onOutput('kept\n');
    end({});
    expect((await events).slice(1)).to.deep.equal([
      {output: '\n !     5 characters were lost: they came too fast.\n'},
      {output: 'kept\n'},
      {done: {}},
    ]);
  });
});
