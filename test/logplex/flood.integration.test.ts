import {expect} from 'chai';
import {fork} from 'node:child_process';
import {once} from 'node:events';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {FloodOptions, FloodReport} from './flooded-logplex.js';

const CHUNKS = 400;
/** MiB that the process may use for everything; the flood has 400 */
const HEAP = 192;
/** messages of 1 KiB that the ceiling of a buffer leaves room for */
const CEILING = (64 * 1024 * 1024) / (1023 + 100);

const program = fileURLToPath(new URL('./flooded-logplex.js', import.meta.url));

describe('a flood that nobody takes', function () {
  this.timeout(120_000);

  it('stays in bounded memory, and every line of it is accounted for', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'dyno-flood-'));
    const options: FloodOptions = {directory, chunks: CHUNKS};
    const child = fork(program, [JSON.stringify(options)], {execArgv: [`--max-old-space-size=${HEAP}`]});
    try {
      const report = await Promise.race([
        once(child, 'message').then(([message]) => message as FloodReport),
        once(child, 'exit').then(([code, signal]) => Promise.reject(new Error(`it ended: ${code ?? signal}`))),
      ]);
      const {lines, history, drains, tail} = report;
      expect([lines, history]).to.deep.equal([CHUNKS * 1024, 1500]);
      expect(tail.read + tail.told).to.equal(lines);
      expect(tail.told).to.be.above(0);
      for (const {id, delivered, dropped, buffered} of drains) {
        expect(delivered + dropped + buffered, id).to.equal(lines);
        expect(buffered, id).to.be.at.most(CEILING + 1024);
        expect(dropped, id).to.be.above(0);
      }
    } finally {
      child.kill('SIGKILL');
      await rm(directory, {recursive: true, force: true});
    }
  });
});
