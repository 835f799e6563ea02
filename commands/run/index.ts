import {boolean} from '@oclif/core/flags';
import {attachTerminal, describeTerminal} from '../../src/cli/attach-terminal.js';
import {DynoCommand} from '../../src/cli/command.js';
import {oneOffArgs, oneOffFlags, oneOffRequest} from '../../src/cli/one-off-flags.js';

export default class Run extends DynoCommand {
  static override description = `run a one-off process inside a dyno
Its exit code is the command's own. Put -- before a command with flags.`;
  static override examples = ['<%= config.bin %> run bash', "<%= config.bin %> run --env 'A=1;B=2' 'echo $A $B'"];
  static override strict = false;
  static override args = oneOffArgs;
  static override flags = {
    ...oneOffFlags,
    'no-tty': boolean({description: 'no terminal, plain pipes'}),
    'exit-code': boolean({char: 'x', description: 'always so here; taken for the official CLI', hidden: true}),
  };

  async run() {
    const {argv, flags} = await this.parse(Run);
    const app = this.appOf(flags);
    const request = oneOffRequest(argv, flags);
    const tty = flags['no-tty'] ? null : describeTerminal(process, process.env);
    const terminal: Record<string, string> = tty
      ? {COLUMNS: String(tty.columns), LINES: String(tty.rows), TERM: tty.term}
      : {};
    const env = {...terminal, ...request.env};
    const dyno = await this.api.runDyno(app, {...request, env, attach: true, force_no_tty: tty === null});
    const session = await this.api.local.attach(app, dyno.name);
    if (process.stderr.isTTY) this.tell(`Running ${request.command} on ${this.palette.name(app)}... ${dyno.name}`);
    const resize = (size: {columns: number; rows: number}) =>
      void this.api.local.resize(app, dyno.name, session.id, size).catch(() => {});
    // Asked for at once: that somebody waits for it is how the platform knows that this client lives.
    const ended = this.api.local.sessionStatus(app, session.id);
    ended.catch(() => undefined);
    const end = await attachTerminal(session, process, {tty: tty !== null, resize});
    process.exitCode = end === 'left' ? 1 : (await ended).status;
  }
}
