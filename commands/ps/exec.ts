import {string as stringArg} from '@oclif/core/args';
import {boolean, string} from '@oclif/core/flags';
import {attachTerminal, describeTerminal} from '../../src/cli/attach-terminal.js';
import {DynoCommand} from '../../src/cli/command.js';
import {appFlag} from '../../src/cli/flags.js';
import {joinCommand} from '../../src/cli/run-command.js';

export default class Exec extends DynoCommand {
  static override description = 'open a shell, or run a command, inside a running dyno';
  static override examples = ['<%= config.bin %> ps:exec', '<%= config.bin %> ps:exec --dyno worker.1 -- ls -l'];
  static override strict = false;
  static override args = {command: stringArg({description: 'command, default a shell'})};
  static override flags = {
    ...appFlag,
    dyno: string({char: 'd', description: 'the dyno', default: 'web.1'}),
    'no-tty': boolean({description: 'no terminal, plain pipes'}),
  };

  async run() {
    const {argv, flags} = await this.parse(Exec);
    const app = this.appOf(flags);
    const command = argv.length === 0 ? 'bash' : joinCommand(argv as string[]);
    const tty = flags['no-tty'] ? null : describeTerminal(process, process.env);
    await this.api.dyno(app, flags.dyno);
    const session = await this.api.local.exec(app, flags.dyno, {command, env: {}, tty});
    const resize = (size: {columns: number; rows: number}) =>
      void this.api.local.resize(app, flags.dyno, session.id, size).catch(() => {});
    const end = await attachTerminal(session, process, {tty: tty !== null, resize});
    process.exitCode = end === 'left' ? 1 : (await this.api.local.sessionStatus(app, session.id)).status;
  }
}
