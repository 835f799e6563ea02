import {expect} from 'chai';
import {oneOffCommand} from '../../src/model/one-off-command.js';

describe('command of a one-off dyno', () => {
  const types = {worker: 'node worker.js --queue', console: 'bin/console'};
  const cases: [string, string][] = [
    ['worker', 'node worker.js --queue'],
    ['worker 42', 'node worker.js --queue 42'],
    ['worker "a b"  c', 'node worker.js --queue "a b"  c'],
    ['  worker 42 ', 'node worker.js --queue 42'],
    ['workers 42', 'workers 42'],
    ['bash -c "worker"', 'bash -c "worker"'],
    ['constructor', 'constructor'],
    ['echo 1\necho 2', 'echo 1\necho 2'],
    ['   ', ''],
  ];
  for (const [command, expected] of cases) {
    it(JSON.stringify(command), () => expect(oneOffCommand(command, types)).to.equal(expected));
  }
});
