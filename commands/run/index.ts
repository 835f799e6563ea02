import {string as stringArg} from '@oclif/core/args';
import {boolean, integer, string} from '@oclif/core/flags';
import {attachTerminal, describeTerminal} from '../../src/cli/attach-terminal.js';
import {DynoCommand} from '../../src/cli/command.js';
import {appFlag} from '../../src/cli/flags.js';
import {joinCommand, parseEnv} from '../../src/cli/run-command.js';

export default class Run extends DynoCommand {
  static override description = `run a one-off process inside a dyno
Its exit code is the command's own. Put -- before a command with flags.`;
  static override examples = ['<%= config.bin %> run bash', "<%= config.bin %> run --env 'A=1;B=2' 'echo $A $B'"];
  static override strict = false;
  static override args = {command: stringArg({description: 'command, or a process type', required: true})};
  static override flags = {
    ...appFlag,
    env: string({
      char: 'e',
      description: 'environment of the dyno, KEY=VALUE',
      multiple: true,
      multipleNonGreedy: true,
    }),
    size: string({char: 's', description: 'dyno size'}),
    type: string({description: 'process type whose name the dyno bears', hidden: true}),
    'no-tty': boolean({description: 'no terminal, plain pipes'}),
    'exit-code': boolean({char: 'x', description: 'always so here; taken for the official CLI', hidden: true}),
    'time-to-live': integer({description: 'seconds until the dyno is ended', min: 1, max: 86_400}),
  };

  async run() {
    const {argv, flags} = await this.parse(Run);
    const app = this.appOf(flags);
    const command = joinCommand(argv as string[]);
    const tty = flags['no-tty'] ? null : describeTerminal(process, process.env);
    const terminal: Record<string, string> = tty
      ? {COLUMNS: String(tty.columns), LINES: String(tty.rows), TERM: tty.term}
      : {};
    const dyno = await this.api.runDyno(app, {
      attach: true,
      command,
      env: {...terminal, ...parseEnv(flags.env ?? [])},
      force_no_tty: tty === null,
      size: flags.size,
      time_to_live: flags['time-to-live'],
      type: flags.type,
    });
    const session = await this.api.local.attach(app, dyno.name);
    if (process.stderr.isTTY) this.tell(`Running ${command} on ${this.palette.name(app)}... ${dyno.name}`);
    const resize = (size: {columns: number; rows: number}) =>
      void this.api.local.resize(app, dyno.name, session.id, size).catch(() => {});
    await attachTerminal(session, process, {tty: tty !== null, resize});
    process.exitCode = (await this.api.local.sessionStatus(app, session.id)).status;
  }
}
