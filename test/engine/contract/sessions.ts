import {expect} from 'chai';
import type {Session} from '../../../src/engine/engine.js';
import type {Rig} from './rig.js';
import {until} from '../../support/until.js';

const terminal = {columns: 101, rows: 33, term: 'xterm-256color'};

export function sessionChapter(rig: Rig): void {
  describe('sessions', () => {
    it('attaches a terminal to a one-off and tells its exit status', async () => {
      const {dyno} = await rig.start('bash --norc', {
        name: 'run.4711',
        kind: 'run',
        attach: {tty: terminal},
        env: {TERM: terminal.term},
      });
      const session = await rig.engine.attachDyno(dyno.engineId);
      const screen = record(session);
      session.input.write('tty; stty size; echo $TERM; id -un >/dev/null; echo mark-$((40 + 2))\r');
      await until(
        'the size of the terminal',
        () => /33 101[\s\S]*xterm-256color[\s\S]*mark-42/.test(screen()) || undefined,
      );
      expect(screen()).to.match(/\/dev\/(pts\/|console)/);

      await session.resize(72, 20);
      await until('the new size', async () => {
        session.input.write('stty size\r');
        await new Promise((resolve) => setTimeout(resolve, 100));
        return screen().includes('20 72') || undefined;
      });
      session.input.write('exit 42\r');
      expect(await session.exited).to.equal(42);
      expect((await rig.ended(dyno.engineId)).exit?.status).to.equal(42);
      await rig.engine.removeDyno(dyno.engineId);
    });

    it('hands Ctrl-C of the terminal to what runs in it', async () => {
      const {dyno} = await rig.start('bash --norc', {name: 'run.4712', kind: 'run', attach: {tty: terminal}});
      const session = await rig.engine.attachDyno(dyno.engineId);
      const screen = record(session);
      session.input.write('echo $((1 + 1))-ready; sleep 3600\r');
      await until('the sleep', () => screen().includes('2-ready') || undefined);
      await until('the prompt after Ctrl-C', async () => {
        session.input.write('\x03');
        await new Promise((resolve) => setTimeout(resolve, 100));
        session.input.write('echo $((2 + 1))-after\r');
        await new Promise((resolve) => setTimeout(resolve, 200));
        return screen().includes('3-after') || undefined;
      });
      session.input.write('exit\r');
      expect(await session.exited).to.be.oneOf([0, 130]);
      await rig.engine.removeDyno(dyno.engineId);
    });

    it('attaches a pipe: input to its end, output of both streams, nothing of it in the log', async () => {
      const {dyno, output} = await rig.start('cat; echo to-stderr >&2; echo opened >/dev/stderr; exit 5', {
        name: 'run.4713',
        kind: 'run',
        attach: {tty: null},
      });
      const session = await rig.engine.attachDyno(dyno.engineId);
      const text = record(session);
      const sent = Array.from({length: 5000}, (_, n) => `line ${n}\n`).join('');
      session.input.end(sent);
      expect(await session.exited).to.equal(5);
      expect(text()).to.equal(`${sent}to-stderr\nopened\n`);
      await output.ended;
      expect(output.stdout + output.stderr).to.equal('');
      await rig.engine.removeDyno(dyno.engineId);
    });

    it('does not lose what a one-off writes before its client comes', async () => {
      const {dyno} = await rig.start('echo early; read line; echo got $line', {
        name: 'run.4714',
        kind: 'run',
        attach: {tty: null},
      });
      await new Promise((resolve) => setTimeout(resolve, 300));
      const session = await rig.engine.attachDyno(dyno.engineId);
      const text = record(session);
      session.input.write('word\n');
      expect(await session.exited).to.equal(0);
      expect(text()).to.equal('early\ngot word\n');
      await rig.engine.removeDyno(dyno.engineId);
    });

    it('executes further commands inside a running dyno', async () => {
      const {dyno, output} = await rig.start('echo up; exec sleep 3600', {
        name: 'worker.9',
        env: {CONFIG: 'of the dyno'},
      });
      await output.sees('up');
      const session = await rig.engine.execDyno(dyno.engineId, {
        command:
          'echo "$CONFIG|$EXTRA|$PROFILE_ORDER"; test "$HOME" = "$PWD" && echo home; echo err >/dev/stderr; exit 9',
        env: {EXTRA: 'of the exec', HOME: '/app'},
        tty: null,
      });
      const text = record(session);
      expect(await session.exited).to.equal(9);
      expect(text().split('\n').sort()).to.deep.equal(['', 'err', 'home', 'of the dyno|of the exec|12ap']);

      const shell = await rig.engine.execDyno(dyno.engineId, {command: 'bash --norc', env: {}, tty: terminal});
      const screen = record(shell);
      shell.input.write('stty size; exit 42\r');
      expect(await shell.exited).to.equal(42);
      expect(screen()).to.include('33 101');
      expect((await rig.look(dyno.engineId))?.running).to.be.true;
      expect(output.stdout).to.equal('up\n');
      await rig.engine.removeDyno(dyno.engineId);
    });

    it('refuses to execute in a dyno that has ended', async () => {
      const {dyno} = await rig.run('true');
      const failure = await rig.engine.execDyno(dyno.engineId, {command: 'true', env: {}, tty: null}).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(failure).to.have.property('name', 'DynoError');
    });
  });
}

/** Reads a session's output from now on. */
function record(session: Session): () => string {
  const pieces: Buffer[] = [];
  session.output.on('data', (piece: Buffer) => pieces.push(Buffer.from(piece)));
  session.output.on('error', () => undefined);
  return () => Buffer.concat(pieces).toString();
}
