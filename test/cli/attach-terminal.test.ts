import {once} from 'node:events';
import {Duplex, PassThrough} from 'node:stream';
import {expect} from 'chai';
import {attachTerminal, type Terminal} from '../../src/cli/attach-terminal.js';

describe('a terminal that is attached to a dyno', () => {
  const resize = () => {};
  /** One whose process says `text`, and ends when `ends`. */
  const sessionOf = (text: string, ends: boolean) => {
    const stream = new Duplex({read: () => {}, write: (_chunk, _encoding, done) => done()});
    stream.push(text);
    if (ends) stream.push(null);
    return {stream, id: 's'};
  };
  const terminalOf = (stdout: PassThrough) => ({stdin: new PassThrough(), stdout}) as unknown as Terminal;

  it('stays until the process has ended', async () => {
    const stdout = new PassThrough();
    expect(await attachTerminal(sessionOf('text', true), terminalOf(stdout), {tty: false, resize})).to.equal('ended');
    expect(String(stdout.read())).to.equal('text');
  });

  it('leaves when nobody reads its output any more', async () => {
    const stdout = new PassThrough();
    const session = sessionOf('text', false);
    const attached = attachTerminal(session, terminalOf(stdout), {tty: false, resize});
    await once(stdout, 'data');
    stdout.on('error', () => {}).destroy(Object.assign(new Error('write EPIPE'), {code: 'EPIPE'}));
    expect(await attached).to.equal('left');
    expect(session.stream.destroyed).to.equal(true);
    expect([stdout.listenerCount('close'), stdout.listenerCount('error')]).to.deep.equal([0, 1]);
  });

  it('leaves at the fourth Ctrl-C', async () => {
    const terminal = terminalOf(new PassThrough());
    Object.assign(terminal.stdin, {setRawMode: () => terminal.stdin});
    const attached = attachTerminal(sessionOf('', false), terminal, {tty: true, resize});
    for (let press = 0; press < 4; press++) terminal.stdin.push('\x03');
    expect(await attached).to.equal('left');
  });
});
