import {fileURLToPath} from 'node:url';
import pty from '@lydell/node-pty';
import {expect} from 'chai';
import {until} from '../support/until.js';

const module = fileURLToPath(new URL('../../src/cli/long-progress.js', import.meta.url));

describe('a spinner', function () {
  this.timeout(150_000);

  it('shows what it waits for, and gives the cursor back when it is interrupted', async () => {
    const work = "(tell) => { tell('Still waiting: rain'); return new Promise(() => setInterval(() => {}, 1000)); }";
    const program = `import {withSpinner} from ${JSON.stringify(module)};
      await withSpinner(process.stderr, 'Doing', ${work}, () => 'done');`;
    const terminal = pty.spawn(process.execPath, ['--input-type=module', '-e', program], {cols: 80, rows: 24});
    let shown = '';
    let signal: number | undefined;
    terminal.onData((text) => (shown += text));
    terminal.onExit((end) => (signal = end.signal ?? 0));
    try {
      await until('what it waits for', () => shown.includes('Still waiting: rain') && shown.includes('\x1b[?25l'));
      terminal.write('\x03');
      await until('its end', () => signal !== undefined);
    } finally {
      if (signal === undefined) terminal.kill('SIGKILL');
    }
    expect(signal).to.equal(2);
    expect(shown.lastIndexOf('\x1b[?25h')).to.be.greaterThan(shown.lastIndexOf('\x1b[?25l'));
  });
});
