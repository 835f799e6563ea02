import {expect} from 'chai';
import type {DynoOutput} from '../../src/engine/engine.js';
import {AdvancingClock} from '../../src/runtime/advancing-clock.js';
import {outputAtRuntimeTime} from '../../src/runtime/runtime-time.js';

describe('outputAtRuntimeTime', () => {
  it("moves all that an engine tells to the runtime's time, a loss too", () => {
    const clock = new AdvancingClock();
    const told: unknown[] = [];
    const output: DynoOutput = {
      write: (chunk, stream, time, cursor) => told.push([chunk.toString(), stream, time, cursor]),
      lost: (since) => told.push(['lost', since]),
      end: () => told.push(['end']),
    };
    const moved = outputAtRuntimeTime(output, clock);
    clock.advance(5000);
    moved.write(Buffer.from('hi'), 'stdout', 100, 'c');
    moved.lost(200);
    moved.end();
    expect(told).to.deep.equal([['hi', 'stdout', 5100, 'c'], ['lost', 5200], ['end']]);
    clock.close();
  });
});
